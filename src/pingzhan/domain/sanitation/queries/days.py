"""A day of an enterprise: its rounds, which areas each expects, and what was done of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from pingzhan.domain.measures.api import InForce, in_force
from pingzhan.domain.obligations.api import business_clock
from pingzhan.domain.sanitation.models import Area, Record
from pingzhan.domain.sanitation.rounds import Round, least_minutes, rounds
from pingzhan.domain.territory.models import Shift, Unit

SECOND = timedelta(seconds=1)


@dataclass
class RoundState:
    """A round with the areas it expects, and the record that counts for each that is done."""

    round: Round
    areas: list[Area]
    done: dict[int, Record] = field(default_factory=dict)
    short: dict[int, Record] = field(default_factory=dict)
    opens: bool = False
    over: bool = False

    @property
    def missing(self) -> list[Area]:
        """Return the areas that are not done yet."""
        return [area for area in self.areas if area.pk not in self.done]

    @property
    def counted(self) -> int:
        """Return how many of the expected areas are done."""
        return len(self.areas) - len(self.missing)

    @property
    def complete(self) -> bool:
        """Return whether every expected area is done."""
        return bool(self.areas) and not self.missing

    @property
    def current(self) -> bool:
        """Return whether it may be done now."""
        return self.opens and not self.over


@dataclass(frozen=True)
class DayPlan:
    """The rounds of a day, by what is done in them; ``least`` is how long an airing has to last."""

    day: date
    now: datetime
    rounds: list[RoundState]
    areas: list[Area]
    least: int

    def state_of(self, key: str) -> RoundState | None:
        """Return a round by its key."""
        return next((one for one in self.rounds if one.round.key == key), None)


def asked_of(unit: Unit, day: date, now: datetime) -> InForce:
    """Return the measures that held on a day: now for today, at its end for a past one."""
    ends = business_clock().begins(day + timedelta(days=1)) - SECOND
    return in_force(unit) if ends >= now else in_force(unit, ends)


def areas_in_use(unit: Unit) -> list[Area]:
    """Return the areas of an enterprise that are in use, key areas first."""
    return list(Area.objects.filter(enterprise=unit, retired_at__isnull=True))


def shifts_of(unit: Unit) -> list[Shift]:
    """Return the shifts of an enterprise that are in use."""
    return list(Shift.objects.filter(enterprise=unit, active=True).order_by("start", "name"))


def rounds_of(unit: Unit, day: date, now: datetime, areas: Iterable[Area]) -> tuple[list[Round], int]:
    """Return the rounds of a day and how long an airing has to last. Four queries."""
    held = asked_of(unit, day, now)
    return rounds(held, shifts_of(unit), areas, day), least_minutes(held)


def standing(unit: Unit, t0: datetime, t1: datetime) -> QuerySet[Record]:
    """Return the records of a time that are not voided, the latest first."""
    return Record.objects.filter(enterprise=unit, at__gte=t0, at__lt=t1, voided_at__isnull=True).order_by(
        "-at", "-pk"
    )


def day_plan(unit: Unit, day: date, now: datetime) -> DayPlan:
    """Return the rounds of a day with what is done of each. Six queries, however many areas there are."""
    areas = areas_in_use(unit)
    asked, least = rounds_of(unit, day, now, areas)
    states = [
        RoundState(
            one, [area for area in areas if one.expects(area)], opens=one.t0 <= now, over=one.t1 <= now
        )
        for one in asked
    ]
    if states:
        found = standing(unit, min(one.t0 for one in asked), max(one.t1 for one in asked))
        fill(states, list(found))
    return DayPlan(day, now, states, areas, least)


def fill(states: Sequence[RoundState], records: Iterable[Record]) -> None:
    """Sort records into the rounds they count for, by when they were done; those too short are kept apart."""
    for record in records:
        for one in states:
            if one.round.kind == record.kind and one.round.holds(record.at):
                kept = one.done if record.is_enough else one.short
                kept.setdefault(record.area_id, record)
