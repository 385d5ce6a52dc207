"""The optimiser: the earliest deadline for which the router still finds a plan, then the fewest staff hours before it.

The router (PyVRP) knows deadlines and costs but neither the last arrival nor the age of samples as objectives: the
deadline is found by bisection, and the age limit is given as a load whose capacity is lowered until the planner's own
simulation finds no trip too old. What the router calls feasible is never believed.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pyvrp
from pyvrp import Activity, ActivityType, Client, Depot, Location, ProblemData, Route, Solution, VehicleType

from pingzhan.engines.planning.bounds import simple_bound
from pingzhan.engines.planning.meter import Meter
from pingzhan.engines.planning.problem import RETURN, Crew, Plan, Problem
from pingzhan.engines.planning.simulate import Score, score

FREE = 1_000_000_000
"""A capacity that binds nothing."""
ARRIVAL = 960
"""Seconds that a visit to a new site adds to the age: set-up and a typical inbound drive."""
RESERVE = 600
"""Seconds kept back from the age limit at first, for waiting and longer drives."""
CAP_STEP = 360
"""Seconds by which the age limit is lowered when a trip was too old."""
CLOSE_ENOUGH = 30
"""Seconds between the bounds at which the bisection ends."""
SHARE_OF_BISECTION = 0.7
SOLVES = 6
URGENT = 3600
"""Seconds after the earliest possible beginning by which the router must begin with people who have a priority."""
NEVER = 10 * 86_400
"""Seconds of a drive that no team can make: to people for whom it lacks the skill."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """Teams that are the same to the router."""

    crews: tuple[int, ...]
    like: Crew


def improve(problem: Problem, warm: Plan, meter: Meter, *, seed: int) -> Plan:
    """Return the best plan found within the meter's budget, never worse by routing_key than ``warm``.

    Raises Cancelled.
    """
    best, best_score = warm, score(problem, warm)
    if not problem.chunks:
        return best
    searched = _Search(problem, seed)
    low, high, budget = simple_bound(problem), best_score.last_lab, meter.left
    meter.stage = "routes"
    k = 0
    while meter.left > (1 - SHARE_OF_BISECTION) * budget and high - low > CLOSE_ENOUGH:
        deadline = int(low + (0.65 if k < 2 else 0.5) * (high - low))
        stop = meter.stop(SHARE_OF_BISECTION * budget / SOLVES, first_feasible=True)
        found = searched.solve(deadline, stop, k, best)
        k += 1
        if found is None:
            low = deadline
            continue
        judged = score(problem, found)
        if judged.over:
            searched.cap -= CAP_STEP
        if judged.routing_key() < best_score.routing_key():
            best, best_score = found, judged
        if judged.clean:
            high = min(deadline, judged.last_lab)
        if searched.cap <= 0:
            break
    for j in range(2):
        amount = meter.left / (2 - j)
        found = searched.solve(best_score.last_lab + 1, meter.stop(amount), 100 + j, best)
        if found is None:
            continue
        judged = score(problem, found)
        if judged.over:
            searched.cap -= CAP_STEP
        if judged.routing_key() < best_score.routing_key():
            best, best_score = found, judged
    return best


class _Search:
    """The router's model of a problem, of which deadline and cap change."""

    def __init__(self, problem: Problem, seed: int) -> None:
        self.problem, self.seed = problem, seed
        self.cap = problem.params.age_max
        self.kinds = _kinds(problem)
        n = len(problem.chunks) + 1
        at = [0, *problem.place]
        legs, metres = np.asarray(problem.legs), np.asarray(problem.metres)
        self.places = sorted({kind.like.place for kind in self.kinds} - {0})
        at += self.places
        grid = np.ix_(at, at)
        between = legs[grid]
        new_place = np.asarray(at)[:, None] != np.asarray(at)[None, :]
        new_place[:, 0] = False
        self.distance = metres[grid] // 10
        np.fill_diagonal(self.distance, 0)
        self.sizes = problem.sizes
        self.durations = []
        self.profiles = list(dict.fromkeys(_profile(problem, kind) for kind in self.kinds))
        for size, barred in self.profiles:
            found = between + np.where(new_place, problem.params.setup, 0)
            found[1:n, :] += np.asarray(problem.service[size])[:, None]
            np.fill_diagonal(found, 0)
            for chunk in barred:
                found[:, chunk + 1] = NEVER
                found[chunk + 1, chunk + 1] = 0
            self.durations.append(found)
        first_of: set[int] = set()
        self.clients = []
        cooled = any(crew.cooler for crew in problem.crews)
        for chunk, place in enumerate(problem.place):
            extra = 0 if place in first_of else ARRIVAL
            first_of.add(place)
            load = [problem.service[size][chunk] + extra for size in self.sizes]
            self.clients.append(
                Client(
                    chunk + 1,
                    pickup=[*load, problem.tubes[chunk]] if cooled else load,
                    tw_early=problem.open[chunk],
                    tw_late=_latest(problem, chunk),
                )
            )
        self.cooled = cooled
        self.locations = [Location(0, 0) for _ in at]
        self.depots = [Depot(0), Depot(0, service_duration=problem.params.lab_stop)]
        self.depots += [Depot(n + k) for k in range(len(self.places))]

    def data(self, deadline: int) -> ProblemData:
        """Return the router's problem for a deadline and the cap that holds now."""
        problem = self.problem
        types = []
        for kind in self.kinds:
            crew, own = kind.like, self.sizes.index(kind.like.samplers)
            capacity = [FREE] * len(self.sizes)
            capacity[own] = max(1, self.cap + ARRIVAL - RESERVE)
            initial = [0] * len(self.sizes)
            if crew.aboard is not None:
                initial[own] = min(capacity[own], max(0, crew.free - crew.aboard) + ARRIVAL)
            if self.cooled:
                capacity.append(crew.cooler or FREE)
                initial.append(min(capacity[-1], crew.aboard_tubes))
            types.append(
                VehicleType(
                    num_available=len(kind.crews),
                    capacity=capacity,
                    start_depot=0 if crew.place == 0 else 2 + self.places.index(crew.place),
                    end_depot=0,
                    tw_early=crew.free,
                    tw_late=max(crew.free, min(deadline, crew.until)),
                    shift_duration=_shift(problem, crew),
                    unit_distance_cost=0,
                    unit_duration_cost=crew.samplers,
                    profile=self.profiles.index(_profile(problem, kind)),
                    initial_load=initial,
                    reload_depots=[1],
                    max_reloads=max(0, problem.params.max_trips - 1 - crew.trips),
                )
            )
        return ProblemData(
            self.locations,
            self.clients,
            self.depots,
            types,
            [self.distance] * len(self.profiles),  # type: ignore[list-item]
            self.durations,  # type: ignore[arg-type]
        )

    def solve(self, deadline: int, stop: object, add: int, warm: Plan) -> Plan | None:
        """Return a plan that the router calls feasible for the deadline, None when it found none in time."""
        data = self.data(deadline)
        with warnings.catch_warnings():
            # Penalties that reach their limit are what an infeasible deadline looks like.
            warnings.simplefilter("ignore")
            result = pyvrp.solve(
                data,
                stop,  # type: ignore[arg-type]
                seed=self.seed + add,
                collect_stats=False,
                display=False,
                initial_solution=self.encode(data, warm),
            )
        return self.decode(result.best) if result.is_feasible() else None

    def encode(self, data: ProblemData, plan: Plan) -> Solution:
        """Return a plan as the router's solution; trips beyond its limit are joined to the last one."""
        routes = []
        for index, kind in enumerate(self.kinds):
            for crew in kind.crews:
                steps: list[Activity] = []
                trips, carrying = 1 + kind.like.trips, kind.like.aboard is not None
                for item in plan[crew]:
                    if item != RETURN:
                        steps.append(Activity(ActivityType.CLIENT, item))
                    elif (
                        steps[-1].is_client() if steps else carrying
                    ) and trips < self.problem.params.max_trips:
                        steps.append(Activity(ActivityType.DEPOT, 1))
                        trips += 1
                if steps and not steps[-1].is_client():
                    steps.pop()
                if steps:
                    routes.append(Route(data, steps, index))
        return Solution(data, routes)

    def decode(self, solution: Solution) -> Plan:
        """Return the router's solution as tours."""
        plan: Plan = [[] for _ in self.problem.crews]
        free = [list(kind.crews) for kind in self.kinds]
        for route in solution.routes():
            tour = plan[free[route.vehicle_type()].pop(0)]
            steps = list(route)[1:-1]
            for step in steps:
                tour.append(step.idx if step.is_client() else RETURN)
        return plan


