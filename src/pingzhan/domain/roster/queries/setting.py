"""The settings of the roster, and which days are holidays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta

from pingzhan.domain.roster.calendar import Known, Pattern, class_of, known_years
from pingzhan.domain.roster.enums import DayClass, HolidayKind
from pingzhan.domain.roster.models import Holiday
from pingzhan.foundation.options.registry import number, value


def pattern_now() -> Pattern:
    """Return how the 24 hours are divided by the settings."""
    return Pattern(
        morning=time.fromisoformat(str(value("roster.morning"))),
        evening=time.fromisoformat(str(value("roster.evening"))),
        two_shifts=value("roster.shifts") == "two",
        lead_full=bool(value("roster.lead_full")),
        officers=number("roster.officers"),
    )


def rest_now() -> timedelta:
    """Return how much time must lie between two shifts of one person."""
    return timedelta(hours=number("roster.rest_hours"))


def own_days() -> dict[date, Known]:
    """Return what the zone's own table says, by day. One query."""
    return {
        row.day: Known(HolidayKind(row.kind), row.name, row.source) for row in Holiday.objects.order_by("day")
    }


def unknown_years(first: date, until: date, own: Mapping[date, Known]) -> list[int]:
    """Return the years touched by [first, until) whose holidays nobody has entered."""
    years = known_years(own)
    return [year for year in range(first.year, (until - timedelta(days=1)).year + 1) if year not in years]


def day_class(day: date, own: Mapping[date, Known]) -> DayClass:
    """Return what a day counts as."""
    return class_of(day, own)
