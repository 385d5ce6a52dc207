from __future__ import annotations

from typing import Any

import pytest

from pingzhan.domain.territory import api
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Invalid

SQUARE = [[[0, 0], [120, 0], [120, 80], [0, 80], [0, 0]]]


def plan(*features: Any, **extra: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **extra}


def feature(coordinates: Any = SQUARE, shape: str = "Polygon", **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": shape, "coordinates": coordinates},
        "properties": properties,
    }


def test_plan_replaces_the_former_one(zone: Unit, mill: Unit, root: Actor) -> None:
    api.import_plan(zone=zone, geojson=plan(feature(code="TZ-E-1")), by=root)
    second = plan(feature(code="TZ-E-1"), feature([3.5, 4], "Point"))
    api.import_plan(zone=zone, geojson=second, by=root)
    stored = api.plan_of(zone)
    assert stored is not None
    assert stored.geojson == second


@pytest.mark.parametrize(
    ("geojson", "words"),
    [
        ([], "FeatureCollection"),
        (plan(), "没有图形"),
        (plan({"type": "Point"}), "Feature"),
        (plan(feature([[0, 0]], "Curve")), "点、线、面"),
        (plan(feature([[[0, 0], [1, 0], [0, 0]]])), "没有闭合"),
        (plan(feature([[[0, 0], [1, 0], [1, 1], [9, 9]]])), "没有闭合"),
        (plan(feature([["0", 0]], "LineString")), "两个数字"),
        (plan(feature([float("nan"), 0], "Point")), "两个数字"),
        (plan(feature([], "LineString")), "没有坐标"),
        (plan(feature([5_000_000, 0], "Point")), "100 公里"),
        (plan(feature([117.5, 37.48], "Point"), feature([117.6, 37.5], "Point")), "经纬度"),
        (plan(feature(code="NOPE")), "NOPE"),
        (plan(feature(), crs={"type": "name"}), "坐标系"),
    ],
)
def test_what_does_not_fit_is_named(zone: Unit, root: Actor, geojson: Any, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        api.import_plan(zone=zone, geojson=geojson, by=root)
    assert api.plan_of(zone) is None


def test_the_feature_at_fault_is_the_place(zone: Unit, root: Actor) -> None:
    with pytest.raises(Invalid) as caught:
        api.import_plan(zone=zone, geojson=plan(feature(), feature([[0, 0]], "Curve")), by=root)
    assert caught.value.place == "第 2 个图形"
