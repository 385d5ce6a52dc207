"""The lists of the pages: enterprises by coverage, officials by load, places; the worst first."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Now

from pingzhan.domain.frontline import settings
from pingzhan.domain.frontline.enums import Cover, PlaceSource
from pingzhan.domain.frontline.queries.facts import (
    Spot,
    commander_ids,
    officials_of,
    open_firms,
    spots_of,
)
from pingzhan.domain.organisation.enums import ResponsibilityKind
from pingzhan.domain.organisation.models import Absence, Person, Responsibility
from pingzhan.domain.territory.api import plan_of
from pingzhan.domain.territory.enums import EnterpriseStatus, RiskClass
from pingzhan.domain.territory.models import Unit

Params = Mapping[str, str]
_ORDER = {cover: n for n, cover in enumerate(Cover)}


def _held() -> QuerySet[Responsibility]:
    return Responsibility.objects.filter(
        unit=OuterRef("pk"), kind=ResponsibilityKind.ENTERPRISE, person__active=True
    )


def away_now(person: str) -> Exists:
    """Return the condition that the person in this field is away at this moment."""
    return Exists(Absence.objects.filter(person=OuterRef(person), t0__lte=Now(), t1__gt=Now()))


def with_cover(firms: QuerySet[Unit]) -> QuerySet[Any]:
    """Return enterprises with ``cover`` (enums.Cover), computed from responsibilities and absences of this moment."""
    return firms.annotate(
        first=Exists(_held().filter(rank=0)),
        second=Exists(_held().filter(rank__gt=0)),
        there=Exists(_held().filter(~away_now("person"))),
    ).annotate(
        cover=Case(
            When(first=False, then=Value(Cover.NOBODY.value)),
            When(there=False, then=Value(Cover.AWAY.value)),
            When(second=False, then=Value(Cover.NO_SUBSTITUTE.value)),
            default=Value(Cover.FULL.value),
        )
    )


def firm_list(visible: QuerySet[Unit], zone: Unit, params: Params) -> QuerySet[Any]:
    """Return the open enterprises of a zone with ``cover`` and officials loaded, the worst first.

    ``params``: ``q`` finds name, code or official; ``area`` a unit id; ``cover`` a value of Cover, or ``gap``
    for all that are not fully covered. Two queries when read.
    """
    found = with_cover(visible.filter(pk__in=open_firms(zone).values("pk")))
    words = params.get("q", "").strip()[:60]
    if words:
        found = found.filter(
            Q(name__icontains=words)
            | Q(code__icontains=words)
            | Q(
                pk__in=Responsibility.objects.filter(
                    person__name__icontains=words, kind=ResponsibilityKind.ENTERPRISE
                ).values("unit")
            )
        )
    if params.get("area", "").isdecimal() and len(params["area"]) < 19:
        found = found.filter(parent=int(params["area"]))
    cover = params.get("cover", "")
    if cover in Cover.values:
        found = found.filter(cover=cover)
    elif cover == "gap":
        found = found.exclude(cover=Cover.FULL)
    rows: QuerySet[Any] = (
        found.annotate(
            severity=Case(
                *(When(cover=one.value, then=Value(n)) for one, n in _ORDER.items()),
                output_field=IntegerField(),
            )
        )
        .select_related("parent", "enterprise")
        .prefetch_related(
            Prefetch(
                "responsibilities",
                queryset=Responsibility.objects.filter(
                    kind=ResponsibilityKind.ENTERPRISE, person__active=True
                )
                .annotate(away=away_now("person"))
                .select_related("person")
                .order_by("rank"),
            )
        )
        .order_by("severity", "-headcount", "code")
    )
    return rows


def official_list(zone: Unit, params: Params) -> QuerySet[Any]:
    """Return the officials of a zone with what they answer for, the most loaded first.

    Annotated: ``firms`` and ``seconds`` (enterprises as principal and as substitute), ``heads`` (workers),
    ``load`` (workers weighted by risk), ``away``. ``params``: ``q`` name or title; ``show`` ``without`` (answers
    for none) or ``with``. The heads of the leading group are listed too: they answer for none by intention.
    """
    factors = settings.factors()
    held = Q(
        responsibilities__kind=ResponsibilityKind.ENTERPRISE,
    ) & ~Q(responsibilities__unit__enterprise__status=EnterpriseStatus.CLOSED)
    first = held & Q(responsibilities__rank=0)
    factor = Case(
        When(responsibilities__unit__enterprise__risk=RiskClass.HIGH, then=Value(factors[RiskClass.HIGH])),
        When(
            responsibilities__unit__enterprise__risk=RiskClass.MEDIUM, then=Value(factors[RiskClass.MEDIUM])
        ),
        default=Value(1),
        output_field=IntegerField(),
    )
    people = officials_of(zone).annotate(
        firms=Count("responsibilities", filter=first),
        seconds=Count("responsibilities", filter=held & Q(responsibilities__rank__gt=0)),
        heads=Coalesce(Sum("responsibilities__unit__headcount", filter=first), 0),
        load=Coalesce(Sum(F("responsibilities__unit__headcount") * factor, filter=first), 0),
        away=away_now("pk"),
    )
    words = params.get("q", "").strip()[:60]
    if words:
        people = people.filter(Q(name__icontains=words) | Q(title__icontains=words))
    if params.get("show") == "without":
        people = people.filter(firms=0).exclude(pk__in=commander_ids(zone))
    elif params.get("show") == "with":
        people = people.filter(firms__gt=0)
    return people.select_related("home_unit").order_by("-load", "-firms", "sort_key", "name", "pk")


@dataclass(frozen=True)
class Spread:
    """Where the enterprises of one official lie: their names, areas, and the widest way between two in metres."""

    names: tuple[str, ...]
    areas: tuple[str, ...]
    metres: int | None


def spreads(zone: Unit, people: Sequence[Person]) -> dict[int, Spread]:
    """Return how far the enterprises of each person lie apart, by person. Two queries."""
    if not people:
        return {}
    spots = spots_of(plan_of(zone))
    mine: dict[int, list[tuple[str, str, Spot | None]]] = defaultdict(list)
    for person, code, name, area in (
        Responsibility.objects.filter(
            person__in=[one.pk for one in people], kind=ResponsibilityKind.ENTERPRISE, rank=0
        )
        .exclude(unit__enterprise__status=EnterpriseStatus.CLOSED)
        .order_by("unit__code")
        .values_list("person_id", "unit__code", "unit__name", "unit__parent__name")
    ):
        mine[person].append((name, area or "", spots.get(code)))
    return {
        person: Spread(
            tuple(name for name, _area, _spot in rows),
            tuple(dict.fromkeys(area for _name, area, _spot in rows if area)),
            _widest([spot for _name, _area, spot in rows if spot is not None]),
        )
        for person, rows in mine.items()
    }


def _widest(spots: Sequence[Spot]) -> int | None:
    if len(spots) < 2:
        return None
    return round(max(math.dist(one, other) for one, other in combinations(spots, 2)))


def place_list(zone: Unit, params: Params) -> QuerySet[Any]:
    """Return the officials of a zone with their front-line places, those without one first.

    ``params``: ``q`` name or unit; ``source`` a value of PlaceSource, or ``none`` for those without a place.
    """
    people = officials_of(zone).annotate(away=away_now("pk"))
    words = params.get("q", "").strip()[:60]
    if words:
        people = people.filter(Q(name__icontains=words) | Q(front_place__unit__name__icontains=words))
    source = params.get("source", "")
    if source in PlaceSource.values:
        people = people.filter(front_place__source=source)
    elif source == "none":
        people = people.filter(front_place__isnull=True)
    return people.select_related("front_place__unit").order_by(
        F("front_place__unit__code").asc(nulls_first=True), "front_place__rank", "sort_key", "name", "pk"
    )


@dataclass(frozen=True)
class Coverage:
    """Both ways of coverage of a zone in numbers.

    ``firms`` by Cover; ``officials`` in service, of whom ``without`` answer for nothing (who heads the leading
    group is counted in ``commanders`` instead), ``placed`` have a front-line place and ``unplaced`` should have
    one; ``bare`` are enterprises that are nobody's front-line place.
    """

    firms: dict[str, int]
    officials: int
    commanders: int
    without: int
    placed: int
    unplaced: int
    bare: int

    @property
    def total(self) -> int:
        """Return how many enterprises there are."""
        return sum(self.firms.values())

    @property
    def gaps(self) -> int:
        """Return how many enterprises are not fully covered."""
        return self.total - self.firms.get(Cover.FULL, 0)


def coverage(zone: Unit) -> Coverage:
    """Return how a zone is covered, both ways. Four queries."""
    firms = dict.fromkeys(Cover.values, 0)
    bare = 0
    for cover, placed, n in (
        with_cover(open_firms(zone))
        .annotate(placed=Exists(_placed()))
        .order_by()
        .values_list("cover", "placed")
        .annotate(n=Count("pk"))
    ):
        firms[cover] += n
        bare += 0 if placed else n
    commanders = commander_ids(zone)
    people = officials_of(zone)
    answers = Exists(
        Responsibility.objects.filter(
            person=OuterRef("pk"), kind=ResponsibilityKind.ENTERPRISE, rank=0
        ).exclude(unit__enterprise__status=EnterpriseStatus.CLOSED)
    )
    rows = list(people.annotate(answers=answers).values_list("id", "answers", "front_place__id"))
    free = [row for row in rows if row[0] not in commanders]
    placed_n = sum(row[2] is not None for row in rows)
    return Coverage(
        firms=firms,
        officials=len(rows),
        commanders=len(rows) - len(free),
        without=sum(not row[1] for row in free),
        placed=placed_n,
        unplaced=sum(row[2] is None for row in free),
        bare=bare,
    )


def _placed() -> QuerySet[Person]:
    return Person.objects.filter(active=True, front_place__unit__path__startswith=OuterRef("path"))
