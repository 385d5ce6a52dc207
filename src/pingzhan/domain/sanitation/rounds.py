"""The rounds of a day: what the measures in force, the shifts and the areas' own plans ask for. No database.

Nothing of it is stored: a switch of posture changes the rounds at once, and a record belongs to a round because of
when and where it was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pingzhan.domain.measures.api import Every, InForce, MeasureNow, ShiftEnds, Slots
from pingzhan.domain.obligations.api import business_clock
from pingzhan.domain.sanitation.enums import Kind
from pingzhan.domain.sanitation.models import Area
from pingzhan.domain.territory.models import Shift
from pingzhan.foundation import clock

KEY, BEFORE, AFTER, FULL, OWN, AIR, OUTSIDE = "key", "before", "after", "full", "own", "air", "at"
"""Kinds of rounds: the first part of a round's key."""
OWN_HOURS = timedelta(hours=2)
"""So long after its time a round that the enterprise planned itself may be done."""
MINUTES = "ventilation_minutes"
DEFAULT_MINUTES = 30
"""Minutes of an airing where no measure in force says how long."""


@dataclass(frozen=True)
class Round:
    """One round: ``key`` names it within its day, [t0, t1) is when it may be done, ``source`` who asks for it."""

    kind: Kind
    key: str
    day: date
    t0: datetime
    t1: datetime
    title: str
    source: str = ""
    days: int = 1

    @property
    def form(self) -> str:
        """Return what kind of round it is."""
        return self.key.partition("-")[0]

    @property
    def clock(self) -> str:
        """Return the time of day in its key, as four digits; empty for a round of whole days."""
        return self.key.partition("-")[2]

    @property
    def is_next_day(self) -> bool:
        """Return whether it begins after midnight, on the calendar day after its business day."""
        return clock.day_of(self.t0) > self.day

    def expects(self, area: Area) -> bool:
        """Return whether the area is done in this round."""
        if area.created_at >= self.t1:
            return False
        return {
            KEY: area.is_key,
            BEFORE: area.by_shift,
            AFTER: area.by_shift,
            AIR: area.airs,
            OWN: self.clock in {f"{one:%H%M}" for one in area.own_times},
        }.get(self.form, True)

    def holds(self, moment: datetime) -> bool:
        """Return whether it may be done at a moment."""
        return self.t0 <= moment < self.t1


def least_minutes(now: InForce) -> int:
    """Return how long an airing has to last by the measures in force."""
    found = now.parameters.get(MINUTES)
    return int(found.value) if found is not None else DEFAULT_MINUTES


def rounds(now: InForce, shifts: Sequence[Shift], areas: Iterable[Area], day: date) -> list[Round]:
    """Return the rounds of a business day in their order; one that two measures ask for counts once."""
    found: dict[str, Round] = {}
    for measure in now.measures:
        if measure.evidence in Kind.values:
            for one in _of_measure(measure, shifts, day):
                found.setdefault(one.key, one)
    for own in sorted({one for area in areas if area.retired_at is None for one in area.own_times}):
        t0 = business_clock().at(day, own)
        title = _("%(at)s 本企业加做") % {"at": f"{own:%H:%M}"}
        key = f"{OWN}-{own:%H%M}"
        found[key] = Round(Kind.DISINFECTION, key, day, t0, t0 + OWN_HOURS, title, _("本企业计划"))
    return sorted(found.values(), key=lambda one: (one.days > 1, one.t0, one.t1, one.key))


def _of_measure(measure: MeasureNow, shifts: Sequence[Shift], day: date) -> list[Round]:
    kind = Kind(measure.evidence)
    source = measure.clause
    match measure.cadence:
        case Slots(times):
            return _slots(kind, times, day, source)
        case ShiftEnds(before, after) if kind == Kind.DISINFECTION:
            return [one for shift in shifts for one in _of_shift(shift, before, after, day, source)]
        case Every(days):
            begins = business_clock().begins
            t0, t1 = begins(day - timedelta(days=days - 1)), begins(day + timedelta(days=1))
            if kind == Kind.VENTILATION:
                return [Round(kind, f"{AIR}-", day, t0, t1, _("通风"), source, days)]
            title = ngettext("全面消杀，每日一次", "全面消杀，每 %(n)d 日一次", days) % {"n": days}
            return [Round(kind, FULL, day, t0, t1, title, source, days)]
    return []


def _slots(kind: Kind, times: Sequence[time], day: date, source: str) -> list[Round]:
    starts = sorted({business_clock().at(day, one) for one in times})
    ends = [*starts[1:], business_clock().begins(day + timedelta(days=1))]
    made = []
    for t0, t1 in zip(starts, ends, strict=True):
        local = timezone.localtime(t0)
        if kind == Kind.VENTILATION:
            key, title = f"{AIR}-{local:%H%M}", _("%(at)s 通风") % {"at": f"{local:%H:%M}"}
        else:
            key, title = f"{KEY}-{local:%H%M}", _("%(at)s 重点区域消杀") % {"at": f"{local:%H:%M}"}
        made.append(Round(kind, key, day, t0, t1, title, source))
    return made


def _of_shift(shift: Shift, before: int, after: int, day: date, source: str) -> list[Round]:
    starts = business_clock().at(day, shift.start)
    ends = starts + timedelta(minutes=shift.minutes)
    words = {"name": shift.name}
    made = []
    if before:
        title = _("%(name)s上班前消杀") % words
        key = f"{BEFORE}-{shift.start:%H%M}"
        made.append(
            Round(Kind.DISINFECTION, key, day, starts - timedelta(minutes=before), starts, title, source)
        )
    if after:
        title = _("%(name)s下班后消杀") % words
        key = f"{AFTER}-{shift.start:%H%M}"
        made.append(Round(Kind.DISINFECTION, key, day, ends, ends + timedelta(minutes=after), title, source))
    return made


def round_key(kind: Kind, area: Area, moment: datetime, asked: Iterable[Round]) -> str:
    """Return the key of the round that something done in an area at a moment belongs to.

    The shortest one that expects the area; outside all of them the minute itself, so that a form that is sent
    twice still counts once.
    """
    fitting = [
        one
        for one in asked
        if one.kind == kind and one.form != FULL and one.holds(moment) and one.expects(area)
    ]
    if fitting:
        return min(fitting, key=lambda one: (one.t1 - one.t0, -one.t0.timestamp())).key
    return f"{OUTSIDE}-{timezone.localtime(moment):%H%M}"
