"""Rosters, their shifts, and what happened to a shift in force."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeBoundary
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster.enums import LAST_SEAT, ChangeKind, Part, RosterStatus, ShiftRole, role_of
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import append_only, tracked


def _one(field: str) -> Func:
    """Return a number as the range that holds only it: plain GiST compares ranges, not numbers."""
    return Func(F(field), F(field), Value("[]"), function="int8range", output_field=BigIntegerRangeField())


def _period() -> Func:
    return Func(F("t0"), F("t1"), RangeBoundary(), function="tstzrange", output_field=DateTimeRangeField())


@tracked()
class Roster(models.Model):
    """A table of shifts made in one go, from the day ``first`` to the day before ``until``."""

    zone = models.ForeignKey(Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="rosters")
    first = models.DateField(_("起始日期"))
    until = models.DateField(_("截止日期的次日"))
    status = models.TextField(_("状态"), choices=RosterStatus.choices, default=RosterStatus.DRAFT)
    created_at = models.DateTimeField(_("编排时间"), db_default=Now())
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("编排人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("发布人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("值班表")
        verbose_name_plural = _("值班表")
        ordering = ["zone_id", "-first", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first__lt=F("until")),
                name="roster_period",
                violation_error_message=_("值班表的截止日期不能早于起始日期。"),
            ),
            models.CheckConstraint(
                condition=Q(status__in=RosterStatus.values),
                name="roster_status_known",
                violation_error_message=_("值班表的状态不对。"),
            ),
            models.CheckConstraint(
                condition=Q(status=RosterStatus.PUBLISHED, published_at__isnull=False)
                | (~Q(status=RosterStatus.PUBLISHED) & Q(published_at__isnull=True)),
                name="roster_published_complete",
                violation_error_message=_("已发布的值班表必须有发布时间。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first:%Y-%m-%d}"


@tracked()
class Shift(models.Model):
    """One seat of the roster over one half-open period; without ``person`` it is a hole that is known.

    ``seat`` 0 is the leader on duty, 1 and 2 the duty officers. ``day`` is the local day it begins on, which
    decides whether it counts as workday, weekend or holiday. Only shifts ``in_force`` are duty: those of a
    draft, and those replaced or cancelled, are not, and do not take part in the exclusions.
    """

    zone = models.ForeignKey(
        Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="duty_shifts"
    )
    roster = models.ForeignKey(
        Roster,
        verbose_name=_("值班表"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="shifts",
    )
    seat = models.PositiveSmallIntegerField(_("岗位"), default=1)
    part = models.TextField(_("班次"), choices=Part.choices, default=Part.FULL)
    day = models.DateField(_("值班日"))
    t0 = models.DateTimeField(_("起"))
    t1 = models.DateTimeField(_("止"))
    person = models.ForeignKey(
        Person,
        verbose_name=_("值班人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="duty_shifts",
    )
    in_force = models.BooleanField(_("生效"), default=False)

    class Meta:
        verbose_name = _("班次")
        verbose_name_plural = _("班次")
        ordering = ["zone_id", "t0", "seat"]
        indexes = [
            models.Index(fields=["zone", "t1", "t0"], name="shift_by_time", condition=Q(in_force=True)),
            models.Index(fields=["person", "t1"], name="shift_of_person", condition=Q(in_force=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(t0__lt=F("t1")),
                name="shift_period",
                violation_error_message=_("班次的结束时间应晚于开始时间。"),
            ),
            models.CheckConstraint(
                condition=Q(seat__lte=LAST_SEAT) & Q(part__in=Part.values),
                name="shift_seat_known",
                violation_error_message=_("值班岗位或班次不对。"),
            ),
            ExclusionConstraint(
                name="shift_seat_once",
                expressions=[(_one("zone"), "&&"), (_one("seat"), "&&"), (_period(), "&&")],
                condition=Q(in_force=True),
                violation_error_message=_("这一岗位在这段时间里已有排班。"),
            ),
            ExclusionConstraint(
                name="shift_person_once",
                expressions=[(_one("person"), "&&"), (_period(), "&&")],
                condition=Q(in_force=True, person__isnull=False),
                violation_error_message=_("这名人员在这段时间里已有值班。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.get_part_display()}"

    @property
    def role(self) -> ShiftRole:
        """Return whether the seat is that of the leader or of an officer."""
        return role_of(self.seat)


class ShiftChange(models.Model):
    """What happened to a shift in force: who was replaced by whom, why, and by whose hand. Append-only."""

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="changes")
    kind = models.TextField(_("变更"), choices=ChangeKind.choices)
    before = models.ForeignKey(
        Person, verbose_name=_("原值班人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    after = models.ForeignKey(
        Person, verbose_name=_("现值班人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(_("理由"), blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.TextField(_("经办人"))
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("班次变更")
        verbose_name_plural = _("班次变更")
        ordering = ["shift_id", "at", "id"]
        triggers = append_only()
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ChangeKind.values),
                name="shift_change_known",
                violation_error_message=_("班次变更的种类不对。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"
