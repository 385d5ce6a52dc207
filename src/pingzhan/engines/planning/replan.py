"""Planning again while a round runs: what is begun stays, the rest is decided anew after something has happened.

``least-delay`` wants the smallest last result, then the fewest hours. ``least-change`` wants the fewest visits moved
and the fewest enterprises told, as long as the last result is at most ``tolerance`` minutes later than was announced.
Planning reference, section 12.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pingzhan.engines import plancheck
from pingzhan.engines.planning.bounds import Bounds, bounds
from pingzhan.engines.planning.climb import Care, climb, plan_key, tidy
from pingzhan.engines.planning.disturbances import Disturbances, read_changes
from pingzhan.engines.planning.errors import PlanningError
from pingzhan.engines.planning.instance import read_instance
from pingzhan.engines.planning.meter import Meter, Progress
from pingzhan.engines.planning.problem import RETURN, Plan, Problem, Tour, problem_of
from pingzhan.engines.planning.repair import append, insert
from pingzhan.engines.planning.simulate import queue, run_team, stays
from pingzhan.engines.planning.standing import Situation, situation
from pingzhan.engines.planning.written import Past, written, written_team

VERSION = 1
LEAST_DELAY, LEAST_CHANGE = "least-delay", "least-change"
MODES = (LEAST_DELAY, LEAST_CHANGE)
TOLERANCE = 60.0
"""Minutes by which the last result may be later than announced before visits are moved to gain time."""
NOTICE = 900
"""Seconds by which a visit may begin earlier or later without anybody being told."""
NEAREST = 12
"""Teams that plan again when a large round is disturbed; the others keep their tours."""
ALL_TEAMS = 24
"""Teams up to which all plan again."""
EXACT = 4_000
"""Plans up to which all are tried, so that the least change is proven."""
SHARE_OF_ROUTES = 0.6
"""The part of the budget spent on routes; the rest goes to the laboratory's queue and to what routes cannot know."""


@dataclass(frozen=True, slots=True)
class Ask:
    """How to plan again: the mode, the tolerance in minutes, and how long to search (see planner.Effort)."""

    mode: str = LEAST_DELAY
    tolerance: float = TOLERANCE
    kind: str = "cpu_s"
    amount: float = 5.0
    seed: int = 1


