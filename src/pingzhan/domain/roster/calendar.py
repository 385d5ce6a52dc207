"""Which shifts a day has, and which kind of day it is. No database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from importlib.resources import files

from pingzhan.domain.roster.enums import LEAD_SEAT, DayClass, HolidayKind, Part

ONE_DAY = timedelta(days=1)
YEARS = range(2000, 2101)
"""The years of the calendar; a day beyond is a slip of the pen, and its neighbours may be no days at all."""


@dataclass(frozen=True)
class Pattern:
    """How the 24 hours are divided: hand-over in the morning, and in the evening when there are two shifts.

    ``lead_full``: the leader on duty stays for the whole 24 hours also when the officers change in between.
    """

    morning: time = time(8, 30)
    evening: time = time(17, 30)
    two_shifts: bool = False
    lead_full: bool = True
    officers: int = 1

    def seats(self) -> range:
        """Return the seat numbers, the leader's first."""
        return range(LEAD_SEAT, self.officers + 1)

    def parts(self, seat: int) -> tuple[Part, ...]:
        """Return the shifts of one seat on one day."""
        if self.two_shifts and not (seat == LEAD_SEAT and self.lead_full):
            return (Part.DAY, Part.NIGHT)
        return (Part.FULL,)


@dataclass(frozen=True)
class Slot:
    """One shift to be filled: [t0, t1) begins on the local ``day``."""

    day: date
    seat: int
    part: Part
    t0: datetime
    t1: datetime


def days(first: date, until: date) -> Iterator[date]:
    """Yield the days from ``first`` to the one before ``until``."""
    day = first
    while day < until:
        yield day
        day += ONE_DAY


def span(day: date, part: Part, pattern: Pattern, tz: tzinfo) -> tuple[datetime, datetime]:
    """Return when a part of a day begins and ends.

    With an evening hand-over at or before the morning one the night ends on the same clock, a day later.
    """
    morning = datetime.combine(day, pattern.morning, tz)
    evening = datetime.combine(day, pattern.evening, tz)
    if evening <= morning:
        evening += ONE_DAY
    next_morning = datetime.combine(day + ONE_DAY, pattern.morning, tz)
    if part == Part.DAY:
        return morning, evening
    if part == Part.NIGHT:
        return evening, next_morning
    return morning, next_morning


def slots(first: date, until: date, pattern: Pattern, tz: tzinfo) -> list[Slot]:
    """Return all shifts of the days, by time and seat."""
    found = [
        Slot(day, seat, part, *span(day, part, pattern, tz))
        for day in days(first, until)
        for seat in pattern.seats()
        for part in pattern.parts(seat)
    ]
    return sorted(found, key=lambda slot: (slot.t0, slot.seat))


@dataclass(frozen=True)
class Known:
    """What a notice of the State Council, or the zone's own table, says of a day."""

    kind: HolidayKind
    name: str
    source: str


@lru_cache(maxsize=1)
def published_days() -> Mapping[date, Known]:
    """Return the days named by the State Council notices that come with the product (data/holidays.json)."""
    text = files("pingzhan.domain.roster").joinpath("data/holidays.json").read_text(encoding="utf-8")
    found: dict[date, Known] = {}
    for notice in json.loads(text)["notices"]:
        for holiday in notice["holidays"]:
            first, last = (date.fromisoformat(day) for day in holiday["off"])
            for day in days(first, last + ONE_DAY):
                found[day] = Known(HolidayKind.OFF, holiday["name"], notice["document"])
            for day in holiday["work"]:
                found[date.fromisoformat(day)] = Known(HolidayKind.WORK, holiday["name"], notice["document"])
    return found


def known_years(own: Iterable[date] = ()) -> set[int]:
    """Return the years for which a notice is stored, or the zone entered anything itself."""
    return {day.year for day in published_days()} | {day.year for day in own}


def class_of(day: date, own: Mapping[date, Known]) -> DayClass:
    """Return what a day counts as. ``own`` is the zone's table, which overrules the notices."""
    known = own.get(day) or published_days().get(day)
    if known is not None and known.kind == HolidayKind.OFF:
        return DayClass.HOLIDAY
    if known is not None and known.kind == HolidayKind.WORK:
        return DayClass.WORKDAY
    return DayClass.WEEKEND if day.weekday() >= 5 else DayClass.WORKDAY
