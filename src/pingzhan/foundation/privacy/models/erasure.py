"""Orders to destroy personal data, the persons they concern, and the protocols of what was destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.access.actor import within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit.history import append_only, tracked
from pingzhan.foundation.privacy.models.subject import Subject
from pingzhan.foundation.runs.models import RunRow

if TYPE_CHECKING:
    from pingzhan.foundation.access.actor import Actor


class ErasureScope(models.TextChoices):
    """Why data is destroyed: PIPL 47 (request; purpose or term ended), PHERL 8 and ERL 85 (response ended)."""

    REQUEST = "request", _("本人申请")
    TERM = "term", _("保存期满")
    RESPONSE = "response", _("响应终止")


class ErasureState(models.TextChoices):
    """How far an order has come."""

    PROPOSED = "proposed", _("待批准")
    APPROVED = "approved", _("已批准，待执行")
    RUNNING = "running", _("正在执行")
    DONE = "done", _("已完成")
    REJECTED = "rejected", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN_STATES = (ErasureState.PROPOSED, ErasureState.APPROVED, ErasureState.RUNNING)
"""States in which something will still be destroyed."""
_APPROVED = [ErasureState.APPROVED, ErasureState.RUNNING, ErasureState.DONE]


class Erasures(models.QuerySet["Erasure"]):
    """Selections of orders."""

    def visible_to(self, actor: Actor) -> Erasures:
        """Return the orders of units for which the actor manages personal data, approves, or audits.

        An order for the whole site ('/') is seen by all of them.
        """
        paths = {
            path
            for permission in (Permission.MANAGE_PRIVACY, Permission.ORDER_ERASURE, Permission.VIEW_AUDIT)
            for path in actor.paths(permission)
        }
        found = within("unit_path", paths)
        return self.filter(found | Q(unit_path="/")) if paths else self.none()


@tracked()
class Erasure(models.Model):
    """One order to destroy personal data: proposed by one person, approved by another, then executed.

    ``rule`` is the retention rule for the scope 'term'. An order proposed by the nightly check has no
    proposer. ``basis`` names the request, rule or decision it rests on, without personal data.
    """

    scope = models.TextField(_("事由"), choices=ErasureScope.choices)
    state = models.TextField(_("状态"), choices=ErasureState.choices, default=ErasureState.PROPOSED)
    basis = models.TextField(_("依据"))
    rule = models.TextField(_("保存期限规则"), blank=True, default="")
    unit_path = models.TextField(_("范围"), default="/")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("拟订人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    proposed_name = models.TextField(_("拟订人姓名"), blank=True, default="")
    proposed_at = models.DateTimeField(_("拟订时间"), db_default=Now(), editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("批准人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_name = models.TextField(_("批准人姓名"), blank=True, default="")
    decided_at = models.DateTimeField(_("批准时间"), null=True, blank=True)
    executed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("执行人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    executed_name = models.TextField(_("执行人姓名"), blank=True, default="")
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    run = models.ForeignKey(
        RunRow, verbose_name=_("后台任务"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = models.Manager.from_queryset(Erasures)()

    class Meta:
        verbose_name = _("个人信息销毁")
        verbose_name_plural = _("个人信息销毁")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope__in=ErasureScope.values) & Q(state__in=ErasureState.values) & ~Q(basis=""),
                name="erasure_complete",
                violation_error_message=_("销毁要有事由、状态和依据。"),
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(decided_by=F("proposed_by")),
                name="erasure_two_persons",
                violation_error_message=_("拟订人不能批准自己拟订的销毁。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_APPROVED) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="erasure_approved_by_someone",
                violation_error_message=_("没有批准人的销毁不能执行。"),
            ),
            models.CheckConstraint(
                condition=Q(state=ErasureState.DONE, finished_at__isnull=False)
                | (~Q(state=ErasureState.DONE) & Q(finished_at__isnull=True)),
                name="erasure_finished_paired",
                violation_error_message=_("完成了的销毁才有完成时间。"),
            ),
            models.UniqueConstraint(
                fields=["rule"],
                condition=Q(state__in=["proposed", "approved", "running"]) & ~Q(rule=""),
                name="erasure_rule_open_once",
                violation_error_message=_("这条保存期限规则已有一份没有办完的销毁。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()} #{self.pk}"

    @property
    def is_open(self) -> bool:
        """Return whether something will still be destroyed under this order."""
        return self.state in OPEN_STATES


class ErasureSubject(models.Model):
    """A person whom an order concerns. ``done_at`` is when his key was destroyed under it."""

    erasure = models.ForeignKey(Erasure, on_delete=models.CASCADE, related_name="subjects")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="erasures")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("销毁涉及的人员")
        verbose_name_plural = _("销毁涉及的人员")
        ordering = ["erasure_id", "subject_id"]
        indexes = [
            models.Index(
                fields=["erasure", "subject"], name="erasure_waiting", condition=Q(done_at__isnull=True)
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["erasure", "subject"],
                name="erasure_subject_once",
                violation_error_message=_("同一个人在一份销毁中只列一次。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.erasure_id}/{self.subject_id}"


class ErasureProtocol(models.Model):
    """What an executed order destroyed and what was kept; never changed, never deleted.

    ``sha`` is the SHA-256 of ``data`` as canonical JSON (protocol.sha_of); the trail's record of the erasure
    names it too.
    """

    erasure = models.OneToOneField(
        Erasure, verbose_name=_("销毁"), on_delete=models.PROTECT, related_name="protocol"
    )
    made_at = models.DateTimeField(_("生成时间"), db_default=Now(), editable=False)
    data = models.JSONField(_("内容"))
    sha = models.CharField(_("校验值"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("销毁记录书")
        verbose_name_plural = _("销毁记录书")
        ordering = ["-id"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"#{self.erasure_id}"


class RetentionMark(models.Model):
    """How many rows a retention rule has removed: in its last run, and altogether."""

    rule = models.TextField(primary_key=True)
    last_at = models.DateTimeField(_("上次清理"), null=True, blank=True)
    last_count = models.BigIntegerField(_("上次清理行数"), default=0)
    total = models.BigIntegerField(_("累计清理行数"), default=0)

    class Meta:
        verbose_name = _("到期清理情况")
        verbose_name_plural = _("到期清理情况")

    def __str__(self) -> str:
        return self.rule
