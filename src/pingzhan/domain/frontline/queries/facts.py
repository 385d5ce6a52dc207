"""What proposals and places are computed from: enterprises, officials and who answers for what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Now

from pingzhan.domain.frontline import settings
from pingzhan.domain.frontline.balance import Firm, Official
from pingzhan.domain.organisation.enums import (
    GroupKind,
    PersonKind,
    PostRole,
    ResponsibilityKind,
    VersionStatus,
)
from pingzhan.domain.organisation.models import Absence, Holding, Person, Responsibility
from pingzhan.domain.territory.api import plan_of
from pingzhan.domain.territory.enums import EnterpriseStatus, RiskClass, UnitKind
from pingzhan.domain.territory.models import ParkPlan, Unit

Spot = tuple[float, float]


class FirmRow(NamedTuple):
    """An enterprise that is not closed; ``area_id`` 0 and ``area`` empty when it lies in none."""

    id: int
    code: str
    name: str
    path: str
    area_id: int
    area: str
    headcount: int
    risk: str


class OfficialRow(NamedTuple):
    """An official in service."""

    id: int
    name: str
    title: str
    home_path: str
    home_id: int
    area_id: int


@dataclass
class Facts:
    """A zone as the balance sees it.

    ``held`` is (person, rank) of persons in service by enterprise, the principal first; ``ranked`` who is
    registered by (enterprise, rank), in service or not; ``away`` who is away now, and whether for long.
    """

    zone: Unit
    firms: list[FirmRow]
    officials: list[OfficialRow]
    held: dict[int, list[tuple[int, int]]]
    ranked: dict[tuple[int, int], int]
    away: dict[int, bool]
    commanders: frozenset[int]
    spots: dict[str, Spot] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)

    def weight(self, firm: FirmRow) -> int:
        """Return the workers of an enterprise weighted by its risk class, at least 1."""
        return max(1, firm.headcount) * settings.factors().get(firm.risk, 1)

    def as_firms(self) -> list[Firm]:
        """Return the enterprises as the balance takes them."""
        factors = settings.factors()
        return [
            Firm(
                one.id,
                max(1, one.headcount) * factors.get(one.risk, 1),
                one.area_id,
                self.spots.get(one.code),
            )
            for one in self.firms
        ]

    def as_officials(self, *, all_of_them: bool = False) -> list[Official]:
        """Return who may be proposed: officials in service, neither commanding nor away for long.

        With ``all_of_them`` those away too: a standing place outlasts an absence.
        Who has no home in an area is at home where the heaviest of his enterprises lies.
        """
        homes = self._homes()
        found = []
        for one in self.officials:
            if one.id in self.commanders or (self.away.get(one.id) and not all_of_them):
                continue
            area, spot = homes.get(one.id, (0, None))
            home = self.spots.get(self.codes.get(one.home_id, ""))
            found.append(Official(one.id, one.area_id or area, home or spot))
        return found

    def _homes(self) -> dict[int, tuple[int, Spot | None]]:
        heaviest: dict[int, tuple[int, int, Spot | None]] = {}
        for firm in self.as_firms():
            for person, rank in self.held.get(firm.id, ()):
                if rank == 0 and firm.weight > heaviest.get(person, (0, 0, None))[0]:
                    heaviest[person] = (firm.weight, firm.area, firm.spot)
        return {person: (area, spot) for person, (_weight, area, spot) in heaviest.items()}

    def barred(self) -> set[tuple[int, int]]:
        """Return the pairs (enterprise, official) in which the official belongs to the enterprise."""
        paths = {one.path: one.id for one in self.firms}
        return {
            (firm, one.id)
            for one in self.officials
            for path, firm in paths.items()
            if one.home_path.startswith(path)
        }


def open_firms(zone: Unit) -> QuerySet[Unit]:
    """Return the enterprises of a zone that are not closed, with file or without."""
    return Unit.objects.filter(path__startswith=zone.path, kind=UnitKind.ENTERPRISE).exclude(
        enterprise__status=EnterpriseStatus.CLOSED
    )


def officials_of(zone: Unit) -> QuerySet[Person]:
    """Return the officials of a zone in service."""
    return Person.objects.filter(kind=PersonKind.OFFICIAL, active=True, home_unit__path__startswith=zone.path)


def firm_rows(zone: Unit) -> list[FirmRow]:
    """Return the open enterprises of a zone by code. One query."""
    rows = (
        open_firms(zone)
        .order_by("code")
        .values_list(
            "id",
            "code",
            "name",
            "path",
            "parent_id",
            "parent__kind",
            "parent__name",
            "headcount",
            "enterprise__risk",
        )
    )
    return [
        FirmRow(
            id_,
            code,
            name,
            path,
            parent if kind == UnitKind.AREA else 0,
            area if kind == UnitKind.AREA else "",
            headcount,
            risk or RiskClass.LOW,
        )
        for id_, code, name, path, parent, kind, area, headcount, risk in rows
    ]


def official_rows(zone: Unit) -> list[OfficialRow]:
    """Return the officials in service by reading of their names. One query."""
    rows = (
        officials_of(zone)
        .order_by("sort_key", "name", "id")
        .values_list("id", "name", "title", "home_unit__path", "home_unit_id", "home_unit__kind")
    )
    return [
        OfficialRow(id_, name, title, path, unit, unit if kind == UnitKind.AREA else 0)
        for id_, name, title, path, unit, kind in rows
    ]


def ranks(
    firm_ids: Iterable[int],
) -> tuple[dict[int, list[tuple[int, int]]], dict[tuple[int, int], int]]:
    """Return (person, rank) of persons in service by enterprise, and who is registered by (enterprise, rank)."""
    held: dict[int, list[tuple[int, int]]] = defaultdict(list)
    ranked: dict[tuple[int, int], int] = {}
    for unit, person, rank, active in (
        Responsibility.objects.filter(unit__in=list(firm_ids), kind=ResponsibilityKind.ENTERPRISE)
        .order_by("unit_id", "rank")
        .values_list("unit_id", "person_id", "rank", "person__active")
    ):
        ranked[unit, rank] = person
        if active:
            held[unit].append((person, rank))
    return dict(held), ranked


def away(zone: Unit) -> dict[int, bool]:
    """Return who is away now, and whether for more than the days of the setting. One query."""
    found: dict[int, bool] = {}
    late = Now() + timedelta(days=settings.away_days())
    for person, long in (
        Absence.objects.filter(person__home_unit__path__startswith=zone.path, t0__lte=Now(), t1__gt=Now())
        .annotate(long=Case(When(t1__gt=late, then=Value(True)), default=Value(False)))
        .values_list("person_id", "long")
    ):
        found[person] = found.get(person, False) or long
    return found


def commander_ids(zone: Unit) -> frozenset[int]:
    """Return who heads the leading group by the structure in force: he commands and is sent nowhere. One query."""
    return frozenset(
        Holding.objects.filter(
            Q(post__group__kind=GroupKind.LEADING),
            post__version__zone=zone,
            post__version__status=VersionStatus.PUBLISHED,
            post__role=PostRole.HEAD,
            rank=0,
            person__isnull=False,
        )
        .annotate(who=F("person_id"))
        .values_list("who", flat=True)
    )


def spots_of(plan: ParkPlan | None) -> dict[str, Spot]:
    """Return the middle of each plot of the park plan by unit code, in metres of its grid."""
    found: dict[str, Spot] = {}
    for feature in plan.geojson["features"] if plan is not None else ():
        told = feature.get("properties")
        code = told.get("code") if isinstance(told, dict) else None
        shape = feature.get("geometry") or {}
        if code and shape.get("type") == "Polygon":
            ring = shape["coordinates"][0][:-1] or shape["coordinates"][0]
            found[str(code)] = (
                sum(float(p[0]) for p in ring) / len(ring),
                sum(float(p[1]) for p in ring) / len(ring),
            )
        elif code and shape.get("type") == "Point":
            found[str(code)] = (float(shape["coordinates"][0]), float(shape["coordinates"][1]))
    return found


def load(zone: Unit) -> Facts:
    """Load the facts of a zone: seven queries whatever its size."""
    firms = firm_rows(zone)
    areas = dict(
        Unit.objects.filter(path__startswith=zone.path, kind=UnitKind.AREA).values_list("id", "code")
    )
    held, ranked = ranks(one.id for one in firms)
    return Facts(
        zone=zone,
        firms=firms,
        officials=official_rows(zone),
        held=held,
        ranked=ranked,
        away=away(zone),
        commanders=commander_ids(zone),
        spots=spots_of(plan_of(zone)),
        codes=areas,
    )
