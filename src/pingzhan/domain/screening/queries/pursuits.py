"""Pursuits with their four times against the targets, and who is held where: what the pages show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, QuerySet

from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Individual
from pingzhan.domain.screening import settings, walkins
from pingzhan.domain.screening.enums import HoldState, ProposalState, PursuitState
from pingzhan.domain.screening.models import Hold, Member, Pursuit, SwitchProposal, WalkIn
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.privacy.masks import mask_name


@dataclass(frozen=True, slots=True)
class Time:
    """One of the four of 第一时间: when it was done, how long it took or is taking, and how long it may take."""

    target: settings.Target
    at: datetime | None
    begun: datetime | None
    taken: timedelta | None
    allowed: timedelta

    @property
    def late(self) -> bool:
        """Return whether it took, or is taking, longer than it may."""
        return self.taken is not None and self.taken > self.allowed

    @property
    def waiting(self) -> bool:
        """Return whether it still has to be done."""
        return self.at is None

    @property
    def minutes(self) -> int:
        """Return the whole minutes it took or is taking."""
        return int(self.taken.total_seconds() // 60) if self.taken is not None else 0

    @property
    def most(self) -> int:
        """Return the minutes it may take."""
        return int(self.allowed.total_seconds() // 60)

    @property
    def due_at(self) -> datetime | None:
        """Return by when it has to be done."""
        return self.begun + self.allowed if self.begun is not None else None


@dataclass(frozen=True, slots=True)
class Times:
    """A pursuit with its four times and how many of its people are in which state."""

    pursuit: Pursuit
    times: list[Time]
    heads: int
    held: int
    released: int
    positive: int

    @property
    def late(self) -> bool:
        """Return whether something that is still to be done is late."""
        return any(one.late and one.waiting for one in self.times)


def times_of(pursuit: Pursuit, now: datetime) -> list[Time]:
    """Return the four times of a pursuit. No query."""
    moments: dict[str, tuple[datetime | None, datetime | None]] = {
        "tested": (pursuit.sampled_at, pursuit.tested_at),
        "found": (pursuit.tested_at, pursuit.found_at),
        "controlled": (pursuit.found_at, pursuit.controlled_at),
        "reported": (pursuit.found_at, pursuit.reported_at),
    }
    end = pursuit.closed_at or now
    return [
        Time(
            target,
            done,
            begun,
            max(timedelta(), (done or end) - begun) if begun is not None else None,
            timedelta(minutes=target.now),
        )
        for target in settings.TARGETS
        for begun, done in [moments[target.key]]
    ]


def open_pursuits(pursuits: QuerySet[Pursuit]) -> QuerySet[Pursuit]:
    """Narrow pursuits to those still followed, the oldest first."""
    return (
        pursuits.filter(state=PursuitState.OPEN).select_related("tube__enterprise").order_by("found_at", "pk")
    )


def pursuit_rows(pursuits: Iterable[Pursuit], now: datetime) -> list[Times]:
    """Return pursuits with times and counts. One query."""
    rows = list(pursuits)
    counts: dict[int, Counter[str]] = {one.pk: Counter() for one in rows}
    for pursuit, state, n in (
        Member.objects.filter(pursuit__in=rows)
        .order_by()
        .values_list("pursuit_id", "hold__state")
        .annotate(n=Count("pk"))
    ):
        counts[pursuit][state] = n
    return [
        Times(
            one,
            times_of(one, now),
            counts[one.pk].total(),
            counts[one.pk][HoldState.HELD],
            counts[one.pk][HoldState.RELEASED],
            counts[one.pk][HoldState.POSITIVE],
        )
        for one in rows
    ]


@dataclass(frozen=True, slots=True)
class HeldPerson:
    """Somebody held, his name masked; empty once his data is destroyed."""

    hold: Hold
    masked: str
    employee_no: str
    place: int = 0


_PLACES = (
    "individual",
    "walk_in",
    "employment",
    "enterprise",
    "team",
    "room__parent",
    "canteen",
    "retest_tube",
)


def members_of(pursuit: Pursuit) -> list[HeldPerson]:
    """Return everybody who was in the tube of a pursuit, in the order of the tube. Four queries."""
    rows = list(
        Member.objects.filter(pursuit=pursuit)
        .select_related(*(f"hold__{one}" for one in _PLACES))
        .order_by("place", "pk")
    )
    masked = _masked([one.hold for one in rows])
    return [_person(one.hold, masked, one.place) for one in rows]


def held_by_firm(holds: QuerySet[Hold], unit: Unit) -> list[HeldPerson]:
    """Return those of an enterprise who are held or positive now, the latest first. Four queries."""
    rows = list(
        holds.filter(enterprise=unit, until__isnull=True)
        .select_related(*_PLACES)
        .order_by(F("since").desc(), "pk")
    )
    masked = _masked(rows)
    return [_person(one, masked) for one in rows]


def held_count(holds: QuerySet[Hold], unit: Unit) -> int:
    """Return how many of an enterprise are held or positive now. One query."""
    return holds.filter(enterprise=unit, until__isnull=True).count()


def _person(hold: Hold, masked: Mapping[int, str], place: int = 0) -> HeldPerson:
    number = hold.employment.employee_no if hold.employment is not None else ""
    return HeldPerson(hold, masked.get(hold.person, "") if hold.person else "", number, place)


def _masked(holds: Sequence[Hold]) -> dict[int, str]:
    known: list[Individual] = [one.individual for one in holds if one.individual is not None]
    guests: list[WalkIn] = [one.walk_in for one in holds if one.walk_in is not None]
    found: dict[int, str] = {}
    if known:
        for pk, text in people.opened(known, fields=("name",)).items():
            found[pk] = mask_name(text.name)
    if guests:
        for pk, name in walkins.names(guests).items():
            found[-pk] = mask_name(name)
    return found


def waiting_proposal(proposals: QuerySet[SwitchProposal], zone: Unit) -> SwitchProposal | None:
    """Return the proposal to switch that waits for a decision in a zone. One query."""
    return proposals.filter(zone=zone, state=ProposalState.OPEN).select_related("unit").first()
