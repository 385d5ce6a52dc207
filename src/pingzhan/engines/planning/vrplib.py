"""Published routing problems, by which the router is compared with others: VRPLIB files and Solomon's texts."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvrp
import vrplib
from pyvrp import Client, Depot, Location, ProblemData, VehicleType

from pingzhan.engines.planning.errors import PlanningError
from pingzhan.engines.planning.meter import Meter, Progress

ROUNDINGS = ("dimacs", "round", "trunc", "exact", "none")
"""How distances become whole numbers: ten times cut off (the usual one), nearest, cut off, a thousand times, as is."""


@dataclass(frozen=True, slots=True)
class Routed:
    """The best solution found. A route lists its clients as .sol files number them; 0 is a call at the depot."""

    cost: int
    routes: list[list[int]]


def solve_file(
    path: Path,
    *,
    solomon: bool,
    cpu_seconds: float,
    seed: int,
    rounding: str = "dimacs",
    progress: Progress | None = None,
) -> Routed:
    """Return the best solution of a published instance within some processor seconds.

    The cost is in the file's distances as ``rounding`` makes them whole. Raises PlanningError when the file cannot be
    read or nothing feasible was found.
    """
    try:
        data = _solomon(path) if solomon else pyvrp.read(path, round_func=rounding)
    except (OSError, ValueError, KeyError, IndexError, TypeError, RuntimeError) as error:
        raise PlanningError(
            "读不出这个文件。", place=path.name, hint="VRPLIB 格式直接给出，Solomon 格式请加 --solomon。"
        ) from error
    meter = Meter("cpu_s", cpu_seconds, progress=progress)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = pyvrp.solve(data, meter.stop(cpu_seconds), seed=seed, collect_stats=False, display=False)
    if not found.is_feasible():
        raise PlanningError(
            "在给定的时间里没有找到可行的解。", place=path.name, hint="请加大 --cpu-seconds。"
        )
    routes = [
        [step.idx + 1 if step.is_client() else 0 for step in list(route)[1:-1]]
        for route in found.best.routes()
    ]
    return Routed(int(found.cost()), routes)


def _solomon(path: Path) -> ProblemData:
    """Return a problem in Solomon's format; distances are ten times the plane distance, cut off."""
    read = vrplib.read_instance(str(path), instance_format="solomon")
    where = np.asarray(read["node_coord"], dtype=float)
    gap = where[:, None, :] - where[None, :, :]
    far = (10 * np.hypot(gap[..., 0], gap[..., 1])).astype(np.int64)
    service = 10 * np.asarray(read["service_time"], dtype=np.int64)
    windows = 10 * np.asarray(read["time_window"], dtype=np.int64)
    demand = np.asarray(read["demand"], dtype=np.int64)
    clients = [
        Client(
            i,
            delivery=[int(demand[i])],
            service_duration=int(service[i]),
            tw_early=int(windows[i][0]),
            tw_late=int(windows[i][1]),
        )
        for i in range(1, len(where))
    ]
    return ProblemData(
        [Location(float(x), float(y)) for x, y in where],
        clients,
        [Depot(0)],
        [
            VehicleType(
                num_available=int(read["vehicles"]),
                capacity=[int(read["capacity"])],
                tw_early=int(windows[0][0]),
                tw_late=int(windows[0][1]),
            )
        ],
        [far],
        [far],
    )
