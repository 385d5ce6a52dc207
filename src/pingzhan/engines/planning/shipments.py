"""The drivers' tours by the router: each pickup is a shipment, and its age says when it must be at the laboratory."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import pyvrp
from pyvrp import Activity, ActivityType, Depot, Location, ProblemData, Route, Shipment, Solution, VehicleType

from pingzhan.engines.planning.climb import tidy
from pingzhan.engines.planning.fetch import Fetch
from pingzhan.engines.planning.meter import Meter
from pingzhan.engines.planning.problem import RETURN, Plan, Tour

FREE = 1_000_000_000
"""A capacity that binds nothing."""


def shipped(fetch: Fetch, items: Sequence[int], warm: Plan, meter: Meter, *, seed: int) -> Plan | None:
    """Return tours with few drivers and few kilometres that keep all of some pickups; None when none were found.

    ``warm`` need not keep them all. Raises Cancelled.
    """
    data = _data(fetch, items)
    number = {item: n for n, item in enumerate(items)}
    with warnings.catch_warnings():
        # Penalties that reach their limit are what too few drivers look like.
        warnings.simplefilter("ignore")
        result = pyvrp.solve(
            data,
            meter.stop(meter.left),
            seed=seed,
            collect_stats=False,
            display=False,
            initial_solution=_encode(data, number, warm),
        )
    return _decode(result.best, items, len(warm)) if result.is_feasible() else None


def _data(fetch: Fetch, items: Sequence[int]) -> ProblemData:
    rule = fetch.couriers
    return ProblemData(
        [Location(0, 0) for _ in fetch.legs],
        [],
        [Depot(0)],
        [
            VehicleType(
                num_available=rule.drivers,
                capacity=[rule.persons or FREE, rule.tubes or FREE],
                fixed_cost=rule.fixed,
                tw_early=rule.open,
                tw_late=fetch.shut,
            )
        ],
        [np.asarray(fetch.metres) // 10],  # type: ignore[list-item]
        [np.asarray(fetch.legs)],  # type: ignore[list-item]
        shipments=[
            Shipment(
                one.place,
                0,
                pickup_tw_early=one.ready,
                pickup_service_duration=rule.pickup,
                delivery_tw_late=min(one.first + fetch.age, fetch.shut),
                amount=[one.persons, one.tubes],
            )
            for one in (fetch.pickups[item] for item in items)
        ],
    )


def _encode(data: ProblemData, number: Mapping[int, int], tours: Plan) -> Solution:
    """Return tours as the router's solution."""
    routes = []
    for tour in tours:
        steps: list[Activity] = []
        aboard: list[int] = []
        for item in (*tour, RETURN):
            if item != RETURN:
                steps.append(Activity(ActivityType.PICKUP, number[item]))
                aboard.append(number[item])
                continue
            steps += [Activity(ActivityType.DELIVERY, one) for one in aboard]
            aboard = []
        if steps:
            routes.append(Route(data, steps, 0))
    return Solution(data, routes)


def _decode(solution: Solution, items: Sequence[int], drivers: int) -> Plan:
    """Return the router's solution as tours: where it hands in one shipment, all that is aboard is handed in."""
    tours: Plan = []
    for route in solution.routes():
        tour: Tour = []
        for step in route:
            if step.is_pickup():
                tour.append(items[step.idx])
            elif step.is_delivery():
                tour.append(RETURN)
        tours.append(tidy(tour, carrying=False))
    return [*tours, *([] for _ in range(drivers - len(tours)))]
