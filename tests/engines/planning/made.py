"""Small rounds and plans by seed, for properties that must hold whatever the numbers are."""

from __future__ import annotations

from random import Random
from typing import Any

from pingzhan.engines.planning.problem import RETURN, Plan, Problem

MORNING, NOON, EVENING = 27_000, 50_400, 64_800


def random_round(seed: int, *, generous: bool) -> dict[str, Any]:
    """Return an instance: windows, two shifts, coolers, working time; ``generous`` has teams and time to spare."""
    rng = Random(seed)
    sites = []
    for n in range(rng.randint(3, 9)):
        heads = rng.randint(5, 420)
        kind = rng.random()
        if kind < 0.3:
            first = heads // 2 + 1
            cohorts = [
                {"id": "early", "persons": first, "open": MORNING, "close": NOON},
                {"id": "late", "persons": heads - first, "open": NOON, "close": EVENING},
            ]
        else:
            window = (
                (MORNING, EVENING) if kind < 0.6 else (MORNING, 43_200) if kind < 0.8 else (36_000, 57_600)
            )
            cohorts = [{"id": "all", "persons": heads, "open": window[0], "close": window[1]}]
        points = {} if generous or rng.random() < 0.5 else {"points": 1}
        sites.append(
            {"id": f"s{n}", "pos": [rng.uniform(0, 6), rng.uniform(0, 5)], "cohorts": cohorts, **points}
        )
    teams = []
    for n in range(rng.randint(6, 9) if generous else rng.randint(1, 5)):
        team: dict[str, Any] = {"id": f"t{n}", "samplers": rng.randint(2, 4)}
        if rng.random() < 0.4:
            team["cooler_tubes"] = rng.randint(31, 45) if generous else rng.randint(2, 45)
        if not generous and rng.random() < 0.4:
            team |= {"from": rng.randint(25_000, 36_000), "to": rng.randint(45_000, 70_000)}
        teams.append(team)
    params: dict[str, Any] = {"age_max_min": 240 if generous else rng.choice([90, 150, 240])}
    if rng.random() < 0.5:
        params["max_work_min"] = 780 if generous else rng.choice([300, 480])
    lab: dict[str, Any] = {"id": "lab", "pos": [3, 7.5], "run_min": 240}
    if rng.random() < 0.7:
        lab["tubes_per_h"] = rng.choice([10, 25, 60])
    return {
        "version": 1,
        "round": {"id": f"r{seed}", "date": "2022-05-12", "seed": seed, "budget": {"iterations": 30}},
        "params": params,
        "labs": [lab],
        "sites": sites,
        "teams": teams,
    }


def random_plan(problem: Problem, seed: int) -> Plan:
    """Return a plan nobody would make: every chunk with any team in any order, returns anywhere between two visits."""
    rng = Random(seed)
    plan: Plan = [[] for _ in problem.crews]
    for chunk in rng.sample(range(len(problem.chunks)), len(problem.chunks)):
        tour = rng.choice(plan)
        if tour and rng.random() < 0.35:
            tour.append(RETURN)
        tour.append(chunk)
    return plan
