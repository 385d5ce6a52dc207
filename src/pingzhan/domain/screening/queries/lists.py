"""Rounds with their counts, and what an enterprise sees of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet, Sum

from pingzhan.domain.screening.enums import RoundState
from pingzhan.domain.screening.models import Demand, Round, RoundCount, Slot
from pingzhan.domain.screening.moments import moment


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a round is: how many are due (as counted, or as told once adopted) and tested."""

    firms: int = 0
    due: int = 0
    tested: int = 0

    @property
    def missed(self) -> int:
        """Return who is still to come."""
        return max(0, self.due - self.tested)


def coverage_of(rounds: Iterable[Round]) -> dict[int, Coverage]:
    """Return how far each round is. Two queries."""
    ids = [one.pk for one in rounds]
    found = {
        row["round"]: Coverage(row["firms"], row["n"] or 0)
        for row in Demand.objects.filter(round__in=ids, due__gt=0)
        .order_by()
        .values("round")
        .annotate(firms=Count("enterprise", distinct=True), n=Sum("due"))
    }
    for row in (
        RoundCount.objects.filter(round_id__in=ids)
        .order_by()
        .values("round_id")
        .annotate(firms=Count("enterprise_id", distinct=True), n=Sum("due"), t=Sum("tested"))
    ):
        found[row["round_id"]] = Coverage(row["firms"], row["n"] or 0, row["t"] or 0)
    return found


def coverage_by_firm(round_: Round) -> dict[int, Coverage]:
    """Return due and tested of a round by enterprise. One query."""
    rows = (
        RoundCount.objects.filter(round_id=round_.pk)
        .order_by()
        .values("enterprise_id")
        .annotate(n=Sum("due"), t=Sum("tested"))
    )
    return {row["enterprise_id"]: Coverage(1, row["n"] or 0, row["t"] or 0) for row in rows}


def demands_of(round_: Round) -> list[Demand]:
    """Return who is due in a round, by enterprise and time. One query."""
    return list(
        Demand.objects.filter(round=round_)
        .select_related("enterprise", "shift")
        .order_by("enterprise__name", "enterprise_id", "opens", "id")
    )


def slots_in_force(slots: QuerySet[Slot]) -> QuerySet[Slot]:
    """Narrow slots to those that were not replaced and whose round was not called off."""
    return (
        slots.filter(ended_by__isnull=True)
        .exclude(round__state=RoundState.CANCELLED)
        .select_related("team", "round", "enterprise")
        .order_by("start", "pk")
    )


def next_slots(slots: QuerySet[Slot], enterprise_id: int, day: date) -> Sequence[Slot]:
    """Return the slots of the next day on which a team comes to an enterprise, this day included. One query."""
    coming = list(
        slots_in_force(slots).filter(
            enterprise=enterprise_id,
            start__gte=moment(day, 0),
            round__state__in=(RoundState.ADOPTED, RoundState.RUNNING),
        )[:50]
    )
    return [one for one in coming if one.round_id == coming[0].round_id]
