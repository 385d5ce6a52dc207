"""Counts of days that are over, so that a year is read in milliseconds; days that changed since are counted anew."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.obligations.models.measures import Demand
from pingzhan.domain.territory.models import Unit


class _Counts(models.Model):
    """What became of the obligations of a day: ``due`` counts open, late and done ones, ``late`` also late done."""

    day = models.DateField(_("日期"))
    due = models.PositiveIntegerField(_("应办"), default=0)
    done = models.PositiveIntegerField(_("已完成"), default=0)
    overdue_done = models.PositiveIntegerField(_("逾期完成"), default=0)
    late = models.PositiveIntegerField(_("逾期未完成"), default=0)
    waived = models.PositiveIntegerField(_("免除"), default=0)

    class Meta:
        abstract = True


class DayTally(_Counts):
    """Counts of one day by place (the area or zone above the units) and measure."""

    place = models.ForeignKey(Unit, on_delete=models.CASCADE, db_index=False, related_name="+")
    demand = models.ForeignKey(Demand, on_delete=models.CASCADE, db_index=False, related_name="+")

    class Meta:
        verbose_name = _("措施日计数")
        verbose_name_plural = _("措施日计数")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "place", "demand"],
                name="daytally_once",
                violation_error_message=_("这一天的计数已经有了。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.place_id} {self.demand_id}"


class UnitTally(_Counts):
    """Counts of one day by unit."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, db_index=False, related_name="+")

    class Meta:
        verbose_name = _("企业日计数")
        verbose_name_plural = _("企业日计数")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "day"],
                name="unittally_once",
                violation_error_message=_("这一天的计数已经有了。"),
            ),
        ]
        indexes = [models.Index(fields=["day"], name="unittally_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.unit_id}"


class TallyMark(models.Model):
    """A day that is over changed: what is read of it is counted live until it is counted anew."""

    day = models.DateField(_("日期"))

    class Meta:
        verbose_name = _("重新计数标记")
        verbose_name_plural = _("重新计数标记")
        indexes = [models.Index(fields=["day"], name="tallymark_day")]

    def __str__(self) -> str:
        return str(self.day)
