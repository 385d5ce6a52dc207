"""Who takes turns, swap requests, the calendar of holidays, and the personal calendar feed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster.enums import OPEN_SWAPS, HolidayKind, ShiftRole, SwapState
from pingzhan.domain.roster.models.shifts import Shift
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


@tracked()
class PoolMember(models.Model):
    """Somebody who takes turns in a role; ``position`` is his place in the rotation."""

    zone = models.ForeignKey(
        Unit, verbose_name=_("开发区"), on_delete=models.CASCADE, related_name="duty_pool"
    )
    role = models.TextField(_("角色"), choices=ShiftRole.choices)
    person = models.ForeignKey(
        Person, verbose_name=_("人员"), on_delete=models.PROTECT, related_name="duty_pool"
    )
    position = models.PositiveSmallIntegerField(_("次序"))
    since = models.DateTimeField(_("加入时间"), db_default=Now())

    class Meta:
        verbose_name = _("轮值人员")
        verbose_name_plural = _("轮值人员")
        ordering = ["zone_id", "role", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "role", "person"],
                name="pool_person_once",
                violation_error_message=_("该人员已在这一轮值名单里。"),
            ),
            models.CheckConstraint(
                condition=Q(role__in=ShiftRole.values),
                name="pool_role_known",
                violation_error_message=_("轮值角色不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.position}"


@tracked()
class SwapRequest(models.Model):
    """``asker`` asks ``asked`` to take his shift; with ``other`` they exchange, without it it is a favour."""

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="swaps")
    other = models.ForeignKey(Shift, null=True, blank=True, on_delete=models.PROTECT, related_name="swaps_in")
    asker = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="swaps_asked")
    asked = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="swaps_received")
    reason = models.TextField(_("理由"))
    answer = models.TextField(_("答复"), blank=True, default="")
    state = models.TextField(_("状态"), choices=SwapState.choices, default=SwapState.ASKED)
    asked_at = models.DateTimeField(_("提出时间"), db_default=Now())
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    decided_by_name = models.TextField(_("批准人"), blank=True, default="")

    class Meta:
        verbose_name = _("换班申请")
        verbose_name_plural = _("换班申请")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shift"],
                condition=Q(state__in=OPEN_SWAPS),
                name="swap_one_open",
                violation_error_message=_("这个班次已有一个换班申请在办。"),
            ),
            models.CheckConstraint(
                condition=~Q(asker=F("asked")),
                name="swap_two_persons",
                violation_error_message=_("不能和自己换班。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=SwapState.values) & ~Q(reason=""),
                name="swap_complete",
                violation_error_message=_("换班申请必须写明理由。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_SWAPS, ended_at__isnull=True)
                | (~Q(state__in=OPEN_SWAPS) & Q(ended_at__isnull=False)),
                name="swap_ended",
                violation_error_message=_("办结的换班申请必须有办结时间。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} #{self.pk}"


@tracked()
class Holiday(models.Model):
    """What the zone knows of a day beyond the file of State Council notices; it overrules the file."""

    day = models.DateField(_("日期"), unique=True)
    kind = models.TextField(_("安排"), choices=HolidayKind.choices)
    name = models.TextField(_("节日"))
    source = models.TextField(_("依据"))

    class Meta:
        verbose_name = _("放假安排")
        verbose_name_plural = _("放假安排")
        ordering = ["day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=HolidayKind.values) & ~Q(name="") & ~Q(source=""),
                name="holiday_complete",
                violation_error_message=_("放假安排必须写明节日和依据。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"


@tracked(exclude=["digest"])
class FeedToken(models.Model):
    """The address of one person's own calendar; only the hash of its token is kept."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="duty_feed")
    digest = models.BinaryField(_("订阅地址的摘要"), editable=False, unique=True)
    made_at = models.DateTimeField(_("生成时间"), db_default=Now())
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("日历订阅")
        verbose_name_plural = _("日历订阅")

    def __str__(self) -> str:
        return f"#{self.pk}"
