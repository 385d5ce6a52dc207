"""Cleaning and airing of the demo zone: areas of three enterprises, a week of rounds, and what is open today."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from pingzhan.domain.obligations.api import business_clock, business_now
from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.enums import Agent, AreaKind, Kind
from pingzhan.domain.sanitation.models import Area
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor

DAYS = 6
FIRST = timedelta(days=30)
MINUTES = 30
#: When the areas were done on the days before the measures were put in force.
PAST = {
    Kind.DISINFECTION: (time(7, 10), time(12, 40), time(18, 10)),
    Kind.VENTILATION: (time(8, 5), time(15, 10)),
}
EXTRA = (
    sanitation.AreaData("货梯", AreaKind.LIFT, is_key=True, airs=False, agent=Agent.ALCOHOL),
    sanitation.AreaData(
        "打卡通道", AreaKind.GATE, is_key=True, own_times=(time(10),), agent=Agent.QUATERNARY
    ),
)


def demo_sanitation(zone: Unit, by: Actor) -> None:
    """Give the first three enterprises areas and a week of rounds; the second misses some, the third is behind."""
    now, today = business_now()
    firms = Unit.objects.filter(enterprise__isnull=False, path__startswith=zone.path).order_by("code")[:3]
    for n, unit in enumerate(firms):
        sanitation.propose_areas(enterprise=unit, by=by)
        for data in EXTRA:
            sanitation.add_area(enterprise=unit, data=data, by=by)
        areas = Area.objects.filter(enterprise=unit)
        areas.update(created_at=now - FIRST)
        for kind in Kind:
            done = [area for area in areas if (area.is_key if kind == Kind.DISINFECTION else area.airs)]
            for back in range(DAYS, 0, -1):
                _past(unit, done, kind, today - timedelta(days=back), by, missed=n and (back + n) % 3)
            if n < 2:
                _today(unit, kind, now, by, missed=n)


def _past(unit: Unit, areas: list[Area], kind: Kind, day: date, by: Actor, *, missed: int) -> None:
    """Register a day before today; ``missed`` rounds at its end were not done."""
    times = PAST[kind][: max(1, len(PAST[kind]) - missed)]
    minutes = MINUTES if kind == Kind.VENTILATION else None
    lines = [
        sanitation.Line(area.pk, business_clock().at(day, one), minutes=minutes)
        for one in times
        for area in areas
    ]
    sanitation.enter_lines(enterprise=unit, kind=kind, lines=lines, by=by)


def _today(unit: Unit, kind: Kind, now: datetime, by: Actor, *, missed: int) -> None:
    """Register the rounds of today that are over, all but the last ``missed``."""
    plan = sanitation.day_plan(unit, business_clock().day_of(now), now)
    over = [one for one in plan.rounds if one.round.kind == kind and one.over and one.round.days == 1]
    lines = []
    for state in over[: len(over) - missed]:
        at = state.round.t0 + timedelta(minutes=10)
        minutes = plan.least if kind == Kind.VENTILATION else None
        lines += [sanitation.Line(area.pk, at, minutes=minutes) for area in state.areas]
    if lines:
        sanitation.enter_lines(enterprise=unit, kind=kind, lines=lines, by=by)
