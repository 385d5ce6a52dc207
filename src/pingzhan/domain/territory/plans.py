"""What a park plan must look like: GeoJSON in a flat local grid of metres."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import Any

from django.utils.translation import gettext as _

from pingzhan.kernel.errors import Invalid

MAX_FEATURES = 5_000
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
    properties = feature.get("properties") or {}
    code = properties.get("code") if isinstance(properties, dict) else None
    if code is not None and code not in codes:
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


def check_plan(geojson: Any, *, codes: Collection[str]) -> dict[str, int]:
    """Check a park plan and return its counts: ``features`` and ``units`` (features tied to a unit code).

    ``codes`` are the unit codes of the zone. Raises Invalid naming the feature (``place``) and what to do.
    """
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
    points: list[tuple[float, float]] = []
    tied = 0
    for n, feature in enumerate(features, start=1):
        points += _check_feature(feature, _("第 %(n)d 个图形") % {"n": n}, codes)
        tied += "code" in (feature.get("properties") or {})
    if _looks_like_degrees(points):
        raise Invalid(
            _("坐标像是经纬度，不是以米为单位的园区坐标。"),
            hint=_("请以园区某一角为原点，改用以米为单位的平面坐标。"),
        )
    return {"features": len(features), "units": tied}
