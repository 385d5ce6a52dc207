"""Plans of an enterprise by kind and version, and who answers for what in them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.premises.enums import EDITABLE, OPEN_PLAN, PlanKind, PlanState, PostDuty
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


@tracked()
class Plan(models.Model):
    """One version of a plan (annex 2 (1): “一企一策”).

    ``sections`` holds the texts by the keys of SECTIONS; ``paper`` names a paper that says it instead. A version
    that was approved is never changed: a change begins the next version.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="prevention_plans"
    )
    kind = models.TextField(_("种类"), choices=PlanKind.choices)
    n = models.PositiveSmallIntegerField(_("版次"))
    state = models.TextField(_("状态"), choices=PlanState.choices, default=PlanState.DRAFT)
    sections = models.JSONField(_("内容"), default=dict, blank=True)
    paper = models.TextField(_("文件名称"), blank=True, default="")
    valid_until = models.DateField(_("有效期至"))
    made_by = models.TextField(_("编制人"), blank=True, default="")
    created_at = models.DateTimeField(_("编制时间"), db_default=Now())
    submitted_at = models.DateTimeField(_("报送时间"), null=True, blank=True)
    submitter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("报送账号"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    decided_by = models.TextField(_("审核人"), blank=True, default="")
    remarks = models.TextField(_("审核意见"), blank=True, default="")

    class Meta:
        verbose_name = _("方案和预案")
        verbose_name_plural = _("方案和预案")
        ordering = ["enterprise", "kind", "-n"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "kind", "n"],
                name="plan_version_once",
                violation_error_message=_("这个版次已经有了。"),
            ),
            models.UniqueConstraint(
                fields=["enterprise", "kind"],
                name="plan_one_open",
                condition=Q(state__in=OPEN_PLAN),
                violation_error_message=_("已有一个未办结的版本。"),
            ),
            models.UniqueConstraint(
                fields=["enterprise", "kind"],
                name="plan_one_approved",
                condition=Q(state=PlanState.APPROVED),
                violation_error_message=_("已有一个通过的版本。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PlanKind.values) & Q(state__in=PlanState.values),
                name="plan_known",
                violation_error_message=_("种类或状态不对。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=EDITABLE) | Q(submitted_at__isnull=False),
                name="plan_submitted",
                violation_error_message=_("没有报送的版本不能审核。"),
            ),
            models.CheckConstraint(
                condition=~Q(state=PlanState.RETURNED) | ~Q(remarks=""),
                name="plan_returned_why",
                violation_error_message=_("退回修改应写明意见。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class PlanPost(models.Model):
    """Which post of the enterprise answers for what; posts, not persons, so that the plan outlives a change."""

    plan = models.ForeignKey(Plan, verbose_name=_("方案"), on_delete=models.CASCADE, related_name="posts")
    duty = models.TextField(_("职责"), choices=PostDuty.choices)
    title = models.TextField(_("岗位"))

    class Meta:
        verbose_name = _("责任岗位")
        verbose_name_plural = _("责任岗位")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "duty"],
                name="plan_post_once",
                violation_error_message=_("一项职责只对应一个岗位。"),
            ),
            models.CheckConstraint(
                condition=Q(duty__in=PostDuty.values) & ~Q(title=""),
                name="plan_post_given",
                violation_error_message=_("请填写岗位。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_duty_display()} {self.title}"
