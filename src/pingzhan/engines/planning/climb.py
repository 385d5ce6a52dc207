"""Climbing towards the earliest last result: the laboratory must neither starve early nor drown late.

A plan that ignores the laboratory's queue brings everything at once. This search moves visits and returns of a
finished plan and keeps every change that does not make the last result later; only tours that changed are simulated
again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pingzhan.engines.planning.meter import Meter
from pingzhan.engines.planning.problem import RETURN, Plan, Problem, Tour
from pingzhan.engines.planning.simulate import Run, crowding, queue, run_team, score, stays

MOVES_PER_ITERATION = 200
"""Moves that count as one iteration of the budget: about what takes as long as one of the router's."""
ATTEMPTS = 3
"""Climbs from the same plan among which the budget is shared: where one ends depends on chance more than on time."""
Move = Callable[[random.Random, Plan, int], dict[int, Tour]]
"""Returns the tours it would change, none when the team has nothing of the kind."""


@dataclass(frozen=True, slots=True)
class Care:
    """What else counts: up to the minute ``limit`` a result is early enough, then the fewest ``moved`` visits count.

    ``moved`` returns which chunks of a team's tour are not as they were announced.
    """

    limit: int
    moved: Callable[[int, Tour], frozenset[int]]


def climb(problem: Problem, start: Plan, meter: Meter, *, seed: int, care: Care | None = None) -> Plan:
    """Return a plan whose key (people, priorities, last result, staff) is not worse than ``start``'s. Raises Cancelled.

    It also moves visits apart where more teams would work at a site than it has points. With ``care`` the key is
    (people, priorities, minutes beyond the limit, visits moved, places with such visits, last result, staff).
    """
    if not problem.chunks:
        return start
    meter.stage = "laboratory"
    best, whole = start, meter.amount
    key = plan_key(problem, start, care)
    for attempt in range(ATTEMPTS):
        meter.amount = meter.used + (whole - meter.used) / (ATTEMPTS - attempt)
        found = _attempt(problem, start, meter, random.Random(seed + attempt), care)
        new = plan_key(problem, found, care)
        if new < key:
            best, key = found, new
    meter.amount = whole
    return best


def plan_key(
    problem: Problem,
    plan: Plan,
    care: Care | None,
    *,
    runs: Sequence[Run] | None = None,
    moved: Sequence[frozenset[int]] | None = None,
) -> tuple[int, ...]:
    """Return the key by which plans are compared; less is better. ``runs`` and ``moved`` when they are known."""
    found = score(problem, plan, runs)
    if care is None:
        return found.result_key()
    missing, bad, urgent, minute, staff = found.result_key()
    if moved is None:
        moved = [care.moved(team, tour) for team, tour in enumerate(plan)]
    return (missing, bad, urgent, *_cared(problem, moved, minute, care), minute, staff)


def _cared(
    problem: Problem, moved: Sequence[frozenset[int]], minute: int, care: Care
) -> tuple[int, int, int]:
    places = {problem.place[chunk] for one in moved for chunk in one}
    return (max(0, minute - care.limit), sum(map(len, moved)), len(places))


def _attempt(problem: Problem, start: Plan, meter: Meter, rng: random.Random, care: Care | None) -> Plan:
    """Return where one climb ends."""
    carrying = [crew.aboard is not None for crew in problem.crews]
    plan = [tidy(tour, carrying=has) for tour, has in zip(start, carrying, strict=True)]
    runs = [run_team(problem, team, tour) for team, tour in enumerate(plan)]
    heads = [crew.samplers for crew in problem.crews]
    there = [stays(problem, team, tour) for team, tour in enumerate(plan)]
    crowded = crowding(problem, _joined(there)) if problem.tight else 0
    bad = sum(run.late + 100 * run.over for run in runs)
    urgent = sum(run.urgent for run in runs)
    staff = sum(run.work * size for run, size in zip(runs, heads, strict=True))
    minute = _minute(problem, runs)
    moved = [] if care is None else [care.moved(team, tour) for team, tour in enumerate(plan)]
    cared = (0, 0, 0) if care is None else _cared(problem, moved, minute, care)
    moves, weights = zip(*MOVES, strict=True)
    teams = len(plan)
    while meter.left > 0:
        meter.tick()
        for move in rng.choices(moves, weights, k=MOVES_PER_ITERATION):
            changed = move(rng, plan, int(rng.random() * teams))
            if not changed:
                continue
            new_bad, new_urgent, new_staff = bad, urgent, staff
            before: list[tuple[int, Run]] = []
            for team in changed:
                # Returns that carry nothing would be kept as no worse, until a tour is nothing else.
                tour = changed[team] = tidy(changed[team], carrying=carrying[team])
                old, new = runs[team], run_team(problem, team, tour)
                before.append((team, old))
                runs[team] = new
                new_bad += new.late - old.late + 100 * (new.over - old.over)
                new_urgent += new.urgent - old.urgent
                new_staff += (new.work - old.work) * heads[team]
            # What breaks more rules is most of what is tried: the queue and the points need not be looked at.
            better = new_bad - 100 * crowded <= bad
            if better:
                new_there, new_crowded = there, crowded
                if problem.tight:
                    new_there = list(there)
                    for team, tour in changed.items():
                        new_there[team] = stays(problem, team, tour)
                    new_crowded = crowding(problem, _joined(new_there))
                new_minute = _minute(problem, runs)
                new_moved, new_cared = moved, cared
                if care is not None and new_minute <= max(minute, care.limit):
                    new_moved = list(moved)
                    for team, tour in changed.items():
                        new_moved[team] = care.moved(team, tour)
                    new_cared = _cared(problem, new_moved, new_minute, care)
                elif care is not None:
                    new_cared = (new_minute - care.limit, 0, 0)
                key = (new_bad + 100 * new_crowded, new_urgent, *new_cared, new_minute, new_staff)
                better = key <= (bad + 100 * crowded, urgent, *cared, minute, staff)
                # A plan that heals what is broken may be later than the limit: what it moves must then be known.
                if better and care is not None and new_minute > max(minute, care.limit):
                    new_moved = list(moved)
                    for team, tour in changed.items():
                        new_moved[team] = care.moved(team, tour)
                    new_cared = _cared(problem, new_moved, new_minute, care)
            if better:
                moved, cared = new_moved, new_cared
                bad, minute, staff, there, crowded = new_bad, new_minute, new_staff, new_there, new_crowded
                urgent = new_urgent
                for team, tour in changed.items():
                    plan[team] = tour
            else:
                for team, old in before:
                    runs[team] = old
    return plan


