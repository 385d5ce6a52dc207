"""What a laboratory has to do and has said: tubes of rounds with the result that holds, and how it came about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from pingzhan.domain.screening.enums import IN_FIELD, RoundState, TubeState, Verdict
from pingzhan.domain.screening.models import Result, Round, Tube
from pingzhan.domain.territory.models import Unit

RECENT = 12
"""Rounds that are offered to look back at."""
SAMPLED = (RoundState.ADOPTED, RoundState.RUNNING, RoundState.CLOSED)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many tubes of some rounds are where, and what was found."""

    coming: int
    waiting: int
    held: int
    resulted: int
    unwell: int


@dataclass(frozen=True, slots=True)
class TubeLine:
    """A tube with the result that holds and how many it had before."""

    tube: Tube
    result: Result | None
    corrected: int


def result_rounds(zone: Unit, day: date) -> list[Round]:
    """Return the last rounds in which swabs are or were taken, the latest first. One query.

    Rounds of days to come are left out unless they have begun.
    """
    begun = Q(day__lte=day) | Q(state=RoundState.RUNNING)
    return list(
        Round.objects.filter(begun, zone=zone, state__in=SAMPLED).order_by("-day", "-number")[:RECENT]
    )


def rounds_of_today(rounds: Iterable[Round], day: date) -> list[Round]:
    """Return those of today or still being swabbed."""
    return [one for one in rounds if one.day == day or one.state == RoundState.RUNNING]


def tally_of(tubes: QuerySet[Tube]) -> Tally:
    """Count tubes. One query."""
    void = Q(state=TubeState.VOID)
    there = ~Q(state__in=IN_FIELD) & ~void & Q(verdict="")
    found = tubes.aggregate(
        coming=Count("pk", filter=Q(state__in=IN_FIELD)),
        waiting=Count("pk", filter=there & Q(held=False)),
        held=Count("pk", filter=there & Q(held=True)),
        resulted=Count("pk", filter=~Q(verdict="")),
        unwell=Count("pk", filter=Q(verdict__in=(Verdict.POSITIVE, Verdict.GREY))),
    )
    return Tally(**found)


def with_results(tubes: Sequence[Tube]) -> list[TubeLine]:
    """Return tubes with the results that hold. One query."""
    last: dict[int, Result] = {}
    numbers: dict[int, int] = {}
    for one in Result.objects.filter(tube__in=[tube.pk for tube in tubes]).order_by("pk"):
        last[one.tube_id] = one
        numbers[one.tube_id] = numbers.get(one.tube_id, 0) + 1
    return [TubeLine(one, last.get(one.pk), max(0, numbers.get(one.pk, 0) - 1)) for one in tubes]


def history_of(tube: Tube) -> list[Result]:
    """Return all results of a tube, the one that holds first. One query."""
    return list(Result.objects.filter(tube=tube).order_by("-pk"))
