"""Plans of the measured rounds against plans made by hand, by the best rule, and against what is possible at all.

``python -m bench.planning [ROW...]`` measures W60 and S60, or the named rows, by processor seconds of one core and
prints one JSON object. Rows are the rounds W60, S60, W500 and S500; W60-lost and W500-lost, where teams are lost at
10:00 and the rest is planned again; W60-couriers and W500-couriers, where drivers fetch the samples; and the published
instances RC208, C201R0.25 and X115-HVRP, whose files lie in the unpacked source package of PyVRP 0.14.1 that
PINGZHAN_PYVRP_SOURCE names (skipped without it). Ratios are of hours since 07:30. ``by_hand`` and ``by_rule`` compare
the last arrival of the routes alone with the greedy plans of the same run, ``bound`` with the proven bound; ``queue``
compares the last result of the whole planner with that of the routes alone, ``queue_bound`` with its bound. Every plan
is checked by the independent check. A row of lost teams gives the last arrival over that of the plan before: for W60
each team alone, the worst and the mean, for W500 two teams at once, and the share of open visits that change their
team; ``at_once`` are the processor seconds to a valid plan. A row of couriers, who have 240 minutes, gives the hours of
the day at which the last team is home, of the last arrival, the last result and its bound, the hours of samplers and
drivers, and how many drivers. A published instance gives the gap to the best known cost in percent. Exit code 1 when a
gate fails.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench import rounds

START = 27_000
BY_HAND, BY_RULE, STAFF, QUEUE_BOUND = 0.80, 0.92, 0.95, 1.22
BOUND = {"W60": 1.15, "S60": 1.01, "W500": 1.22, "S500": 1.05}
QUEUE = {"W60": 0.90, "S60": 0.95, "W500": 0.95}
FAIRNESS = 1.10
LOST_AT = 36_000
LOST = {
    "W60-lost": {"at_once": 1.0, "worst": 1.15, "mean": 1.11, "violations": 0},
    "W500-lost": {"at_once": 1.0, "after_5": 1.08, "after_15": 1.06, "moved": 0.15, "violations": 0},
}
COURIERS = {
    "W60-couriers": {"home": 12.5, "last_result": 20.4, "staff_h": 164.0, "drivers": 3, "violations": 0},
    "W500-couriers": {"home": 14.4, "last_lab": 17.5, "staff_h": 1620.0, "drivers": 39, "violations": 0},
}
"""What a plan with drivers may come to at most; the planning reference measured W60 at 12.40, 20.4, 160.5 and 3."""
PUBLISHED = {
    "RC208": ("notebooks/data/RC208.vrp", 7761, "dimacs"),
    "C201R0.25": ("tests/data/C201R0.25.vrp", 10_687, "dimacs"),
    "X115-HVRP": ("tests/data/X115-HVRP.vrp", 1_941_256_006, "exact"),
}
"""Where a published instance lies in the source package, its best known cost, and how distances are rounded."""
PUBLISHED_CPU_S, GAP = 30.0, 0.5
SOURCE = "PINGZHAN_PYVRP_SOURCE"


def measure(name: str) -> tuple[dict[str, Any], list[str]]:
    """Return the ratios of a round and the names of the gates that failed."""
    from pingzhan.engines.planning import greedy_plan, read_instance
    from pingzhan.engines.planning.bounds import bounds
    from pingzhan.engines.planning.climb import climb
    from pingzhan.engines.planning.meter import Meter
    from pingzhan.engines.planning.planner import document, quick
    from pingzhan.engines.planning.problem import problem_of
    from pingzhan.engines.planning.router import improve

    data = rounds.load(name)
    budget = 60.0 if name.endswith("500") else 5.0
    hand, rule = (greedy_plan(data, by_hand=by_hand)["score"] for by_hand in (True, False))
    instance = read_instance(data)
    problem = problem_of(instance)
    best = bounds(problem)
    plan = improve(problem, quick(problem), Meter("cpu_s", budget), seed=1)
    routes = document(instance, problem, plan, best, log={})
    whole = document(instance, problem, climb(problem, plan, Meter("cpu_s", budget), seed=1), best, log={})

    def ratio(one: float, other: float) -> float:
        return round((one - START) / (other - START), 4)

    found = {
        "cpu_s": budget,
        "by_hand": ratio(routes["score"]["last_lab"], hand["last_lab"]),
        "by_rule": ratio(routes["score"]["last_lab"], rule["last_lab"]),
        "staff": round(routes["score"]["staff_h"] / rule["staff_h"], 4),
        "bound": ratio(routes["score"]["last_lab"], best.last_lab),
        "fairness": routes["score"]["fairness"],
        "queue": ratio(whole["score"]["last_result"], routes["score"]["last_result"]),
        "queue_bound": ratio(whole["score"]["last_result"], best.last_result),
        "violations": len(routes["violations"]) + len(whole["violations"]),
    }
    gates = {
        "by_hand": BY_HAND,
        "by_rule": BY_RULE,
        "staff": STAFF,
        "bound": BOUND[name],
        "fairness": FAIRNESS,
        "queue": QUEUE.get(name, 1.0),
        "queue_bound": QUEUE_BOUND,
        "violations": 0,
    }
    return found, [f"{name}.{key}" for key, most in gates.items() if found[key] > most]


def lost(name: str) -> tuple[dict[str, Any], list[str]]:
    """Return what the loss of teams costs, and the names of the gates that failed. The laboratory is no limit here."""
    from pingzhan.engines.planning import read_instance
    from pingzhan.engines.planning.bounds import bounds
    from pingzhan.engines.planning.meter import Meter
    from pingzhan.engines.planning.planner import document, quick
    from pingzhan.engines.planning.problem import problem_of
    from pingzhan.engines.planning.router import improve

    data = rounds.load(name.removesuffix("-lost"))
    del data["labs"][0]["tubes_per_h"]
    instance = read_instance(data)
    problem = problem_of(instance)
    small = name == "W60-lost"
    plan = improve(problem, quick(problem), Meter("cpu_s", 5.0 if small else 60.0), seed=1)
    before = document(instance, problem, plan, bounds(problem), log={})
    if small:
        rows = [_after(data, before, [team.id], 5.0) for team in instance.teams]
        ratios = [row["ratio"] for row in rows]
        found = {"worst": max(ratios), "mean": round(sum(ratios) / len(ratios), 4)}
    else:
        rows = [_after(data, before, ["t3", "t40"], seconds) for seconds in (5.0, 15.0)]
        found = {"after_5": rows[0]["ratio"], "after_15": rows[1]["ratio"]}
    found |= {
        "moved": round(max(row["moved"] for row in rows), 4),
        "at_once": max(row["at_once"] for row in rows),
        "violations": sum(row["violations"] for row in rows),
    }
    return found, [f"{name}.{key}" for key, most in LOST[name].items() if found[key] > most]


def _after(
    data: dict[str, Any], before: dict[str, Any], teams: Iterable[str], seconds: float
) -> dict[str, Any]:
    """Return one planning again after teams are lost."""
    from pingzhan.engines.planning import Ask, replan

    changes = {"changes": [{"kind": "team_out", "team": team} for team in teams]}
    # Next to no budget: this is the plan that is there at once, not yet with the least change.
    started = time.process_time()
    quick = replan(data, before, changes, at=LOST_AT, ask=Ask("least-change", 10_000.0, "cpu_s", 0.1))
    at_once = time.process_time() - started
    after = replan(data, before, changes, at=LOST_AT, ask=Ask("least-delay", 0.0, "cpu_s", seconds, 1))
    open_ = sum(
        not visit.get("pinned")
        for team in after["teams"]
        for trip in team["trips"]
        for visit in trip["visits"]
    )
    return {
        "ratio": round((after["score"]["last_lab"] - START) / (before["score"]["last_lab"] - START), 4),
        "moved": sum(one["from_team"] != one["to_team"] for one in after["changes"]) / open_,
        "at_once": round(at_once, 2),
        "violations": len(after["violations"]) + len(quick["violations"]),
    }


def with_couriers(name: str) -> tuple[dict[str, Any], list[str]]:
    """Return what a plan with drivers comes to, and the names of the gates that failed."""
    from pingzhan.engines.planning import Effort, make_plan

    data = rounds.load(name.removesuffix("-couriers"))
    data["couriers"] = {}
    budget = 60.0 if "500" in name else 8.0
    plan = make_plan(data, effort=Effort("cpu_s", budget, 1))
    score = plan["score"]
    found = {
        "cpu_s": budget,
        "home": round(score["home"] / 3600, 3),
        "last_lab": round(score["last_lab"] / 3600, 3),
        "last_result": round(score["last_result"] / 3600, 3),
        "bound": round(plan["bounds"]["last_result"] / 3600, 3),
        "staff_h": score["staff_h"],
        "drivers": score["drivers"],
        "driver_h": score["driver_h"],
        "km": score["km"],
        "violations": len(plan["violations"]),
    }
    return found, [f"{name}.{key}" for key, most in COURIERS[name].items() if found[key] > most]


def published(name: str) -> tuple[dict[str, Any], list[str]]:
    """Return the gap to the best known cost of a published instance, and whether its gate failed."""
    from pingzhan.engines.planning.vrplib import solve_file

    folder = os.environ.get(SOURCE)
    if not folder:
        return {"skipped": SOURCE}, []
    path, known, rounding = PUBLISHED[name]
    cost = solve_file(
        Path(folder) / path, solomon=False, cpu_seconds=PUBLISHED_CPU_S, seed=1, rounding=rounding
    ).cost
    gap = round(100 * (cost / known - 1), 3)
    return {"cpu_s": PUBLISHED_CPU_S, "gap_percent": gap}, [f"{name}.gap_percent"] if gap > GAP else []


def main() -> None:
    """Print the table as JSON."""
    warnings.simplefilter("ignore")
    measured, failed = {}, []
    for name in sys.argv[1:] or ["W60", "S60"]:
        row = (
            lost
            if name in LOST
            else with_couriers
            if name in COURIERS
            else published
            if name in PUBLISHED
            else measure
        )
        measured[name], missed = row(name)
        failed += missed
    print(json.dumps({"rounds": measured, "failed": failed}))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