def _minute(problem: Problem, runs: list[Run]) -> int:
    """Return the minute of the last result."""
    arrivals: list[tuple[int, int]] = []
    for run in runs:
        arrivals += run.arrivals
    return int(queue(arrivals, problem) // 60)


def _joined(there: list[list[tuple[int, int, int]]]) -> Iterator[tuple[int, int, int]]:
    return (one for stays in there for one in stays)


def _insert(rng: random.Random, plan: Plan, team: int) -> dict[int, Tour]:
    tour = plan[team]
    if len(tour) < 2:
        return {}
    at = 1 + int(rng.random() * (len(tour) - 1))
    if RETURN in (tour[at - 1], tour[at]):
        return {}
    return {team: [*tour[:at], RETURN, *tour[at:]]}


def _remove(rng: random.Random, plan: Plan, team: int) -> dict[int, Tour]:
    at = _return_of(rng, plan[team])
    return {} if at is None else {team: plan[team][:at] + plan[team][at + 1 :]}


def _shift(rng: random.Random, plan: Plan, team: int) -> dict[int, Tour]:
    at = _return_of(rng, plan[team])
    if at is None:
        return {}
    tour = list(plan[team])
    to = at + (1 if rng.random() < 0.5 else -1)
    if not 0 <= to < len(tour):
        return {}
    tour[at], tour[to] = tour[to], tour[at]
    return {team: tour}


def _relocate(rng: random.Random, plan: Plan, team: int) -> dict[int, Tour]:
    tour = plan[team]
    if not tour:
        return {}
    at = int(rng.random() * len(tour))
    item = tour[at]
    if item == RETURN:
        return {}
    other = int(rng.random() * len(plan))
    without = tour[:at] + tour[at + 1 :]
    target = without if other == team else plan[other]
    to = int(rng.random() * (len(target) + 1))
    placed = [*target[:to], item, *target[to:]]
    return {team: placed} if other == team else {team: without, other: placed}


def _swap(rng: random.Random, plan: Plan, team: int) -> dict[int, Tour]:
    other = int(rng.random() * len(plan))
    mine, theirs = plan[team], plan[other]
    if other == team or not mine or not theirs:
        return {}
    i, j = int(rng.random() * len(mine)), int(rng.random() * len(theirs))
    if RETURN in (mine[i], theirs[j]):
        return {}
    return {
        team: [*mine[:i], theirs[j], *mine[i + 1 :]],
        other: [*theirs[:j], mine[i], *theirs[j + 1 :]],
    }


def _reverse(rng: random.Random, plan: Plan, team: int) -> dict[int, Tour]:
    tour = plan[team]
    if len(tour) < 2:
        return {}
    i, j = sorted((int(rng.random() * (len(tour) + 1)), int(rng.random() * (len(tour) + 1))))
    if j - i < 2:
        return {}
    return {team: tour[:i] + tour[i:j][::-1] + tour[j:]}


def _return_of(rng: random.Random, tour: Tour) -> int | None:
    places = [at for at, item in enumerate(tour) if item == RETURN]
    return places[int(rng.random() * len(places))] if places else None


MOVES: tuple[tuple[Move, int], ...] = (
    (_insert, 20),
    (_remove, 10),
    (_shift, 10),
    (_relocate, 30),
    (_swap, 20),
    (_reverse, 10),
)
"""The moves and how often each is tried: returns are put in, taken out and shifted; visits change place or team."""


def tidy(tour: Tour, *, carrying: bool) -> Tour:
    """Return a tour without returns that carry nothing; a team that carries samples may return at once."""
    if RETURN not in tour:
        return tour
    found: Tour = []
    for item in tour:
        if item != RETURN or (found[-1] != RETURN if found else carrying):
            found.append(item)
    if found and found[-1] == RETURN:
        found.pop()
    return found
