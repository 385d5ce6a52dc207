"""What all random plays share: places, people, and who answers for which place."""

from __future__ import annotations

import random
from dataclasses import dataclass

from pingzhan.domain.command.actions.duties import ensure_policy
from pingzhan.domain.organisation.api import add_contacts
from pingzhan.domain.organisation.enums import Channel
from pingzhan.domain.organisation.models import Person, Responsibility
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import system_actor
from tests.domain.command.park import make_persons, make_unit

PERSONS = 8
RULES = {"enterprise": "responsible:enterprise", "project": "responsible:project"}
"""Kind of responsibility -> the rule that names whom it falls to."""


@dataclass
class Ground:
    """What all plays share: places and people."""

    units: list[Unit]
    persons: list[Person]


def make_ground() -> Ground:
    """A zone, an area, three enterprises, two project sites, eight officials of whom two cannot be reached."""
    zone = make_unit("zone", "OZ")
    area = make_unit("area", "OA", zone)
    units = [zone, area]
    units += [make_unit("enterprise", f"OE{n}", area if n < 2 else zone) for n in range(3)]
    units += [make_unit("site", f"OS{n}", above) for n, above in enumerate((area, units[2]))]
    persons = make_persons(zone, PERSONS)
    add_contacts(
        rows=[(person, Channel.PHONE, f"1{person.pk}") for person in persons[:-2]], by=system_actor("测试")
    )
    ensure_policy()
    return Ground(units, persons)


def places_answered(ground: Ground, kind: str) -> list[Unit]:
    """Units somebody answers for: enterprises by their kind, projects on sites, one enterprise and the area."""
    if kind == "enterprise":
        return [unit for unit in ground.units if unit.kind == "enterprise"]
    return [unit for unit in ground.units if unit.kind == "site"] + ground.units[1:3]


def give_responsibles(ground: Ground, rng: random.Random) -> dict[str, dict[str, dict[int, int]]]:
    """Give each unit somebody answers for a principal and a substitute: rule -> path -> rank -> person."""
    ids = [person.pk for person in ground.persons]
    found: dict[str, dict[str, dict[int, int]]] = {rule: {} for rule in RULES.values()}
    rows = []
    for kind, rule in sorted(RULES.items()):
        for unit in places_answered(ground, kind):
            pair = rng.sample(ids, 2)
            found[rule][unit.path] = dict(enumerate(pair))
            rows += [
                Responsibility(unit=unit, person_id=person, kind=kind, rank=rank)
                for rank, person in enumerate(pair)
            ]
    Responsibility.objects.bulk_create(rows)
    return found
