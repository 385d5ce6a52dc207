"""Who is on duty on which day, the emergency team, and what the enterprise looked through."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.people.models import Employment
from pingzhan.domain.premises.enums import CheckKind, TeamTask
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import append_only, tracked


@tracked()
class DutyDay(models.Model):
    """Leader and officer of a business day and its 24 hours (annex 2 (9): 坚持领导带班，24 小时值班值守)."""

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="duty_days"
    )
    day = models.DateField(_("日期"))
    leader = models.ForeignKey(
        Employment, verbose_name=_("带班领导"), on_delete=models.PROTECT, related_name="+"
    )
    officer = models.ForeignKey(
        Employment, verbose_name=_("值班人员"), on_delete=models.PROTECT, related_name="+"
    )
    made_by = models.TextField(_("登记人"), blank=True, default="")
    at = models.DateTimeField(_("登记时间"), db_default=Now())

    class Meta:
        verbose_name = _("企业值班")
        verbose_name_plural = _("企业值班")
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "day"],
                name="duty_day_once",
                violation_error_message=_("这一天的值班已经安排。"),
            ),
            models.CheckConstraint(
                condition=~Q(leader=models.F("officer")),
                name="duty_day_two",
                violation_error_message=_("带班领导和值班人员不能是同一人。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}"


@tracked()
class TeamMember(models.Model):
    """A worker has a task in the emergency team until ``ended_at`` (annex 2 (9): 成立专门应急队伍)."""

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="emergency_members"
    )
    employment = models.ForeignKey(
        Employment, verbose_name=_("职工"), on_delete=models.PROTECT, related_name="emergency_tasks"
    )
    task = models.TextField(_("分工"), choices=TeamTask.choices)
    made_by = models.TextField(_("登记人"), blank=True, default="")
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())
    ended_at = models.DateTimeField(_("退出时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("应急队伍成员")
        verbose_name_plural = _("应急队伍成员")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "employment", "task"],
                name="team_member_once",
                condition=Q(ended_at__isnull=True),
                violation_error_message=_("这名职工已有这项分工。"),
            ),
            models.CheckConstraint(
                condition=Q(task__in=TeamTask.values),
                name="team_member_task",
                violation_error_message=_("分工不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class SelfCheck(models.Model):
    """Somebody of the enterprise looked something through and found it still right. Only ever added to."""

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="self_checks"
    )
    kind = models.TextField(_("事项"), choices=CheckKind.choices)
    at = models.DateTimeField(_("时间"), db_default=Now())
    by_name = models.TextField(_("登记人"), blank=True, default="")

    class Meta:
        verbose_name = _("核对记录")
        verbose_name_plural = _("核对记录")
        ordering = ["-pk"]
        triggers = append_only()
        indexes = [models.Index(fields=["enterprise", "kind"], name="self_check_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=CheckKind.values),
                name="self_check_known",
                violation_error_message=_("事项不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
