"""Sending fewer teams to the same place: what an enterprise sees of a plan that costs nothing to mend.

A team that waits for a late shift anyhow loses nothing by an extra stop, so results and staff hours alone do not keep
the shifts of one small enterprise together, and four teams come to 25 people. Every arrival disturbs the enterprise
and has to be set up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pingzhan.engines.planning.climb import plan_key, tidy
from pingzhan.engines.planning.problem import RETURN, Plan, Problem
from pingzhan.engines.planning.simulate import run_team

SWEEPS = 3
"""How often all places are gone through; more hardly ever finds anything."""


def arrivals_of(problem: Problem, plan: Plan) -> int:
    """Return how often a team arrives anywhere: visits one after another at the same place are one arrival."""
    found = 0
    for team, tour in enumerate(plan):
        there = problem.crews[team].place
        for item in tour:
            place = 0 if item == RETURN else problem.place[item]
            found += place not in (0, there)
            there = place
    return found


def gather(problem: Problem, plan: Plan) -> Plan:
    """Return a plan with as few or fewer arrivals, never worse in what counts: people, priorities, result, staff hours.

    Takes no chance: the same plan gives the same answer.
    """
    best = list(plan)
    runs = [run_team(problem, team, tour) for team, tour in enumerate(best)]
    key, arrivals = plan_key(problem, best, None, runs=runs), arrivals_of(problem, best)
    split = defaultdict(list)
    for chunk, place in enumerate(problem.place):
        split[place].append(chunk)
    for _sweep in range(SWEEPS):
        before = arrivals
        for chunk in (one for chunks in split.values() if len(chunks) > 1 for one in chunks):
            for tried in _beside(problem, best, chunk):
                fewer = arrivals_of(problem, tried)
                if fewer >= arrivals:
                    continue
                new_runs = [
                    run if tried[team] is best[team] else run_team(problem, team, tried[team])
                    for team, run in enumerate(runs)
                ]
                new = plan_key(problem, tried, None, runs=new_runs)
                if new <= key:
                    best, runs, key, arrivals = tried, new_runs, new, fewer
                    break
        if arrivals == before:
            break
    return best


def _beside(problem: Problem, plan: Plan, chunk: int) -> Iterator[Plan]:
    """Yield the plans in which a chunk is swabbed right before or after another of its place."""
    place = problem.place[chunk]
    home = next((team for team, tour in enumerate(plan) if chunk in tour), None)
    if home is None:
        return
    for team, tour in enumerate(plan):
        if chunk in problem.barred[team]:
            continue
        rest = [item for item in tour if item != chunk]
        for at, item in enumerate(rest):
            if item == RETURN or problem.place[item] != place:
                continue
            for to in (at, at + 1):
                tried = list(plan)
                left = [one for one in plan[home] if one != chunk]
                tried[home] = tidy(left, carrying=problem.crews[home].aboard is not None)
                tried[team] = [*rest[:to], chunk, *rest[to:]]
                yield tried
