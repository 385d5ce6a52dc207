"""Fewer arrivals at the same place, where they cost nothing."""

from __future__ import annotations

from typing import Any

import pytest
from bench import rounds

from pingzhan.engines.planning.climb import plan_key
from pingzhan.engines.planning.gather import arrivals_of, gather
from pingzhan.engines.planning.instance import read_instance
from pingzhan.engines.planning.planner import make_plan, quick
from pingzhan.engines.planning.problem import RETURN, problem_of

HOUR = 3600


def shifts() -> dict[str, Any]:
    """Return six enterprises of 25 people in four shifts, two teams, and a laboratory that waits for the last one."""
    windows = (("office", 8.0, 16.5), ("early", 7.5, 14.5), ("late", 15.0, 18.0), ("night", 7.5, 8.5))
    return {
        "version": 1,
        "round": {"seed": 1, "budget": {"iterations": 60}},
        "labs": [{"id": "lab", "pos": [0, 2], "tubes_per_h": 90, "run_min": 240}],
        "sites": [
            {
                "id": str(n),
                "pos": [n % 3, n // 3],
                "points": 1,
                "cohorts": [
                    {"id": name, "persons": 6, "open": round(opens * HOUR), "close": round(closes * HOUR)}
                    for name, opens, closes in windows
                ],
            }
            for n in range(6)
        ],
        "teams": [{"id": str(n), "samplers": 2, "to": 19 * HOUR} for n in range(4)],
        "travel": {"speed_kmh": 35, "detour": 1.3, "fixed_s": 120},
    }


def test_shifts_of_one_enterprise_are_swabbed_together_where_nothing_is_lost() -> None:
    problem = problem_of(read_instance(shifts()))
    # Everybody waits for the late shifts anyhow: each team has one kind of shift, in another order.
    apart = [[n * 4 + kind for n in range(6)] for kind in range(4)]
    apart[0] += [RETURN, *apart[2][3:]]
    apart[2] = apart[2][:3]
    before, key = arrivals_of(problem, apart), plan_key(problem, apart, None)
    found = gather(problem, apart)
    assert sorted(item for tour in found for item in tour if item != RETURN) == list(range(24))
    assert plan_key(problem, found, None) <= key
    assert arrivals_of(problem, found) < before == 24
    assert gather(problem, found) == found


def test_a_plan_sends_no_more_teams_than_the_shifts_ask_for() -> None:
    plan = make_plan(shifts())
    assert plan["violations"] == []
    visits: dict[str, set[str]] = {}
    for team in plan["teams"]:
        for trip in team["trips"]:
            for visit in trip["visits"]:
                visits.setdefault(visit["site"], set()).add(team["id"])
    assert max(map(len, visits.values())) <= 3
    assert sum(map(len, visits.values())) <= 14


@pytest.mark.parametrize("name", ["W60", "S60"])
def test_nothing_that_counts_becomes_worse(name: str) -> None:
    problem = problem_of(read_instance(rounds.load(name)))
    plan = quick(problem)
    found = gather(problem, plan)
    assert plan_key(problem, found, None) <= plan_key(problem, plan, None)
    assert arrivals_of(problem, found) <= arrivals_of(problem, plan)
