"""One run of the planner: greedy plans at once, then routes, then the laboratory's queue; what counts is checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from pingzhan.engines import plancheck
from pingzhan.engines.planning import couriers, greedy
from pingzhan.engines.planning.bounds import Bounds, bounds
from pingzhan.engines.planning.climb import climb
from pingzhan.engines.planning.fetch import at_once
from pingzhan.engines.planning.gather import gather
from pingzhan.engines.planning.instance import Instance, read_instance
from pingzhan.engines.planning.meter import Meter, Progress
from pingzhan.engines.planning.problem import Plan, Problem, problem_of
from pingzhan.engines.planning.simulate import score
from pingzhan.engines.planning.written import written

PLAN_VERSION = 1
SHARE_OF_ROUTES = 0.5
"""The part of the budget spent on routes when the laboratory is a limit; the rest is spent on its queue."""
SHARE_WITHOUT_QUEUE = 0.85
"""The part when there is no queue; the rest mends trips that the router could not keep within the age limit."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search: ``kind`` is iterations (repeatable) or cpu_s; ``seed`` makes another attempt."""

    kind: str
    amount: float
    seed: int


def make_plan(
    data: dict[str, Any],
    *,
    effort: Effort | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Return the plan of an instance as JSON data; without ``effort`` the instance's own budget and seed hold.

    The same instance, seed and number of iterations give the same bytes. Raises PlanningError for what cannot be
    read and Cancelled when the person stopped it.
    """
    instance = read_instance(data)
    chosen = effort or Effort(*instance.budget, instance.seed)
    meter = Meter(chosen.kind, chosen.amount, progress=progress, cancelled=cancelled)
    if instance.couriers is not None:
        return _with_couriers(instance, chosen, meter)
    problem = problem_of(instance)
    plan = search(problem, meter, chosen.seed)
    return document(instance, problem, plan, bounds(problem), log=_log(instance, chosen, meter))


def _with_couriers(instance: Instance, chosen: Effort, meter: Meter) -> dict[str, Any]:
    """Return the plan of teams that stay out and drivers who fetch what they have swabbed."""
    problem = couriers.teams_problem(instance)
    meter.amount = couriers.SHARE_OF_TEAMS * chosen.amount
    teams = written(problem, search(problem, meter, chosen.seed))
    meter.amount = chosen.amount
    fetch = couriers.fetch_of(instance, problem, teams)
    tours, left = couriers.drive(fetch, meter, seed=chosen.seed)
    best = couriers.courier_bounds(instance, problem)
    log = _log(instance, chosen, meter)
    return _document(instance, teams, best, log=log, **couriers.answer(fetch, teams, tours, left))


def greedy_plan(data: dict[str, Any], *, by_hand: bool = False) -> dict[str, Any]:
    """Return the plan made without a search: the best rule, or sectors as people make them by hand."""
    instance = read_instance(data)
    problem = problem_of(instance) if instance.couriers is None else couriers.teams_problem(instance)
    plan = greedy.zone(problem) if by_hand else quick(problem)
    log = {"engine": "zone" if by_hand else "greedy", "input_hash": instance.digest()}
    if instance.couriers is not None:
        teams = written(problem, plan)
        fetch = couriers.fetch_of(instance, problem, teams)
        more = couriers.answer(fetch, teams, *at_once(fetch, instance.couriers.drivers))
        return _document(instance, teams, couriers.courier_bounds(instance, problem), log=log, **more)
    return document(instance, problem, plan, bounds(problem), log=log)


def quick(problem: Problem) -> Plan:
    """Return the better of the two plans that are made at once."""
    return min(
        (greedy.dispatch(problem), greedy.zone(problem)), key=lambda plan: score(problem, plan).routing_key()
    )


def search(problem: Problem, meter: Meter, seed: int) -> Plan:
    """Return the best plan that the meter's budget allows."""
    from pingzhan.engines.planning.router import improve

    warm = quick(problem)
    meter.look()
    limited = problem.instance.lab.tubes_per_h is not None or bool(problem.tight)
    whole = meter.amount
    share = SHARE_OF_ROUTES if limited else SHARE_WITHOUT_QUEUE
    meter.amount = meter.used + share * (whole - meter.used)
    routes = improve(problem, warm, meter, seed=seed)
    meter.amount = whole
    return gather(problem, climb(problem, routes, meter, seed=seed))


def document(
    instance: Instance, problem: Problem, plan: Plan, best: Bounds, *, log: dict[str, Any]
) -> dict[str, Any]:
    """Return a plan as JSON data with the score and the violations that the independent check finds."""
    return _document(instance, written(problem, plan), best, log=log)


def _document(
    instance: Instance, teams: list[dict[str, Any]], best: Bounds, *, log: dict[str, Any], **more: Any
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "version": PLAN_VERSION,
        "round": {"id": instance.id, "date": instance.date},
        "teams": teams,
        **more,
        "bounds": {
            "last_lab": round(best.last_lab),
            "last_result": round(best.last_result),
            "reason": best.reason,
        },
        "changes": [],
        "log": log,
    }
    report = plancheck.check(dict(instance.raw), found).as_dict()
    found["score"], found["violations"] = report["score"], report["violations"]
    return found


def _log(instance: Instance, effort: Effort, meter: Meter) -> dict[str, Any]:
    repeatable = effort.kind == "iterations"
    return {
        "engine": "pyvrp",
        "version": version("pyvrp"),
        "seed": effort.seed,
        "iterations": round(effort.amount) if repeatable else round(meter.steps),
        # Processor time differs from run to run, and a repeatable plan is the same to the byte.
        "cpu_s": None if repeatable else round(meter.cpu, 2),
        "input_hash": instance.digest(),
    }
