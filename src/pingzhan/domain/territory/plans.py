"""What a park plan must look like: GeoJSON in a flat local grid of metres."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from pingzhan.kernel.errors import Invalid

MAX_FEATURES = 5_000
MAX_CORNERS = 200
"""Corners of one plot; more comes from tracing, not from drawing."""
#: A development zone is a few kilometres across; 100 km means other units or another grid.
MAX_METRES = 100_000.0
_SHAPES = {"Polygon", "MultiPolygon", "LineString", "Point"}
_DEPTH = {"Point": 0, "LineString": 1, "Polygon": 2, "MultiPolygon": 3}


def _positions(coordinates: Any, depth: int, place: str) -> Iterator[tuple[float, float]]:
    if not isinstance(coordinates, list) or not coordinates:
        raise Invalid(_("图形没有坐标。"), place=place)
    if depth:
        for part in coordinates:
            yield from _positions(part, depth - 1, place)
        return
    if len(coordinates) < 2 or not all(
        isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number)
        for number in coordinates[:2]
    ):
        raise Invalid(_("坐标应为两个数字（以米为单位的横、纵坐标）。"), place=place)
    yield float(coordinates[0]), float(coordinates[1])


def _rings(geometry: dict[str, Any]) -> list[list[Any]]:
    if geometry["type"] == "Polygon":
        return list(geometry["coordinates"])
    if geometry["type"] == "MultiPolygon":
        return [ring for polygon in geometry["coordinates"] for ring in polygon]
    return []


def code_of(feature: Any) -> Any:
    """Return the unit code a feature names, None when it names none."""
    told = feature.get("properties")
    return told.get("code") if isinstance(told, dict) else None


def _check_feature(feature: Any, place: str, codes: Collection[str]) -> list[tuple[float, float]]:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise Invalid(_("应为 Feature 对象。"), place=place)
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict) or geometry.get("type") not in _SHAPES:
        raise Invalid(_("只接受点、线、面图形。"), place=place, hint=_("请在制图软件中导出为简单图形。"))
    points = list(_positions(geometry.get("coordinates"), _DEPTH[geometry["type"]], place))
    if any(abs(x) > MAX_METRES or abs(y) > MAX_METRES for x, y in points):
        raise Invalid(
            _("坐标超出 100 公里，不像是以米为单位的园区坐标。"),
            place=place,
            hint=_("请以园区某一角为原点，改用以米为单位的平面坐标。"),
        )
    for ring in _rings(geometry):
        if len(ring) < 4 or ring[0][:2] != ring[-1][:2]:
            raise Invalid(
                _("面的边界没有闭合，或不足三个角点。"),
                place=place,
                hint=_("边界的最后一点应与第一点相同。"),
            )
    code = code_of(feature)
    if code is not None and (not isinstance(code, str) or code not in codes):
        raise Invalid(
            _("图形引用了不存在的单位代码“%(code)s”。") % {"code": code},
            place=place,
            hint=_("请先建立该单位，或改正图形的 code 属性。"),
        )
    return points


def check_polygon(geometry: Any, place: str = "") -> None:
    """Check the outline of one place: a closed polygon in local metres. Raises Invalid saying what is wrong."""
    if not isinstance(geometry, dict) or geometry.get("type") != "Polygon":
        raise Invalid(_("场所的图形应是一个面。"), place=place)
    feature = {"type": "Feature", "geometry": geometry, "properties": {}}
    _check_feature(feature, place, ())


def _looks_like_degrees(points: list[tuple[float, float]]) -> bool:
    """Longitudes and latitudes of China within about one degree of each other are not a plan in metres."""
    xs = [x for x, _y in points]
    ys = [y for _x, y in points]
    inside = all(73 <= x <= 136 for x in xs) and all(3 <= y <= 54 for y in ys)
    return inside and max(xs) - min(xs) < 2 and max(ys) - min(ys) < 2


def _features(geojson: Any) -> list[Any]:
    """Return the features of a collection that may be a plan at all. Raises Invalid otherwise."""
    if not isinstance(geojson, dict) or geojson.get("type") != "FeatureCollection":
        raise Invalid(_("平面图应为 GeoJSON 的 FeatureCollection。"), hint=_("请检查导出的格式。"))
    if geojson.get("crs") is not None:
        raise Invalid(
            _("平面图带有坐标系声明。"), hint=_("请改用以米为单位的园区平面坐标，并去掉 crs 声明。")
        )
    features = geojson.get("features")
    if not isinstance(features, list) or not features:
        raise Invalid(_("平面图里没有图形。"))
    if len(features) > MAX_FEATURES:
        raise Invalid(
            _("平面图有 %(count)d 个图形，超过 %(most)d 个。")
            % {"count": len(features), "most": MAX_FEATURES},
            hint=_("请合并或删去无关图形。"),
        )
    return features


def _refuse_degrees(points: list[tuple[float, float]]) -> None:
    if points and _looks_like_degrees(points):
        raise Invalid(
            _("坐标像是经纬度，不是以米为单位的园区坐标。"),
            hint=_("请以园区某一角为原点，改用以米为单位的平面坐标。"),
        )


def _tied(features: list[Any]) -> int:
    return sum(code_of(feature) is not None for feature in features)


def check_plan(geojson: Any, *, codes: Collection[str]) -> dict[str, int]:
    """Check a park plan and return its counts: ``features`` and ``units`` (features tied to a unit code).

    ``codes`` are the unit codes of the zone. Raises Invalid naming the feature (``place``) and what to do.
    """
    features = _features(geojson)
    points: list[tuple[float, float]] = []
    for n, feature in enumerate(features, start=1):
        points += _check_feature(feature, _("第 %(n)d 个图形") % {"n": n}, codes)
    _refuse_degrees(points)
    return {"features": len(features), "units": _tied(features)}


@dataclass(frozen=True)
class Fault:
    """A feature that does not fit: where it stands, what is wrong, what to do."""

    place: str
    message: str
    hint: str


def sort_plan(geojson: Any, *, codes: Collection[str]) -> tuple[dict[str, Any] | None, list[Fault]]:
    """Return a plan of the features that fit (None when none does) and the faults of all the others.

    A code drawn twice is a fault of the second feature. Raises Invalid for what is no plan as a whole.
    """
    good: list[Any] = []
    faults: list[Fault] = []
    points: list[tuple[float, float]] = []
    drawn: set[str] = set()
    for n, feature in enumerate(_features(geojson), start=1):
        place = _("第 %(n)d 个图形") % {"n": n}
        try:
            found = _check_feature(feature, place, codes)
            code = code_of(feature)
            if code in drawn:
                raise Invalid(_("单位代码“%(code)s”在前面已经画过。") % {"code": code}, place=place)
        except Invalid as error:
            faults.append(Fault(error.place, error.message, error.hint))
            continue
        if code is not None:
            drawn.add(code)
        points += found
        good.append(feature)
    _refuse_degrees(points)
    return ({"type": "FeatureCollection", "features": good} if good else None), faults


def check_ring(points: Sequence[tuple[float, float]]) -> list[list[float]]:
    """Return the closed ring through the corners of a plot, in metres rounded to centimetres.

    The first corner may be repeated at the end. Raises Invalid when there are fewer than three corners, one
    lies outside the grid, two neighbours coincide, the edges cross, or no area is left.
    """
    corners = [(round(float(x), 2), round(float(y), 2)) for x, y in points]
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if len(corners) < 3:
        raise Invalid(_("地块至少要有三个角点。"))
    if len(corners) > MAX_CORNERS:
        raise Invalid(_("地块的角点不能超过 %(n)d 个。") % {"n": MAX_CORNERS})
    for n, (x, y) in enumerate(corners, start=1):
        if not (math.isfinite(x) and math.isfinite(y)) or max(abs(x), abs(y)) > MAX_METRES:
            raise Invalid(_("坐标超出 100 公里，不像是以米为单位的园区坐标。"), place=str(n))
        if corners[n - 2] == (x, y):
            raise Invalid(_("第 %(n)d 个角点与前一个重合。") % {"n": n}, place=str(n))
    edges = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    for i, first in enumerate(edges):
        for j in range(i + 1, len(edges)):
            neighbours = j == i + 1 or (i == 0 and j == len(edges) - 1)
            if _folded(first, edges[j], last=j != i + 1) if neighbours else _meet(first, edges[j]):
                raise Invalid(_("地块的边线互相交叉，请调整角点的次序。"))
    if abs(_doubled_area(corners)) < 2:
        raise Invalid(_("地块没有面积。"))
    return [[x, y] for x, y in [*corners, corners[0]]]


_Point = tuple[float, float]
_Edge = tuple[_Point, _Point]


def _doubled_area(corners: Sequence[_Point]) -> float:
    return sum(
        x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True)
    )


def _side(a: _Point, b: _Point, c: _Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _within(a: _Point, b: _Point, c: _Point) -> bool:
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _meet(one: _Edge, other: _Edge) -> bool:
    """Return whether two edges touch or cross."""
    (a, b), (c, d) = one, other
    s1, s2, s3, s4 = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if ((s1 > 0) != (s2 > 0)) and ((s3 > 0) != (s4 > 0)) and 0 not in (s1, s2, s3, s4):
        return True
    return (
        (s1 == 0 and _within(a, b, c))
        or (s2 == 0 and _within(a, b, d))
        or (s3 == 0 and _within(c, d, a))
        or (s4 == 0 and _within(c, d, b))
    )


def _folded(one: _Edge, other: _Edge, *, last: bool) -> bool:
    """Return whether two edges that share a corner run back over each other."""
    if last:
        one, other = other, one
    (a, b), (_b, c) = one, other
    turned = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0
    return _side(a, b, c) == 0 and turned


def overlapping(ring: list[list[float]], others: Iterable[tuple[str, list[Any]]]) -> list[str]:
    """Return the names of the outlines that lie over a ring; a common edge does not count."""
    return [name for name, other in others if _over(ring, other)]


def _over(ring: list[list[float]], other: list[Any]) -> bool:
    mine = [(float(p[0]), float(p[1])) for p in ring[:-1]]
    theirs = [(float(p[0]), float(p[1])) for p in other[:-1]]
    for a, b in zip(mine, [*mine[1:], mine[0]], strict=True):
        for c, d in zip(theirs, [*theirs[1:], theirs[0]], strict=True):
            s1, s2, s3, s4 = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
            if s1 * s2 < 0 and s3 * s4 < 0:
                return True
    # No edges cross, so within a strip between two corners the order of all edges stays the same: one line
    # through the middle of the strip tells whether the insides meet there.
    heights = sorted({y for _x, y in (*mine, *theirs)})
    return any(
        min(b, d) - max(a, c) > _TOUCH
        for low, high in pairwise(heights)
        for a, b in _spans(mine, (low + high) / 2)
        for c, d in _spans(theirs, (low + high) / 2)
    )


_TOUCH = 0.005
"""Metres: coordinates are kept to the centimetre, so what overlaps by less only touches."""


def _spans(corners: Sequence[_Point], y: float) -> list[tuple[float, float]]:
    """Return where a level line through no corner runs inside an outline."""
    xs = sorted(
        (x1 - x0) * (y - y0) / (y1 - y0) + x0
        for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True)
        if (y0 > y) != (y1 > y)
    )
    return list(zip(xs[::2], xs[1::2], strict=True))
