"""The roster: filters, pages, counts, and who was where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet

from pingzhan.domain.people import tokens
from pingzhan.domain.people.models import Employment, Placement, SearchTokens

COUNT_CAP = 1_000
"""Counting stops here: an exact count over 100,000 rows would cost more than the page itself."""
FEW = 1_000
"""So many persons found by a search are handed to the next query by their ids."""
ORDER = ("enterprise_id", "employee_no", "id")


@dataclass(frozen=True)
class RosterFilter:
    """What a list of workers is narrowed to; ``status`` is 'on' (working now), 'left' or 'all'."""

    words: str = ""
    enterprise_id: int | None = None
    team_id: int | None = None
    group: str = ""
    status: str = "on"


def roster(visible: QuerySet[Employment], wanted: RosterFilter) -> QuerySet[Employment]:
    """Return the employments that fit, by enterprise and employee number."""
    found = visible
    if wanted.status == "on":
        found = found.filter(left__isnull=True)
    elif wanted.status == "left":
        found = found.filter(left__isnull=False)
    if wanted.enterprise_id is not None:
        found = found.filter(enterprise_id=wanted.enterprise_id)
    if wanted.team_id is not None:
        there = Placement.objects.filter(team_id=wanted.team_id, t1__isnull=True)
        found = found.filter(pk__in=there.values("employment_id"))
    if wanted.group:
        found = found.filter(groups__contains=[wanted.group])
    if wanted.words.strip():
        found = found.filter(_matching(wanted.words.strip()))
    return found.order_by(*ORDER)


def _matching(words: str) -> Q:
    """Return the condition "the words fit the person, or the employee number begins with them".

    Few persons are looked up here, once: as a subquery beside the OR the planner would read both tables whole,
    for the count and again for the page. Many (a common surname) stay a subquery.
    """
    condition = Q(pk__in=[])
    people = matching_individuals(words)
    if people is not None:
        ids = people.order_by().values_list("individual_id", flat=True)
        few = list(ids[: FEW + 1])
        condition |= Q(individual_id__in=few if len(few) <= FEW else ids)
    if " " not in words and words.isascii():
        condition |= Q(employee_no__startswith=words)
    return condition


def matching_individuals(words: str) -> QuerySet[SearchTokens] | None:
    """Return the search rows of persons whom the words fit; None when they cannot mean a person."""
    alternatives = tokens.asked(words)
    if not alternatives:
        return None
    distinct = list(dict.fromkeys(word for one in alternatives for word in one))
    number = dict(zip(distinct, tokens.hashed(distinct), strict=True))
    condition = Q()
    for one in alternatives:
        condition |= Q(tokens__contains=[number[word] for word in one])
    return SearchTokens.objects.filter(condition)


def page_of(found: QuerySet[Employment], *, size: int, after: int | None = None) -> list[Employment]:
    """Return the next ``size`` + 1 employments behind the one with id ``after``, with person and enterprise.

    One row more than asked tells that there is another page. An unknown ``after`` begins at the first.
    """
    if after is not None:
        last = Employment.objects.filter(pk=after).values_list(*ORDER).first()
        if last is not None:
            enterprise, number, pk = last
            found = found.filter(
                Q(enterprise_id__gte=enterprise)
                & (
                    Q(enterprise_id__gt=enterprise)
                    | Q(employee_no__gt=number)
                    | Q(employee_no=number, pk__gt=pk)
                )
            )
    return list(found.select_related("individual", "enterprise")[: size + 1])


def with_places(found: QuerySet[Employment]) -> QuerySet[Employment]:
    """Return the employments with person, enterprise and the placement in force, two queries."""
    current = (
        Placement.objects.filter(t1__isnull=True)
        .select_related("team", "team__shift", "room", "room__parent", "canteen")
        .order_by()
    )
    return found.select_related("individual", "enterprise").prefetch_related(
        Prefetch("placements", queryset=current, to_attr="current_placements")
    )


def capped_count(found: QuerySet[Employment]) -> int:
    """Return how many there are, at most COUNT_CAP + 1, which means more than COUNT_CAP."""
    return found.order_by()[: COUNT_CAP + 1].count()


def history_of(employment: Employment) -> list[Placement]:
    """Return the placements of an employment, the newest first."""
    return list(
        Placement.objects.filter(employment=employment)
        .select_related("team", "team__shift", "room", "room__parent", "canteen")
        .order_by("-t0")
    )


def in_team_room_canteen(
    *,
    begin: datetime,
    end: datetime | None = None,
    teams: Iterable[int] = (),
    rooms: Iterable[int] = (),
    canteens: Iterable[int] = (),
) -> QuerySet[Placement]:
    """Return who was placed in one of the teams, rooms or canteens at ``begin``, or at any time until ``end``.

    Half-open on both sides: a placement that ended at ``begin`` does not count. Several kinds are alternatives.
    """
    where = Q(pk__in=[])
    for field, ids in (("team_id", teams), ("room_id", rooms), ("canteen_id", canteens)):
        if chosen := list(ids):
            where |= Q(**{f"{field}__in": chosen})
    before = Q(t0__lte=begin) if end is None else Q(t0__lt=end)
    return Placement.objects.filter(where, before, Q(t1__isnull=True) | Q(t1__gt=begin))


def headcounts(enterprise_ids: Iterable[int]) -> dict[int, int]:
    """Return how many work at each enterprise now; an enterprise without workers is left out."""
    return dict(
        Employment.objects.filter(enterprise_id__in=list(enterprise_ids), left__isnull=True)
        .order_by()
        .values("enterprise_id")
        .annotate(n=Count("pk"))
        .values_list("enterprise_id", "n")
    )
