"""Who is where during an emergency, who has arrived, and where nobody is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from pingzhan.domain.command.api import posture_of
from pingzhan.domain.frontline.models import Place, Posting
from pingzhan.domain.frontline.queries.facts import open_firms
from pingzhan.domain.organisation.enums import ResponsibilityKind
from pingzhan.domain.organisation.models import Person, Responsibility
from pingzhan.domain.territory.models import Unit


@dataclass(frozen=True)
class SiteLine:
    """A unit in an emergency: who was sent there, how many have arrived."""

    unit: Unit
    level: int
    since: datetime | None
    postings: tuple[Posting, ...]

    @property
    def arrived(self) -> int:
        """Return how many are on site."""
        return sum(one.arrived_at is not None for one in self.postings)

    @property
    def state(self) -> str:
        """Return 'nobody' (nobody was sent), 'waiting' (nobody has arrived), 'partly' or 'there'."""
        if not self.postings:
            return "nobody"
        if not self.arrived:
            return "waiting"
        return "there" if self.arrived == len(self.postings) else "partly"


@dataclass(frozen=True)
class Presence:
    """The front line of a zone in one world: its lines, the worst first, and the counts."""

    lines: tuple[SiteLine, ...]
    sent: int
    arrived: int
    nobody: int
    waiting: int


_WORST = {"nobody": 0, "waiting": 1, "partly": 2, "there": 3}


def open_postings(zone: Unit, world: int = 0) -> QuerySet[Posting]:
    """Return who is sent where now, with person, unit and whom he stands in for."""
    return (
        Posting.objects.filter(world=world, zone=zone, ended_at__isnull=True)
        .select_related("person", "unit", "stands_in_for")
        .order_by("rank", "id")
    )


def presence(zone: Unit, world: int = 0) -> Presence:
    """Return who is where: every open enterprise and site in an emergency, those without anybody first.

    Three queries. Empty in routine.
    """
    sent: dict[int, list[Posting]] = defaultdict(list)
    for one in open_postings(zone, world):
        sent[one.unit_id].append(one)
    units = {unit.pk: unit for unit in open_firms(zone).select_related("parent")}
    units |= {one.unit_id: one.unit for rows in sent.values() for one in rows}
    postures = posture_of(units, world)
    at_sites: dict[str, int] = {}
    for unit_id in sent:
        parent = units[unit_id].parent_id
        at_sites[str(parent)] = at_sites.get(str(parent), 0) + 1
    lines = []
    for pk, unit in units.items():
        level = postures[pk].level
        if level is None or (pk not in sent and str(pk) in at_sites):
            continue
        lines.append(SiteLine(unit, level, postures[pk].since, tuple(sent.get(pk, ()))))
    lines.sort(key=lambda line: (_WORST[line.state], -line.unit.headcount, line.unit.code))
    people = [one for rows in sent.values() for one in rows]
    return Presence(
        lines=tuple(lines),
        sent=len(people),
        arrived=sum(one.arrived_at is not None for one in people),
        nobody=sum(line.state == "nobody" for line in lines),
        waiting=sum(line.state == "waiting" for line in lines),
    )


def place_of(person_id: int) -> Place | None:
    """Return the standing front-line place of a person with its unit, None when he has none."""
    return Place.objects.filter(person=person_id).select_related("unit", "zone").first()


def postings_of(person_id: int, world: int = 0) -> list[Posting]:
    """Return where a person is sent now, his own place first. One query."""
    return list(
        Posting.objects.filter(world=world, person=person_id, ended_at__isnull=True)
        .select_related("unit", "zone", "stands_in_for")
        .order_by("rank", "id")
    )


def places(zone: Unit) -> QuerySet[Place]:
    """Return the standing plan of a zone by unit and order there."""
    return (
        Place.objects.filter(zone=zone)
        .select_related("person", "unit")
        .order_by("unit__code", "rank", "person__sort_key", "person_id")
    )


def responsible_for(unit: Unit) -> list[Person]:
    """Return who answers for an enterprise, the principal first; only persons in service. One query."""
    return [
        row.person
        for row in Responsibility.objects.filter(
            unit=unit, kind=ResponsibilityKind.ENTERPRISE, person__active=True
        )
        .select_related("person")
        .order_by("rank")
    ]


def holders(unit: Unit) -> dict[int, int]:
    """Return who is registered for an enterprise by rank, in service or not: what a change has to name."""
    return dict(
        Responsibility.objects.filter(unit=unit, kind=ResponsibilityKind.ENTERPRISE).values_list(
            "rank", "person_id"
        )
    )


@dataclass(frozen=True)
class MyFirm:
    """An enterprise that somebody answers for, its level (None in routine), and its own people."""

    unit: Unit
    rank: int
    level: int | None
    contacts: tuple[Person, ...]


def firms_of(person_id: int, world: int = 0) -> list[MyFirm]:
    """Return the enterprises a person answers for, those he is principal of first. Three queries."""
    rows = list(
        Responsibility.objects.filter(person=person_id, kind=ResponsibilityKind.ENTERPRISE)
        .select_related("unit__parent", "unit__enterprise")
        .order_by("rank", "unit__code")
    )
    units = [row.unit for row in rows]
    postures = posture_of([unit.pk for unit in units], world) if units else {}
    own = _own_people(units)
    return [
        MyFirm(row.unit, row.rank, postures[row.unit_id].level, tuple(own.get(row.unit_id, ())))
        for row in rows
    ]


def _own_people(units: Sequence[Unit]) -> dict[int, list[Person]]:
    found: dict[int, list[Person]] = defaultdict(list)
    if units:
        for person in Person.objects.filter(home_unit__in=units, active=True, provisional=False).order_by(
            "sort_key", "name", "id"
        ):
            found[person.home_unit_id].append(person)
    return found
