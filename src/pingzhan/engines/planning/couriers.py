"""Couriers: teams swab without going to the laboratory in between, drivers fetch what they have swabbed. A scenario.

The teams are planned first, with neither an age limit nor stops at the laboratory: each goes out once and home once.
Then drivers fetch the samples of every visit from the end of swabbing on and bring them in before they are too old.
Planning reference, section 13.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pingzhan.engines.planning.bounds import Bounds, bounds
from pingzhan.engines.planning.climb import MOVES, MOVES_PER_ITERATION, tidy
from pingzhan.engines.planning.fetch import (
    Fetch,
    Pickup,
    Ride,
    at_once,
    enough,
    fetch_key,
    ride,
    spared,
    walk,
)
from pingzhan.engines.planning.instance import Instance
from pingzhan.engines.planning.meter import Meter
from pingzhan.engines.planning.problem import RETURN, Plan, Problem, Tour, problem_of

SHARE_OF_TEAMS = 0.6
"""The part of the budget spent on the teams; what is left goes to the drivers."""
SHARE_OF_ROUTES = 0.6
"""The part of the drivers' budget spent on their routes; the rest on the laboratory's queue."""
SHARE_LOOSE = 0.7
"""The part of the queue's budget in which tours may become worse for a while."""
LOOSE = 15
"""Minutes by which a step may bring the last result later at first."""
NO_LIMIT = 10 * 86_400
"""Seconds of age that no trip of a day reaches."""


def teams_problem(instance: Instance) -> Problem:
    """Return the teams' problem: one trip, no age limit, no cooler, home before the last driver must be.

    A team for which a chunk would last so long that its samples are too old before they can be at the laboratory does
    not swab it, unless that holds for every team.
    """
    rule = instance.couriers
    assert rule is not None
    params, lab = instance.params, instance.lab
    alike = replace(
        instance,
        params=replace(params, age_max=NO_LIMIT, lab_stop=0, max_trips=1),
        lab=replace(lab, tubes_per_h=None, close=min(lab.close, rule.close) - rule.pickup),
        teams=tuple(replace(team, cooler_tubes=0) for team in instance.teams),
    )
    problem = problem_of(alike)
    too_long = [
        frozenset(
            chunk
            for chunk, place in enumerate(problem.place)
            if problem.service[crew.samplers][chunk] + rule.pickup + problem.legs[place][0] > params.age_max
        )
        for crew in problem.crews
    ]
    barred = [one | two for one, two in zip(problem.barred, too_long, strict=True)]
    nobody = frozenset.intersection(*barred)
    return replace(
        problem,
        barred=[one | (two - nobody) for one, two in zip(problem.barred, too_long, strict=True)],
        fetched=True,
    )


def courier_bounds(instance: Instance, problem: Problem) -> Bounds:
    """Return bounds that hold with couriers: the teams' work without laboratory and age, then a drive home at least."""
    found = bounds(_asked(instance, problem))
    rule = instance.couriers
    assert rule is not None
    # Whatever is swabbed last is still to be taken over; the way home is in the bound already.
    last = found.last_lab + rule.pickup
    run = instance.lab.run
    if last + run >= found.last_result:
        reason = found.reason if found.reason != "lab" else "work"
        return Bounds(last, last + run, reason)
    return Bounds(last, found.last_result, found.reason)


def _asked(instance: Instance, problem: Problem) -> Problem:
    """Return the teams' problem with the laboratory as it is."""
    return replace(problem, instance=instance)


def fetch_of(instance: Instance, problem: Problem, teams: Sequence[dict[str, Any]]) -> Fetch:
    """Return what drivers have to fetch from the written tours of teams."""
    rule, age = instance.couriers, instance.params.age_max
    assert rule is not None
    legs = problem.legs
    place = {site.id: n for n, site in enumerate(instance.sites, start=1)}
    priority = {one.id: one.priority for one in problem.chunks}
    found: list[Pickup] = []
    for team in teams:
        for trip in team["trips"]:
            last: Pickup | None = None
            for visit in trip["visits"]:
                one = Pickup(
                    team["id"],
                    visit["site"],
                    place[visit["site"]],
                    (visit["chunk"],),
                    visit["persons"],
                    visit["tubes"],
                    visit["start"],
                    visit["end"],
                    priority[visit["chunk"]],
                )
                joined = None if last is None else _joined(last, one)
                home = 0 if joined is None else joined.ready + rule.pickup + legs[joined.place][0]
                if (
                    joined is not None
                    and joined.persons <= min(rule.join, rule.persons or rule.join)
                    and (not rule.tubes or joined.tubes <= rule.tubes)
                    and home - joined.first <= age
                ):
                    found[-1] = last = joined
                else:
                    found.append(one)
                    last = one
    return Fetch(
        rule,
        tuple(found),
        legs,
        problem.metres,
        age,
        min(rule.close, instance.lab.close),
        _asked(instance, problem),
    )


