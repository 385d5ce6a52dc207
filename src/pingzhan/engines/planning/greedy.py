"""Plans made at once: as people make them by hand, and the best rule found without a search."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable

from pingzhan.engines.planning.problem import RETURN, Plan, Problem, Tour

LONG_WAIT = 1800
EARLY = 11 * 3600
"""Windows that close by then are served before others."""


class _Walk:
    """One team on its way; times as early as possible."""

    def __init__(self, problem: Problem, team: int) -> None:
        crew = problem.crews[team]
        self.problem = problem
        self.service = problem.service[crew.samplers]
        self.now, self.at, self.first = crew.free, crew.place, crew.aboard
        self.tour: Tour = []

    def way(self, chunk: int) -> int:
        """Return the seconds until the team could swab: driving and setting up."""
        where = self.problem.place[chunk]
        return 0 if where == self.at else self.problem.legs[self.at][where] + self.problem.params.setup

    def start(self, chunk: int) -> int:
        return max(self.now + self.way(chunk), self.problem.open[chunk])

    def too_old(self, chunk: int) -> bool:
        """Return whether what is aboard would be too old at the laboratory after this chunk."""
        if self.first is None:
            return False
        home = self.start(chunk) + self.service[chunk] + self.problem.legs[self.problem.place[chunk]][0]
        return home - self.first > self.problem.params.age_max

    def take(self, chunk: int) -> None:
        begin = self.start(chunk)
        if self.first is None:
            self.first = begin
        self.now, self.at = begin + self.service[chunk], self.problem.place[chunk]
        self.tour.append(chunk)

    def go_home(self) -> None:
        self.now += self.problem.legs[self.at][0] + self.problem.params.lab_stop
        self.at, self.first = 0, None
        self.tour.append(RETURN)

    def next(self, chunks: Iterable[int], key: Callable[[_Walk, int], tuple[float, ...]]) -> int | None:
        """Return the best chunk; None after going to the laboratory because the samples would be too old."""
        best = min(chunks, key=lambda chunk: key(self, chunk))
        if self.too_old(best):
            self.go_home()
            return None
        return best


def zone(problem: Problem) -> Plan:
    """Return the plan as it is made by hand: sectors around the laboratory by head count, the next window first."""
    instance = problem.instance
    x, y = instance.lab.pos
    bearing = [math.atan2(site.pos[0] - x, site.pos[1] - y) for site in instance.sites]
    order = sorted(range(len(problem.chunks)), key=lambda chunk: (bearing[problem.place[chunk] - 1], chunk))
    total, samplers = sum(problem.persons), sum(crew.samplers for crew in problem.crews)
    shares: list[list[int]] = [[] for _ in problem.crews]
    k, given, quota = 0, 0, total * problem.crews[0].samplers / samplers
    for chunk in order:
        q = problem.persons[chunk]
        while k < len(shares) - 1 and given + q / 2 > quota:
            k += 1
            quota += total * problem.crews[k].samplers / samplers
        able = k if chunk not in problem.barred[k] else _able(problem, chunk)
        shares[able].append(chunk)
        given += q

    def soonest(walk: _Walk, chunk: int) -> tuple[float, ...]:
        start = walk.start(chunk)
        return (
            -problem.priority[chunk],
            start > problem.close[chunk],
            start - walk.now,
            -problem.persons[chunk],
        )

    plan = []
    for team, share in enumerate(shares):
        walk, left = _Walk(problem, team), set(share)
        while left:
            best = walk.next(sorted(left), soonest)
            if best is not None:
                walk.take(best)
                left.remove(best)
        plan.append(walk.tour)
    return plan


def _able(problem: Problem, chunk: int) -> int:
    """Return the first team that has the skill for a chunk."""
    return next((team for team, barred in enumerate(problem.barred) if chunk not in barred), 0)


def dispatch(problem: Problem) -> Plan:
    """Return the plan of a dispatcher: whoever is free takes what must be early, is near and is large."""

    def mixed(walk: _Walk, chunk: int) -> tuple[float, ...]:
        way = walk.way(chunk)
        arrive = walk.now + way
        start = max(arrive, problem.open[chunk])
        return (
            -problem.priority[chunk],
            start > problem.close[chunk],
            start - arrive > LONG_WAIT,
            problem.close[chunk] > EARLY,
            way / 60 - problem.persons[chunk] / 20,
        )

    walks = [_Walk(problem, team) for team in range(len(problem.crews))]
    free = [(walk.now, team) for team, walk in enumerate(walks)]
    heapq.heapify(free)
    left = dict.fromkeys(range(len(problem.chunks)))
    while left and free:
        _now, team = heapq.heappop(free)
        walk = walks[team]
        barred = problem.barred[team]
        able = [chunk for chunk in left if chunk not in barred] if barred else left
        if not able:
            continue
        best = walk.next(able, mixed)
        if best is not None:
            walk.take(best)
            del left[best]
        heapq.heappush(free, (walk.now, team))
    return [walk.tour for walk in walks]