def replan(
    data: dict[str, Any],
    adopted: dict[str, Any],
    changes: dict[str, Any],
    *,
    at: int,
    ask: Ask | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Return the plan from ``at`` (seconds from midnight) on, as JSON data, checked against the adopted one.

    ``adopted`` may itself come from planning again; what was said then still holds. The plan is never worse than
    giving what is open to the end of other tours. Raises PlanningError and Cancelled.
    """
    asked = ask or Ask()
    if asked.mode not in MODES:
        raise PlanningError("方式是 least-delay 或 least-change。", place="mode")
    instance, earlier = read_instance(data), adopted.get("replan") or {}
    if instance.couriers is not None:
        raise PlanningError("有送样员的计划只供比较，不能重排。", place="couriers")
    if at < int(earlier.get("at", 0)):
        raise PlanningError("不能排到上次重排之前。", place="at")
    known = plancheck.check(data, adopted)
    if any(one.kind in ("unknown", "duplicate", "times") for one in known.violations):
        raise PlanningError("原计划和实例对不上，先用 plan check 核对。", place="plan")
    said = read_changes(
        {**changes, "changes": [*earlier.get("changes", []), *changes.get("changes", [])]}, instance, at
    )
    now = situation(instance, adopted, said)
    if not changes.get("changes"):
        return document(adopted, now, said, now.plan, (asked, Meter(asked.kind, asked.amount)))
    meter = Meter(asked.kind, asked.amount, progress=progress, cancelled=cancelled)
    plan = decide(now, meter, asked, known.last_result // 60)
    return document(adopted, now, said, plan, (asked, meter))


def decide(now: Situation, meter: Meter, asked: Ask, announced: int) -> Plan:
    """Return the tours of the living teams: the adopted ones when nothing is open and everything can go on.

    ``announced`` is the minute of the last result in the adopted plan.
    """
    problem = now.problem
    if not problem.crews or not problem.chunks:
        return now.plan
    patience = asked.tolerance if asked.mode == LEAST_CHANGE else 0
    care = Care(int(announced + patience), _moved(now))
    kept = plan_key(problem, now.plan, care)
    if not now.orphans and (kept[1], kept[3], kept[4]) == (0, 0, 0):
        return now.plan
    simple = append(problem, now.plan, now.orphans)
    meter.look()
    if asked.mode == LEAST_CHANGE:
        return _least_change(now, simple, care, meter, asked.seed)
    return _least_delay(now, simple, meter, asked.seed)


def _least_change(now: Situation, simple: Plan, care: Care, meter: Meter, seed: int) -> Plan:
    problem = now.problem
    if count(problem) <= EXACT:
        return min(every(problem), key=lambda plan: plan_key(problem, plan, care))
    best = simple
    for hint in (care, None):
        best = min(
            best, insert(problem, now.plan, now.orphans, hint), key=lambda plan: plan_key(problem, plan, care)
        )
        # With nobody moved but those whom somebody must take anyhow, there is nothing to search for.
        key = plan_key(problem, best, care)
        if (key[1], key[3]) == (0, 0) and key[4] <= len(now.orphans):
            return best
    return climb(problem, best, meter, seed=seed, care=care)


def _least_delay(now: Situation, simple: Plan, meter: Meter, seed: int) -> Plan:
    from pingzhan.engines.planning.router import improve

    problem = now.problem
    best = min(
        (simple, insert(problem, now.plan, now.orphans, None)), key=lambda plan: plan_key(problem, plan, None)
    )
    crews = _nearest(now, best)
    part, tours, chunks = _part(problem, best, crews)
    whole = meter.amount
    meter.amount = meter.used + SHARE_OF_ROUTES * (whole - meter.used)
    routed = improve(part, tours, meter, seed=seed)
    meter.amount = whole
    starts = [tours, routed] if routed != tours else [tours]
    for n, start in enumerate(starts):
        meter.amount = meter.used + (whole - meter.used) / (len(starts) - n)
        found = climb(part, start, meter, seed=seed + n)
        tried = list(best)
        for team, tour in zip(crews, found, strict=True):
            carrying = problem.crews[team].aboard is not None
            tried[team] = tidy([item if item == RETURN else chunks[item] for item in tour], carrying=carrying)
        if plan_key(problem, tried, None) < plan_key(problem, best, None):
            best = tried
    meter.amount = whole
    return best


def _nearest(now: Situation, plan: Plan) -> list[int]:
    """Return the teams that plan again: all, or those that got something, then in turn the nearest to each place.

    Teams whose adopted tours cannot be kept come first; others keep theirs.
    """
    problem = now.problem
    teams = range(len(problem.crews))
    if len(teams) <= ALL_TEAMS:
        return list(teams)
    spots = [
        {problem.crews[team].place, *(problem.place[item] for item in now.plan[team] if item != RETURN)}
        for team in teams
    ]
    runs = [run_team(problem, team, plan[team]) for team in teams]
    chosen = {team for team in teams if plan[team] != now.plan[team] or runs[team].late or runs[team].over}
    chosen = set(sorted(chosen, key=lambda team: (-runs[team].last, team))[:NEAREST])
    turns = [
        sorted(teams, key=lambda team: (min(problem.legs[there][place] for there in spots[team]), team))
        for place in sorted({problem.place[chunk] for chunk in now.orphans})
    ] or [sorted(teams, key=lambda team: (-runs[team].last, team))]
    for team in itertools.chain.from_iterable(zip(*turns, strict=True)):
        if len(chosen) >= NEAREST:
            break
        chosen.add(team)
    return sorted(chosen)


def _part(problem: Problem, plan: Plan, crews: list[int]) -> tuple[Problem, Plan, list[int]]:
    """Return the problem of some teams, their tours in it, and which chunk of the whole each of its chunks is."""
    if len(crews) == len(problem.crews):
        return problem, plan, list(range(len(problem.chunks)))
    mine, arrived, busy = set(crews), list(problem.arrived), list(problem.busy)
    for team, tour in enumerate(plan):
        if team not in mine:
            arrived += run_team(problem, team, tour).arrivals
            busy += stays(problem, team, tour)
    chunks = sorted(item for team in crews for item in plan[team] if item != RETURN)
    index = {chunk: n for n, chunk in enumerate(chunks)} | {RETURN: RETURN}
    part = problem_of(
        problem.instance,
        chunks=[problem.chunks[chunk] for chunk in chunks],
        crews=[problem.crews[team] for team in crews],
        arrived=arrived,
        busy=busy,
    )
    return part, [[index[item] for item in plan[team]] for team in crews], chunks


def _moved(now: Situation) -> Callable[[int, Tour], frozenset[int]]:
    """Return what tells which chunks of a tour are with another team or at another time than in the adopted plan."""
    problem, before = now.problem, now.before
    index = {chunk.id: n for n, chunk in enumerate(problem.chunks)}

    def moved(team: int, tour: Tour) -> frozenset[int]:
        if not tour:
            return frozenset()
        behind = now.past[team]
        found = written_team(problem, team, tour, Past((), behind.visits, behind.depart))
        return frozenset(
            index[visit["chunk"]]
            for trip in found["trips"]
            for visit in trip["visits"]
            if visit["chunk"] in index
            and (
                before.get(visit["chunk"], ("",))[0] != problem.crews[team].id
                or abs(before[visit["chunk"]][1] - visit["start"]) > NOTICE
            )
        )

    return moved


def count(problem: Problem) -> int:
    """Return how many plans ``every`` yields at most."""
    n, teams = len(problem.chunks), len(problem.crews)
    if n > 8:
        return EXACT + 1
    return int(math.factorial(n) * math.comb(n + teams - 1, n) * 2**n)


def every(problem: Problem) -> Iterator[Plan]:
    """Yield every plan of a small problem: all orders, all divisions among teams, all returns."""
    n, teams = len(problem.chunks), len(problem.crews)
    for order in itertools.permutations(range(n)):
        for cuts in itertools.combinations_with_replacement(range(n + 1), teams - 1):
            ends = (0, *cuts, n)
            tours = [order[a:b] for a, b in itertools.pairwise(ends)]
            choices = [
                list(_returned(tour, problem.crews[team].aboard is not None))
                for team, tour in enumerate(tours)
            ]
            yield from (list(plan) for plan in itertools.product(*choices))


def _returned(tour: tuple[int, ...], carrying: bool) -> Iterator[list[int]]:
    gaps = len(tour) if carrying else max(0, len(tour) - 1)
    for bits in itertools.product((False, True), repeat=gaps):
        found: list[int] = []
        for n, item in enumerate(tour):
            at = n if carrying else n - 1
            if at >= 0 and bits[at]:
                found.append(RETURN)
            found.append(item)
        yield found


def document(
    adopted: dict[str, Any], now: Situation, said: Disturbances, plan: Plan, spent: tuple[Ask, Meter]
) -> dict[str, Any]:
    """Return the plan as JSON data: what was begun, then the tours, with what the independent check finds."""
    (asked, meter), raw = spent, now.instance.raw
    living = iter(written(now.problem, plan, now.past))
    teams = [
        next(living) if crew is not None else _finished(one.team.id, one.team.samplers, one.past)
        for one, crew in zip(now.teams, now.crews, strict=True)
    ]
    least = bounds(now.problem) if now.problem.crews and now.problem.chunks else Bounds(0, 0, "work")
    # What is there or on its way has a result as well, whatever is decided.
    least = Bounds(
        max(least.last_lab, max((at for at, _tubes in now.problem.arrived), default=0)),
        max(least.last_result, queue((), now.problem) if now.problem.arrived else 0),
        least.reason,
    )
    earlier = adopted.get("replan") or {}
    lost = [{"team": one.team.id, **visit} for one in now.teams for visit in one.lost]
    found: dict[str, Any] = {
        "version": adopted.get("version", 1),
        "round": adopted.get("round", {}),
        "teams": teams,
        "bounds": {
            "last_lab": round(least.last_lab),
            "last_result": round(least.last_result),
            "reason": least.reason,
        },
        "replan": {
            "version": VERSION,
            "at": said.at,
            "mode": asked.mode,
            "tolerance_min": asked.tolerance,
            "notice_s": NOTICE,
            "changes": list(said.entries),
            "unserved": [
                {
                    "chunk": one.id,
                    "site": one.site,
                    "cohort": one.cohort,
                    "persons": one.persons,
                    "reason": why,
                }
                for one, why in now.unserved
            ],
            "lost": [*earlier.get("lost", []), *lost],
            "before": hashlib.sha256(
                json.dumps(adopted, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
            ).hexdigest(),
        },
        "log": {
            "engine": "replan",
            "seed": asked.seed,
            "iterations": round(asked.amount) if asked.kind == "iterations" else round(meter.steps),
            "cpu_s": None if asked.kind == "iterations" else round(meter.cpu, 2),
            "input_hash": now.instance.digest(),
        },
    }
    report = plancheck.check(dict(raw), found, before=adopted)
    shown = report.as_dict()
    found["score"], found["violations"] = shown["score"], shown["violations"]
    found["changes"], found["notices"] = report.changes, report.notices
    return found


def _finished(team: str, samplers: int, past: Past) -> dict[str, Any]:
    """Return a team that works no more."""
    trips = list(past.trips)
    depart, last = (int(trips[0]["depart"]), int(trips[-1]["lab_arrive"])) if trips else (0, 0)
    return {
        "id": team,
        "samplers": samplers,
        "depart": depart if trips else None,
        "last": last if trips else None,
        "work_s": last - depart,
        "persons": sum(trip["persons"] for trip in trips),
        "trips": trips,
    }