def _joined(last: Pickup, one: Pickup) -> Pickup | None:
    """Return two visits as one, None when they lie at different places or the team waits in between."""
    if last.place != one.place or last.ready != one.first:
        return None
    return replace(
        last,
        chunks=last.chunks + one.chunks,
        persons=last.persons + one.persons,
        tubes=last.tubes + one.tubes,
        ready=one.ready,
        priority=last.priority + one.priority,
    )


def drive(fetch: Fetch, meter: Meter, *, seed: int) -> tuple[Plan, list[int]]:
    """Return the drivers' tours, none of which breaks a limit, and the pickups for which there is no driver.

    Never worse by fetch_key than the plan made at once. Raises Cancelled.
    """
    from pingzhan.engines.planning.shipments import shipped

    meter.stage = "couriers"
    tours, left = at_once(fetch, fetch.couriers.drivers, meter)
    meter.look()
    if not fetch.pickups:
        return tours, left
    best = _key(fetch, tours, left)
    whole = meter.amount
    hopeless = [one for one in left if fetch.alone(one)]
    meter.amount = meter.used + SHARE_OF_ROUTES * meter.left
    items = [one for one in range(len(fetch.pickups)) if one not in hopeless]
    found = shipped(fetch, items, tours, meter, seed=seed) if items else None
    meter.amount = whole
    if found is not None:
        key = _key(fetch, found, hopeless)
        if key < best:
            tours, left = found, hopeless
    tours, left = _climb(fetch, tours, left, meter, seed=seed)
    return (spared(fetch, tours, meter) if fetch.couriers.fixed else tours), left


def _key(fetch: Fetch, tours: Plan, left: Sequence[int]) -> tuple[int, ...]:
    return fetch_key(fetch, tours, [ride(fetch, tour) for tour in tours], left)


def _climb(
    fetch: Fetch, start: Plan, left: Sequence[int], meter: Meter, *, seed: int
) -> tuple[Plan, list[int]]:
    """Return tours that are not worse, moving pickups and returns; what nobody fetches waits in a tour of its own.

    While the samples of one can be fetched, a driver who stands by is called too.
    """
    rng = random.Random(seed)
    hopeless = [one for one in left if fetch.alone(one)]
    waiting = [one for one in left if one not in hopeless]
    used = [tour for tour in start if tour]
    out = len(start) if not fetch.couriers.fixed else min(len(start), len(used) + bool(waiting))
    plan: Plan = [*used, *([] for _ in range(out - len(used))), waiting]
    whole = meter.amount
    # At first neither metres nor some minutes are minded: they hold tours back that are a step on the way.
    meter.amount = meter.used + SHARE_LOOSE * meter.left
    plan = _moved(fetch, plan, rng, meter, loose=LOOSE)
    meter.amount = whole
    plan = _moved(fetch, plan, rng, meter)
    return [*plan[:-1], *([] for _ in range(len(start) - out))], [*plan[-1], *hopeless]


def _moved(fetch: Fetch, start: Plan, rng: random.Random, meter: Meter, *, loose: float = 0) -> Plan:
    """Return the best of the tours that moves lead to. The last tour is that of nobody.

    A step may bring the last result later by ``loose`` minutes, fewer as the budget goes to its end; nothing that
    comes before it becomes worse.
    """
    plan, nobody = list(start), len(start) - 1
    rides = [ride(fetch, tour) for tour in plan[:-1]]
    key = best = fetch_key(fetch, plan[:-1], rides, plan[-1])
    found = list(plan)
    budget = meter.left
    moves, weights = zip(*MOVES, strict=True)
    while meter.left > 0:
        meter.tick()
        later = loose * meter.left / budget
        for move in rng.choices(moves, weights, k=MOVES_PER_ITERATION):
            changed = move(rng, plan, int(rng.random() * len(plan)))
            if not changed:
                continue
            before: list[tuple[int, Tour, Ride | None]] = []
            for driver, tour in changed.items():
                waits = driver == nobody
                before.append((driver, plan[driver], None if waits else rides[driver]))
                plan[driver] = [one for one in tour if one != RETURN] if waits else tidy(tour, carrying=False)
                if not waits:
                    rides[driver] = ride(fetch, plan[driver])
            new = fetch_key(fetch, plan[:-1], rides, plan[-1])
            # More metres alone are a step as well while minutes may be lost.
            if new <= key or (loose and new[:3] == key[:3] and new[3] <= key[3] + later):
                key = new
                if key < best:
                    best, found = key, list(plan)
                continue
            for driver, tour, old in before:
                plan[driver] = tour
                if old is not None:
                    rides[driver] = old
    return found


