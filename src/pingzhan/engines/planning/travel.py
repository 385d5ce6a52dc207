"""Driving times and distances between the laboratory (place 0) and the sites (1 to n)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pingzhan.engines.planning.errors import PlanningError
from pingzhan.engines.planning.fields import Fields

Matrix = npt.NDArray[np.int64]
EARTH = 6371.0088
"""Mean radius in kilometres."""


@dataclass(frozen=True, slots=True, eq=False)
class Travel:
    """Square matrices of whole seconds and whole metres; the diagonal is 0."""

    seconds: Matrix
    metres: Matrix


def read_travel(one: Fields, places: Sequence[tuple[float, float]]) -> Travel:
    """Return the matrices given, or straight lines times a detour at a speed, plus a fixed time for each drive.

    Positions are kilometres, or degrees of longitude and latitude with ``"positions": "lonlat"``. The defaults are 35
    km/h, detour 1.3 and 120 s. Raises PlanningError.
    """
    n = len(places)
    if one.has("matrix_s"):
        seconds = _matrix(one.data["matrix_s"], n, one.at("matrix_s"))
        metres = (
            _matrix(one.data["matrix_m"], n, one.at("matrix_m"))
            if one.has("matrix_m")
            else np.zeros_like(seconds)
        )
        return Travel(seconds, metres)
    speed = one.number("speed_kmh", 35.0, least=1, most=300)
    detour, fixed = one.number("detour", 1.3, least=1, most=10), one.number("fixed_s", 120.0)
    kilometres = detour * _straight(places, lonlat=one.text("positions", "km") == "lonlat")
    seconds = np.rint(kilometres / speed * 3600 + fixed).astype(np.int64)
    np.fill_diagonal(seconds, 0)
    return Travel(seconds, np.rint(kilometres * 1000).astype(np.int64))


def _straight(places: Sequence[tuple[float, float]], *, lonlat: bool) -> npt.NDArray[np.float64]:
    at = np.asarray(places, dtype=float)
    if not lonlat:
        gap = at[:, None, :] - at[None, :, :]
        return np.asarray(np.hypot(gap[..., 0], gap[..., 1]))
    lon, lat = np.radians(at[:, 0]), np.radians(at[:, 1])
    half = (
        np.sin((lat[:, None] - lat[None, :]) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat[None, :]) * np.sin((lon[:, None] - lon[None, :]) / 2) ** 2
    )
    return np.asarray(2 * EARTH * np.arcsin(np.sqrt(half)))


def _matrix(data: Any, n: int, path: str) -> Matrix:
    if not isinstance(data, list) or len(data) != n:
        raise PlanningError(f"矩阵要有 {n} 行：先是实验室，再按顺序是各场所。", place=path)
    for i, row in enumerate(data):
        if not isinstance(row, list) or len(row) != n:
            raise PlanningError(f"矩阵每行要有 {n} 个数。", place=f"{path}[{i}]")
        for j, value in enumerate(row):
            if (
                isinstance(value, bool)
                or not isinstance(value, int | float)
                or not (math.isfinite(value) and 0 <= value <= 1e7)
            ):
                raise PlanningError("矩阵里要是不小于 0 的数。", place=f"{path}[{i}][{j}]")
    found: Matrix = np.rint(np.asarray(data, dtype=float)).astype(np.int64)
    np.fill_diagonal(found, 0)
    return found
