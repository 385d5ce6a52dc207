"""What lists, boards and other modules ask about drills and reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum

from pingzhan.domain.command.models import Seat
from pingzhan.domain.drills.enums import DrillState
from pingzhan.domain.drills.models import Drill, Review, ReviewAction
from pingzhan.domain.drills.queries.facts import facts_of
from pingzhan.domain.orders.enums import FINAL_STATES
from pingzhan.domain.territory.models import Unit


@dataclass(frozen=True)
class WorldView:
    """A drill's world that somebody may look at: its number, title, and since when."""

    world: int
    drill_id: int
    title: str
    since: datetime | None


def with_counts(drills: QuerySet[Drill]) -> QuerySet[Drill]:
    """Return drills with the number of situations, those handed out, and the score given of how many points."""
    return drills.select_related("unit").annotate(
        injects_n=Count("injects"),
        fired_n=Count("injects", filter=Q(injects__fired_at__isnull=False)),
        score_n=Sum("injects__score"),
        points_n=Sum("injects__points", filter=Q(injects__score__isnull=False)),
    )


def last_drill(zone: Unit) -> Drill | None:
    """Return the drill of a zone that ended last."""
    return Drill.objects.filter(zone=zone, state=DrillState.ENDED).order_by("-ended_at", "-pk").first()


def earlier(drill: Drill, limit: int = 3, among: QuerySet[Drill] | None = None) -> list[Drill]:
    """Return the drills of the same zone, of ``among`` if given, that ended before this one began, newest first."""
    known = Drill.objects.all() if among is None else among
    found = known.filter(zone=drill.zone_id, state=DrillState.ENDED).exclude(pk=drill.pk)
    if drill.started_at is not None:
        found = found.filter(ended_at__lte=drill.started_at)
    return list(found.select_related("unit", "activation").order_by("-ended_at", "-pk")[:limit])


def compare(
    drill: Drill, limit: int = 3, among: QuerySet[Drill] | None = None
) -> list[tuple[Drill, dict[str, float | None]]]:
    """Return this drill and the last ones (of ``among`` if given) with the minutes of each milestone, newest first."""
    found = []
    for one in (drill, *earlier(drill, limit, among)):
        if one.activation is not None:
            found.append((one, facts_of(one.activation, until=one.ended_at)["minutes"]))
    return found


def open_actions(zone: Unit) -> QuerySet[ReviewAction]:
    """Return what was decided after reviews of a zone and is not done yet, the earliest due first."""
    return open_actions_of([zone.pk])


def open_actions_of(zone_ids: Sequence[int]) -> QuerySet[ReviewAction]:
    """Return the same for several zones."""
    return (
        ReviewAction.objects.filter(review__zone__in=zone_ids)
        .exclude(order__state__in=FINAL_STATES)
        .select_related("review__unit", "order")
        .order_by("due_at", "pk")
    )


def reviews(visible: QuerySet[Review]) -> QuerySet[Review]:
    """Return reviews for a list, with the number of actions and of those still open."""
    return visible.select_related("unit", "activation").annotate(
        actions_n=Count("actions"),
        open_n=Count("actions", filter=Q(actions__isnull=False) & ~Q(actions__order__state__in=FINAL_STATES)),
    )


def worlds_of_person(person_id: int) -> list[WorldView]:
    """Return the drills under way in which a person has a seat. One query."""
    worlds = Seat.objects.filter(person=person_id, world__gt=0, closed_at__isnull=True).values("world")
    return views(Drill.objects.filter(state=DrillState.RUNNING, world__in=worlds))


def views(drills: QuerySet[Drill]) -> list[WorldView]:
    """Return the worlds of drills that have begun, the newest first."""
    return [
        WorldView(world, pk, title, since)
        for world, pk, title, since in drills.order_by("-started_at", "-pk").values_list(
            "world", "pk", "title", "started_at"
        )
        if world is not None
    ]