def answer(fetch: Fetch, teams: list[dict[str, Any]], tours: Plan, left: Sequence[int]) -> dict[str, Any]:
    """Return the drivers as JSON data for the plan, and what cannot be fetched; completes the written teams.

    ``enough`` is a number of drivers that is certainly enough, None when no number is.
    """
    couriers = [
        _written(fetch, f"courier-{n}", tour) for n, tour in enumerate((one for one in tours if one), start=1)
    ]
    home: dict[tuple[str, str], tuple[int, int]] = {}
    for courier in couriers:
        for trip in courier["trips"]:
            for one in trip["pickups"]:
                age = trip["lab_arrive"] - one["first"]
                for chunk in one["chunks"]:
                    home[one["team"], chunk] = (age, one["at"] - one["ready"])
    for team in teams:
        for trip in team["trips"]:
            there = [home.get((team["id"], visit["chunk"])) for visit in trip["visits"]]
            trip["max_age_min"] = round(max((age for age, _spare in filter(None, there)), default=0) / 60, 2)
            for visit, known in zip(trip["visits"], there, strict=True):
                visit["slack"] = min(visit["slack"], known[1]) if known else visit["slack"]
    reasons = {one: fetch.alone(one) or "drivers" for one in left}
    plenty: int | None = len(couriers)
    if any(reason != "drivers" for reason in reasons.values()):
        plenty = None
    elif left:
        plenty = len(enough(fetch))
    elif not fetch.couriers.fixed:
        # All that may be used are used then; how many are needed is another question.
        plenty = min(len(couriers), len(enough(fetch)))
    return {
        "couriers": couriers,
        "fetching": {
            "drivers": fetch.couriers.drivers,
            "used": len(couriers),
            "kept": not left,
            "enough": plenty,
            "unfetched": [
                {
                    "team": one.team,
                    "site": one.site,
                    "chunks": list(one.chunks),
                    "persons": one.persons,
                    "first": one.first,
                    "ready": one.ready,
                    "reason": reasons[item],
                }
                for item in sorted(left)
                for one in [fetch.pickups[item]]
            ],
        },
    }


def _written(fetch: Fetch, name: str, tour: Tour) -> dict[str, Any]:
    """Return one driver's trips."""
    trips: list[dict[str, Any]] = []
    pickups: list[dict[str, Any]] = []
    depart = 0
    for stop in walk(fetch, tour):
        if stop.pickup == RETURN:
            trips.append(
                {
                    "depart": depart,
                    "pickups": pickups,
                    "persons": sum(one["persons"] for one in pickups),
                    "tubes": sum(one["tubes"] for one in pickups),
                    "lab_arrive": stop.at,
                    "max_age_min": round((stop.at - min(one["first"] for one in pickups)) / 60, 2),
                }
            )
            pickups = []
            continue
        one = fetch.pickups[stop.pickup]
        if not pickups:
            depart = stop.arrive - fetch.legs[0][one.place]
        pickups.append(
            {
                "team": one.team,
                "site": one.site,
                "chunks": list(one.chunks),
                "persons": one.persons,
                "tubes": one.tubes,
                "first": one.first,
                "ready": one.ready,
                "arrive": stop.arrive,
                "at": stop.at,
                "leave": stop.leave,
            }
        )
    return {
        "id": name,
        "depart": trips[0]["depart"],
        "last": trips[-1]["lab_arrive"],
        "work_s": trips[-1]["lab_arrive"] - trips[0]["depart"],
        "persons": sum(trip["persons"] for trip in trips),
        "trips": trips,
    }
