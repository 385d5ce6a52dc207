"""Which front-line place each official gets: plain Python, the same answer for the same input, few changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from pingzhan.domain.frontline.balance import Firm, Official
from pingzhan.domain.frontline.enums import PlaceSource

LEADS, STANDS_IN, HELPS = 0, 1, 2


class Placed(NamedTuple):
    """Where somebody stands, in which order there, and why."""

    unit: int
    rank: int
    source: str


def plan_places(
    firms: Sequence[Firm],
    officials: Sequence[Official],
    held: Mapping[int, Sequence[tuple[int, int]]],
    now: Mapping[int, Placed],
    barred: Collection[tuple[int, int]] = (),
) -> dict[int, Placed]:
    """Return the place of every official: chosen by hand, else an enterprise he answers for, else a fair one.

    ``held`` is (person, rank) by enterprise. Whoever answers for several leads at the heaviest; substitutes go
    where the principal does not; everybody else goes where an official has most (risk-weighted) workers to look
    after, enterprises without anybody first, one of his own area preferred. A place that still fits stays.
    """
    weights = {firm.id: firm.weight for firm in firms}
    people = {one.id: one for one in officials}
    first, second = _ranks(held, people, weights)
    plan = {
        person: place
        for person, place in now.items()
        if person in people and place.source == PlaceSource.CHOSEN
    }
    for person in sorted(first.keys() - plan.keys()):
        plan[person] = Placed(_kept(now, person, first[person]), LEADS, PlaceSource.RESPONSIBLE)
    there = _count(plan)
    for person in sorted(second.keys() - plan.keys()):
        mine = second[person]
        bare = [firm for firm in mine if not there.get(firm)] or mine
        unit = _kept(now, person, mine) if now.get(person) and now[person].unit in mine else bare[0]
        plan[person] = Placed(unit, STANDS_IN, PlaceSource.SUBSTITUTE)
        there[unit] = there.get(unit, 0) + 1
    waiting = [person for person in sorted(people) if person not in plan]
    for person in list(waiting):
        place = now.get(person)
        if place and place.source == PlaceSource.ASSIGNED and place.unit in weights:
            plan[person] = place
            there[place.unit] = there.get(place.unit, 0) + 1
            waiting.remove(person)
    for person in waiting:
        needy = _fairest(firms, people[person], there, barred)
        if needy is not None:
            plan[person] = Placed(needy, HELPS, PlaceSource.ASSIGNED)
            there[needy] = there.get(needy, 0) + 1
    return plan


def _ranks(
    held: Mapping[int, Sequence[tuple[int, int]]], people: Collection[int], weights: Mapping[int, int]
) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Return the enterprises each person is principal of, and those he stands in for, the heaviest first."""
    found: tuple[dict[int, list[int]], dict[int, list[int]]] = ({}, {})
    for firm in sorted(weights, key=lambda one: (-weights[one], one)):
        for person, rank in held.get(firm, ()):
            if person in people:
                found[1 if rank else 0].setdefault(person, []).append(firm)
    return found


def _kept(now: Mapping[int, Placed], person: int, firms: Sequence[int]) -> int:
    place = now.get(person)
    return place.unit if place is not None and place.unit in firms else firms[0]


def _count(plan: Mapping[int, Placed]) -> dict[int, int]:
    there: dict[int, int] = {}
    for place in plan.values():
        there[place.unit] = there.get(place.unit, 0) + 1
    return there


def _fairest(
    firms: Sequence[Firm], official: Official, there: Mapping[int, int], barred: Collection[tuple[int, int]]
) -> int | None:
    def need(firm: Firm) -> tuple[bool, float, int]:
        people = there.get(firm.id, 0)
        share = firm.weight / (people + 1)
        near = official.area and firm.area == official.area
        return (people > 0, -(share * 1.5 if near else share), firm.id)

    open_to = [firm for firm in firms if (firm.id, official.id) not in barred]
    return min(open_to, key=need).id if open_to else None