def _profile(problem: Problem, kind: _Kind) -> tuple[int, frozenset[int]]:
    """Return what driving and swabbing depend on: the samplers, and for whom the team lacks the skill."""
    return (kind.like.samplers, problem.barred[kind.crews[0]])


def _latest(problem: Problem, chunk: int) -> int:
    """Return when swabbing must have begun: the window, or soon when it has a priority."""
    if not problem.priority[chunk]:
        return problem.close[chunk]
    soonest = min(crew.free + begin[chunk] for crew, begin in zip(problem.crews, problem.begin, strict=True))
    return max(problem.open[chunk], min(problem.close[chunk], max(problem.open[chunk], soonest) + URGENT))


def _shift(problem: Problem, crew: Crew) -> int:
    """Return the seconds that a team may still work."""
    gone = 0 if crew.left is None else crew.free - crew.left
    return max(1, problem.params.max_work - gone) if problem.params.max_work else FREE


def _kinds(problem: Problem) -> list[_Kind]:
    """Return the teams that are the same to the router together, in order of the first of each."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for index, crew in enumerate(problem.crews):
        key = (
            *(crew.samplers, crew.free, crew.until, crew.cooler, crew.place, crew.aboard, crew.aboard_tubes),
            *(crew.trips, crew.left if problem.params.max_work else None, problem.barred[index]),
        )
        groups.setdefault(key, []).append(index)
    return [_Kind(tuple(indices), problem.crews[indices[0]]) for indices in groups.values()]


__all__ = ["Score", "improve"]
