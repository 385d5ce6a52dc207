"""Giving what nobody has to those who work on: at the end of their tours, or where it hurts least."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from pingzhan.engines.planning.climb import Care, plan_key, tidy
from pingzhan.engines.planning.problem import RETURN, Plan, Problem, Tour
from pingzhan.engines.planning.simulate import Run, run_team

T = TypeVar("T")
WHOLE = 24
"""Ways judged by the whole plan, of all that were judged by their own tour."""
NEAR = 96
"""Ways of which it is asked what they move."""
Ways = Callable[[Tour, int, bool], Iterator[Tour]]


def append(problem: Problem, plan: Plan, orphans: tuple[int, ...]) -> Plan:
    """Return the plan of somebody who only gives the open visits to the end of other tours, the largest first."""
    return _given(problem, plan, orphans, None, _ends)


def insert(problem: Problem, plan: Plan, orphans: tuple[int, ...], care: Care | None) -> Plan:
    """Return the plan in which each open visit, the largest first, is put where the whole becomes least worse."""
    return _given(problem, plan, orphans, care, _anywhere)


def _given(problem: Problem, plan: Plan, orphans: tuple[int, ...], care: Care | None, ways: Ways) -> Plan:
    now = [list(tour) for tour in plan]
    runs = [run_team(problem, team, tour) for team, tour in enumerate(now)]
    moved = [care.moved(team, tour) if care else frozenset() for team, tour in enumerate(now)]
    for chunk in sorted(orphans, key=lambda one: (-problem.priority[one], -problem.persons[one], one)):
        found: list[tuple[tuple[int, ...], int, Tour, Run]] = []
        for team, tour in enumerate(now):
            crew = problem.crews[team]
            for way in ways(tour, chunk, crew.aboard is not None):
                new = run_team(problem, team, way)
                found.append((_cost(runs[team], new, crew.samplers), team, way, new))
        if not found:
            break
        found.sort(key=lambda one: one[0])
        del found[NEAR:]
        shifts = [care.moved(team, way) if care else moved[team] for _cost_, team, way, _new in found]
        order = sorted(range(len(found)), key=lambda n: (found[n][0][0], len(shifts[n]) if care else 0, n))
        best: tuple[tuple[int, ...], int] | None = None
        for n in order[:WHOLE]:
            _spent, team, way, new = found[n]
            key = plan_key(
                problem,
                _with(now, team, way),
                care,
                runs=_with(runs, team, new),
                moved=_with(moved, team, shifts[n]),
            )
            if best is None or key < best[0]:
                best = (key, n)
        if best is not None:
            _spent, team, way, _new = found[best[1]]
            now[team] = tidy(way, carrying=problem.crews[team].aboard is not None)
            runs[team] = run_team(problem, team, now[team])
            moved[team] = care.moved(team, now[team]) if care else moved[team]
    return now


def _with(rows: list[T], at: int, one: T) -> list[T]:
    return [*rows[:at], one, *rows[at + 1 :]]


def _cost(old: Run, new: Run, samplers: int) -> tuple[int, ...]:
    """Return what a way does to its own tour: rules broken, the last arrival, the work."""
    return (
        new.late - old.late + 100 * (new.over - old.over),
        new.urgent - old.urgent,
        new.last,
        (new.work - old.work) * samplers,
    )


def _ends(tour: Tour, chunk: int, carrying: bool) -> Iterator[Tour]:
    yield [*tour, chunk]
    if tour or carrying:
        yield [*tour, RETURN, chunk]


def _anywhere(tour: Tour, chunk: int, carrying: bool) -> Iterator[Tour]:
    for at in range(len(tour) + 1):
        before, after = tour[:at], tour[at:]
        yield [*before, chunk, *after]
        leads = bool(before or carrying)
        if leads:
            yield [*before, RETURN, chunk, *after]
        if after:
            yield [*before, chunk, RETURN, *after]
            if leads:
                yield [*before, RETURN, chunk, RETURN, *after]
