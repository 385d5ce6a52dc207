"""The register of enterprises: what the zone knows of each, beside its place in the tree."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.territory.enums import EnterpriseStatus, LegalForm, RiskClass, StepKind
from pingzhan.domain.territory.industry import DIVISIONS
from pingzhan.domain.territory.models.units import Unit
from pingzhan.foundation.audit.history import append_only, tracked

#: GB 32100: the letters I, O, S, V and Z are not used. The check digit is the action's business.
CREDIT_CODE_PATTERN = r"^[0-9A-HJ-NP-RT-UW-Y]{18}$"


@tracked()
class Enterprise(models.Model):
    """The file of an enterprise (企业档案). Its key is the id of its unit, so both are found by one number.

    Name and declared headcount are those of the unit. No person is named here: contacts and the responsible
    official belong to the organisation module. ``initials`` and ``sort_key`` are readings of the names, kept
    so that search and order are the same on every server. An address of an enterprise is not personal data.
    """

    unit = models.OneToOneField(
        Unit,
        verbose_name=_("单位"),
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="enterprise",
    )
    credit_code = models.TextField(_("统一社会信用代码"))
    short_name = models.TextField(_("简称"), blank=True, default="")
    initials = models.TextField(_("拼音首字母"), blank=True, default="", editable=False)
    sort_key = models.TextField(_("排序读音"), blank=True, default="", editable=False)
    industry = models.TextField(_("行业"))
    legal_form = models.TextField(
        _("企业类型"), choices=LegalForm.choices, default=LegalForm.LIMITED, blank=True
    )
    address = models.TextField(_("地址"), blank=True, default="")
    plot = models.TextField(_("地块号"), blank=True, default="")
    risk = models.TextField(_("风险等级"), choices=RiskClass.choices, default=RiskClass.LOW)
    cold_chain = models.BooleanField(_("经营冷链"), default=False)
    imported_goods = models.BooleanField(_("使用进口货物"), default=False)
    canteen = models.BooleanField(_("有职工食堂"), default=False)
    dormitory = models.BooleanField(_("有职工宿舍"), default=False)
    status = models.TextField(
        _("经营状态"), choices=EnterpriseStatus.choices, default=EnterpriseStatus.PRODUCING
    )
    successor = models.ForeignKey(
        "self",
        verbose_name=_("并入企业"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="absorbed",
    )
    registered_at = models.DateTimeField(_("登记时间"), db_default=Now())

    class Meta:
        verbose_name = _("企业档案")
        verbose_name_plural = _("企业档案")
        ordering = ["sort_key", "unit_id"]
        indexes = [
            models.Index(fields=["sort_key", "unit"], name="enterprise_order"),
            models.Index(fields=["risk", "status"], name="enterprise_risk"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"],
                name="enterprise_credit_code_unique",
                violation_error_message=_("统一社会信用代码已登记在另一家企业。"),
            ),
            models.CheckConstraint(
                condition=Q(credit_code__regex=CREDIT_CODE_PATTERN),
                name="enterprise_credit_code_form",
                violation_error_message=_("统一社会信用代码应为 18 位数字和大写字母，不含 I、O、S、V、Z。"),
            ),
            models.CheckConstraint(
                condition=Q(industry__in=list(DIVISIONS)),
                name="enterprise_industry_known",
                violation_error_message=_("行业不在国民经济行业分类的大类之内。"),
            ),
            models.CheckConstraint(
                condition=Q(risk__in=RiskClass.values)
                & Q(status__in=EnterpriseStatus.values)
                & Q(legal_form__in=["", *LegalForm.values]),
                name="enterprise_choices_known",
                violation_error_message=_("风险等级、经营状态或企业类型不对。"),
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True)
                | (Q(status=EnterpriseStatus.CLOSED) & ~Q(successor=F("unit"))),
                name="enterprise_successor_of_closed",
                violation_error_message=_("只有已注销的企业可以并入另一家企业。"),
            ),
        ]

    def __str__(self) -> str:
        return self.short_name or self.credit_code


class EnterpriseStep(models.Model):
    """One change of risk class or of status, with the reason that was given. Only ever added to: triggers see to it."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="steps"
    )
    kind = models.TextField(_("事项"), choices=StepKind.choices)
    old = models.TextField(_("原来"), blank=True, default="")
    new = models.TextField(_("现在"))
    reason = models.TextField(_("理由"))
    at = models.DateTimeField(_("时间"), db_default=Now())
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("办理人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    by_name = models.TextField(_("办理人姓名"), blank=True, default="")

    class Meta:
        verbose_name = _("企业变动")
        verbose_name_plural = _("企业变动")
        ordering = ["enterprise_id", "-id"]
        triggers = append_only()
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(new="") & ~Q(old=F("new")) & Q(kind__in=StepKind.values),
                name="enterprise_step_complete",
                violation_error_message=_("企业变动必须写明理由，前后不能相同。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"
