"""Fetching samples: what is to be fetched when, how a driver's tour goes, and the plan that is made at once.

A tour is a list of pickups and RETURN, as a team's is one of chunks. Everything aboard is handed in whenever a driver
is at the laboratory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pingzhan.engines.planning.instance import Couriers
from pingzhan.engines.planning.meter import Meter
from pingzhan.engines.planning.problem import RETURN, Plan, Problem, Tour
from pingzhan.engines.planning.simulate import FOREVER, queue

NEAR_THE_END = 4
"""Places at the end of a tour where the quick plan tries a pickup; they come in order of time."""


@dataclass(frozen=True, slots=True)
class Pickup:
    """The samples of one visit, or of several of a team one after another at a place.

    ``first`` is the first swab, from which the age is counted, ``ready`` the end of swabbing, ``priority`` the sum of
    what its people have.
    """

    team: str
    site: str
    place: int
    chunks: tuple[str, ...]
    persons: int
    tubes: int
    first: int
    ready: int
    priority: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Fetch:
    """What the drivers have to do. ``shut`` is when they must be back at the latest; ``asked`` knows the laboratory."""

    couriers: Couriers
    pickups: tuple[Pickup, ...]
    legs: list[list[int]]
    metres: list[list[int]]
    age: int
    shut: int
    asked: Problem

    def alone(self, pickup: int) -> str:
        """Return why a driver with nothing else to do could not keep a pickup: load, hours or age; empty if he can."""
        one, rule = self.pickups[pickup], self.couriers
        if (rule.persons and one.persons > rule.persons) or (rule.tubes and one.tubes > rule.tubes):
            return "load"
        home = max(rule.open + self.legs[0][one.place], one.ready) + rule.pickup + self.legs[one.place][0]
        if home > self.shut:
            return "hours"
        return "age" if home > one.first + self.age else ""


@dataclass(slots=True)
class Ride:
    """How a driver's tour goes: ``over`` persons whose samples break a limit, ``arrivals`` (time, tubes).

    ``urgent`` are minutes at the laboratory times the priority, summed up.
    """

    over: int
    urgent: int
    arrivals: list[tuple[int, int]]
    depart: int
    last: int
    metres: int


@dataclass(frozen=True, slots=True)
class Stop:
    """One step of a tour: a pickup, or the laboratory when ``pickup`` is RETURN. ``leave`` is when it is over."""

    pickup: int
    arrive: int
    at: int
    leave: int


def walk(fetch: Fetch, tour: Sequence[int]) -> Iterator[Stop]:
    """Yield the steps of a tour, each as early as possible; a driver waits at the laboratory rather than at a gate."""
    now, at = fetch.couriers.open, 0
    for item in (*tour, RETURN):
        if item == RETURN:
            if at:
                now += fetch.legs[at][0]
                at = 0
                yield Stop(RETURN, now, now, now)
            continue
        one = fetch.pickups[item]
        arrive = now + fetch.legs[at][one.place]
        begin = max(arrive, one.ready)
        now = begin + fetch.couriers.pickup
        yield Stop(item, begin if at == 0 else arrive, begin, now)
        at = one.place


def ride(fetch: Fetch, tour: Sequence[int]) -> Ride:
    """Return how a tour goes. A trip of which anything is too old counts with all its persons."""
    rule = fetch.couriers
    depart = last = rule.open
    over = urgent = metres = at = persons = tubes = weight = 0
    until = FOREVER
    arrivals: list[tuple[int, int]] = []
    for n, stop in enumerate(walk(fetch, tour)):
        if stop.pickup == RETURN:
            metres += fetch.metres[at][0]
            too_much = (rule.persons and persons > rule.persons) or (rule.tubes and tubes > rule.tubes)
            if stop.at > min(until, fetch.shut) or too_much:
                over += persons
            arrivals.append((stop.at, tubes))
            urgent += weight * (stop.at // 60)
            at, persons, tubes, weight, until, last = 0, 0, 0, 0, FOREVER, stop.at
            continue
        one = fetch.pickups[stop.pickup]
        if n == 0:
            depart = stop.at - fetch.legs[0][one.place]
        metres += fetch.metres[at][one.place]
        at = one.place
        persons += one.persons
        tubes += one.tubes
        weight += one.priority
        until = min(until, one.first + fetch.age)
    return Ride(over, urgent, arrivals, depart, last, metres)


def fetch_key(fetch: Fetch, tours: Plan, rides: Sequence[Ride], left: Sequence[int]) -> tuple[int, ...]:
    """Return the key by which plans of drivers are compared; less is better.

    Persons not kept, drivers where each costs something, priorities, the minute of the last result, metres.
    """
    persons = sum(fetch.pickups[one].persons for one in left)
    return (
        # What breaks a limit is worse than what is left: a tour is never bought with it.
        persons + 2 * sum(one.over for one in rides),
        sum(map(bool, tours)) if fetch.couriers.fixed else 0,
        sum(one.urgent for one in rides),
        last_minute(fetch, rides),
        sum(one.metres for one in rides),
    )


def last_minute(fetch: Fetch, rides: Sequence[Ride]) -> int:
    """Return the minute of the last result."""
    return int(queue((one for found in rides for one in found.arrivals), fetch.asked) // 60)


def at_once(fetch: Fetch, drivers: int, meter: Meter | None = None) -> tuple[Plan, list[int]]:
    """Return tours made without a search, and what no tour keeps. No tour breaks a limit.

    In order of time each pickup goes where it costs the fewest metres, to a driver who is not out yet only when
    nobody else can; what is left is then tried everywhere, and drivers with little to do are spared.
    """
    tours, left = _one_by_one(fetch, drivers, meter)
    if any(not fetch.alone(item) for item in left):
        wide = enough(fetch, meter)
        if len(wide) <= drivers:
            return [*wide, *([] for _ in range(drivers - len(wide)))], [
                one for one in left if fetch.alone(one)
            ]
    if fetch.couriers.fixed:
        tours = spared(fetch, tours, meter)
    return tours, left


def enough(fetch: Fetch, meter: Meter | None = None) -> Plan:
    """Return the tours of as many drivers as it takes to fetch everything that can be fetched at all, few of them."""
    tours, _hopeless = _one_by_one(fetch, len(fetch.pickups), meter)
    return [tour for tour in spared(fetch, tours, meter) if tour]


def _one_by_one(fetch: Fetch, drivers: int, meter: Meter | None) -> tuple[Plan, list[int]]:
    tours: Plan = [[] for _ in range(drivers)]
    left = []
    for item in sorted(range(len(fetch.pickups)), key=lambda one: (fetch.pickups[one].ready, one)):
        if meter is not None:
            meter.tick(0)
        if not _put(fetch, tours, item, reach=NEAR_THE_END):
            left.append(item)
    return tours, [item for item in left if not _put(fetch, tours, item)]


def spared(fetch: Fetch, tours: Plan, meter: Meter | None = None) -> Plan:
    """Return tours with as few or fewer drivers: one is spared when the others can take over all he fetches."""
    best = tours
    for driver in sorted(range(len(tours)), key=lambda one: len(best[one])):
        if meter is not None:
            meter.tick(0)
        if not best[driver]:
            continue
        # A driver who does not go out must not be thought of as free for it.
        tried = [list(tour) for n, tour in enumerate(best) if tour and n != driver]
        if all(_put(fetch, tried, item) for item in best[driver] if item != RETURN):
            best = [*tried, *([] for _ in range(len(tours) - len(tried)))]
    return best


def _put(fetch: Fetch, tours: Plan, item: int, *, reach: int | None = None) -> bool:
    """Put a pickup where it costs least; return whether it can be put anywhere. Changes ``tours``."""
    if fetch.alone(item):
        return False
    found: list[tuple[int, int, int, int, int]] = []
    fresh = True
    for driver, tour in enumerate(tours):
        if not tour:
            if not fresh:
                continue
            fresh = False
        first = 0 if reach is None else max(0, len(tour) - reach)
        costs = 0 if tour or not fetch.couriers.fixed else 1
        for at in range(first, len(tour) + 1):
            found += [(costs, metres, driver, at, way) for way, metres in _ways(fetch, tour, at, item)]
    # Metres are known without driving the tour, so that few of them have to be driven.
    for _costs, _metres, driver, at, way in sorted(found):
        tried = _with(tours[driver], at, item, way)
        if keeps(fetch, tried):
            tours[driver] = tried
            return True
    return False


def keeps(fetch: Fetch, tour: Sequence[int]) -> bool:
    """Return whether a tour breaks no limit; the same as ``not ride(fetch, tour).over``, and sooner."""
    rule, legs, pickups = fetch.couriers, fetch.legs, fetch.pickups
    now, at, persons, tubes, until = rule.open, 0, 0, 0, fetch.shut
    for item in (*tour, RETURN):
        if item == RETURN:
            now += legs[at][0]
            if now > until:
                return False
            at, persons, tubes, until = 0, 0, 0, fetch.shut
            continue
        one = pickups[item]
        now += legs[at][one.place]
        now = max(now, one.ready) + rule.pickup
        at = one.place
        persons += one.persons
        tubes += one.tubes
        until = min(until, one.first + fetch.age)
        if now > until or (rule.persons and persons > rule.persons) or (rule.tubes and tubes > rule.tubes):
            return False
    return True


IN_TRIP, AFTER_RETURN, BEFORE_RETURN = range(3)
"""How a pickup is put at a place of a tour."""


def _ways(fetch: Fetch, tour: Tour, at: int, item: int) -> Iterator[tuple[int, int]]:
    """Yield (way, metres more) for a pickup at a place of a tour: in the same trip, after a return, before one."""
    metres, here = fetch.metres, fetch.pickups[item].place
    before = fetch.pickups[tour[at - 1]].place if at and tour[at - 1] != RETURN else 0
    after = fetch.pickups[tour[at]].place if at < len(tour) and tour[at] != RETURN else 0
    was = metres[before][after]
    yield IN_TRIP, metres[before][here] + metres[here][after] - was
    if before:
        yield AFTER_RETURN, metres[before][0] + metres[0][here] + metres[here][after] - was
    if after:
        yield BEFORE_RETURN, metres[before][here] + metres[here][0] + metres[0][after] - was


def _with(tour: Tour, at: int, item: int, way: int) -> Tour:
    more = [[item], [RETURN, item], [item, RETURN]][way]
    return [*tour[:at], *more, *tour[at:]]
