"""Closed management, who may pass under it, meetings, and what an enterprise says of a day in one tap."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.gate.enums import MarkKind
from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.models import Team, Unit
from pingzhan.foundation.audit.history import append_only, tracked


@tracked()
class Closure(models.Model):
    """An enterprise is under closed management from ``t0`` until ``t1`` (annex 2 (3): 原则上对企业实施封闭管理).

    ``basis`` is the document it rests on, ``decided_by`` the body that decided it: what restricts people is
    never in force without them. It holds through the day ``until`` and no longer, also while ``t1`` is empty
    (queries.closing says what is in force).
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="closures"
    )
    basis = models.TextField(_("依据"))
    decided_by = models.TextField(_("决定机关"))
    until = models.DateField(_("期限"), null=True, blank=True)
    t0 = models.DateTimeField(_("起"), db_default=Now())
    t1 = models.DateTimeField(_("止"), null=True, blank=True)
    opened_by = models.TextField(_("登记人"), blank=True, default="")
    ended_by = models.TextField(_("解除登记人"), blank=True, default="")

    class Meta:
        verbose_name = _("封闭管理")
        verbose_name_plural = _("封闭管理")
        ordering = ["-t0"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                name="closure_one_open",
                condition=Q(t1__isnull=True),
                violation_error_message=_("这家企业已经在封闭管理中。"),
            ),
            models.CheckConstraint(
                condition=Q(t1__isnull=True) | Q(t1__gte=F("t0")),
                name="closure_period",
                violation_error_message=_("解除时间不能早于开始时间。"),
            ),
            models.CheckConstraint(
                condition=~Q(basis="") & ~Q(decided_by=""),
                name="closure_based",
                violation_error_message=_("封闭管理应写明依据和决定机关。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


@tracked()
class Permit(models.Model):
    """Somebody or something that may go in and out under closed management, until ``until`` at the latest.

    Exactly one of a worker, a team and a plate.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="permits"
    )
    employment = models.ForeignKey(
        Employment,
        verbose_name=_("职工"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="permits",
    )
    team = models.ForeignKey(
        Team, verbose_name=_("班组"), null=True, blank=True, on_delete=models.PROTECT, related_name="permits"
    )
    plate = models.TextField(_("车牌号"), blank=True, default="")
    purpose = models.TextField(_("事由"))
    until = models.DateField(_("有效期至"), null=True, blank=True)
    ended_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    made_by = models.TextField(_("登记人"), blank=True, default="")
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())

    class Meta:
        verbose_name = _("准入名单")
        verbose_name_plural = _("准入名单")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(employment__isnull=False, team__isnull=True, plate="")
                | Q(employment__isnull=True, team__isnull=False, plate="")
                | (Q(employment__isnull=True, team__isnull=True) & ~Q(plate="")),
                name="permit_of_one",
                violation_error_message=_("准入名单的一行只能是一名职工、一个班组或一个车牌。"),
            ),
            models.UniqueConstraint(
                fields=["enterprise", "employment"],
                name="permit_worker_once",
                condition=Q(ended_at__isnull=True, employment__isnull=False),
                violation_error_message=_("这名职工已在准入名单中。"),
            ),
            models.UniqueConstraint(
                fields=["enterprise", "team"],
                name="permit_team_once",
                condition=Q(ended_at__isnull=True, team__isnull=False),
                violation_error_message=_("这个班组已在准入名单中。"),
            ),
            models.UniqueConstraint(
                fields=["enterprise", "plate"],
                name="permit_plate_once",
                condition=Q(ended_at__isnull=True) & ~Q(plate=""),
                violation_error_message=_("这个车牌已在准入名单中。"),
            ),
            models.CheckConstraint(
                condition=~Q(purpose=""),
                name="permit_purpose_given",
                violation_error_message=_("请填写准入事由。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


@tracked()
class Meeting(models.Model):
    """A meeting at an enterprise (annex 2 (3): 减少会议次数，控制会议规模，推行视频会议).

    ``limit`` is the largest number of persons in one room that was allowed when it was registered.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="meetings"
    )
    topic = models.TextField(_("会议名称"))
    held_at = models.DateTimeField(_("开会时间"))
    persons = models.PositiveIntegerField(_("到场人数"))
    online = models.BooleanField(_("视频会议"), default=False)
    place = models.TextField(_("地点"), blank=True, default="")
    limit = models.PositiveIntegerField(_("人数上限"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    made_by = models.TextField(_("登记人"), blank=True, default="")
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())

    class Meta:
        verbose_name = _("会议")
        verbose_name_plural = _("会议")
        ordering = ["-held_at", "-pk"]
        indexes = [models.Index(fields=["enterprise", "-held_at"], name="meeting_book")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(topic=""),
                name="meeting_named",
                violation_error_message=_("请填写会议名称。"),
            ),
            models.CheckConstraint(
                condition=Q(online=True) | Q(limit__isnull=True) | Q(persons__lte=F("limit")),
                name="meeting_within_limit",
                violation_error_message=_("到场人数超过现行上限，请改为视频会议或减少人数。"),
            ),
        ]

    def __str__(self) -> str:
        return self.topic


class DayMark(models.Model):
    """An enterprise says that there was nothing of a kind on a day. Only ever added to.

    ``undone`` marks the row that takes an earlier one back, because somebody came after all.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="day_marks"
    )
    kind = models.TextField(_("事项"), choices=MarkKind.choices)
    day = models.DateField(_("日期"))
    undone = models.BooleanField(_("撤回"), default=False)
    at = models.DateTimeField(_("时间"), db_default=Now())
    by_name = models.TextField(_("登记人"), blank=True, default="")

    class Meta:
        verbose_name = _("当日无事项")
        verbose_name_plural = _("当日无事项")
        ordering = ["-pk"]
        triggers = append_only()
        indexes = [models.Index(fields=["enterprise", "day", "kind"], name="day_mark_of_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=MarkKind.values),
                name="day_mark_known",
                violation_error_message=_("事项不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day}"
