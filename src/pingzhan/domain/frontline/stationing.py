"""Who has to be where while an emergency is in force: plain Python, from the plan and who is away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from pingzhan.domain.frontline.placing import STANDS_IN


class PlanRow(NamedTuple):
    """A line of the standing plan with what the unit is called and where it lies."""

    person: int
    unit: int
    path: str
    name: str
    rank: int
    duty: str


class Stationed(NamedTuple):
    """Somebody who has to be at a unit; ``stands_in_for`` is the person away whose place he takes, else None."""

    person: int
    unit: int
    rank: int
    stands_in_for: int | None


def in_force(path: str, active: Iterable[str]) -> bool:
    """Return whether an emergency on one of the active paths covers a unit."""
    return any(path.startswith(one) for one in active)


def station(
    plan: Sequence[PlanRow],
    active: Collection[str],
    absent: Collection[int],
    in_service: Collection[int],
    substitutes: Mapping[int, Sequence[int]],
) -> dict[tuple[int, int], Stationed]:
    """Return who has to be where, by (person, unit).

    Everybody in service and present has his own place. Where somebody away leaves a unit without anybody, the
    first substitute of that unit who is there comes besides his own place.
    """
    found: dict[tuple[int, int], Stationed] = {}
    missing: dict[int, PlanRow] = {}
    staffed: set[int] = set()
    for row in plan:
        if row.person not in in_service or not in_force(row.path, active):
            continue
        if row.person in absent:
            missing.setdefault(row.unit, row)
            continue
        found[row.person, row.unit] = Stationed(row.person, row.unit, row.rank, None)
        staffed.add(row.unit)
    for unit, row in sorted(missing.items()):
        if unit in staffed:
            continue
        for person in substitutes.get(unit, ()):
            if person != row.person and person in in_service and person not in absent:
                found[person, unit] = Stationed(person, unit, STANDS_IN, row.person)
                break
    return found


def bare_units(plan: Sequence[PlanRow], active: Collection[str], absent: Collection[int]) -> list[int]:
    """Return the units in an emergency all of whose people are away: only these need their substitutes."""
    there = {row.unit for row in plan if row.person not in absent}
    return sorted(
        {
            row.unit
            for row in plan
            if row.person in absent and row.unit not in there and in_force(row.path, active)
        }
    )
