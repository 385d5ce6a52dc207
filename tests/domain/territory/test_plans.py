from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingzhan.domain.territory import api, plans
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


def test_a_sorted_plan_keeps_what_fits_and_names_the_rest() -> None:
    good = feature(code="A")
    odd: list[Any] = [
        {"type": "Point"},
        feature(code=["A"]),
        feature(code="A"),
        feature([[0, 0]], "Curve"),
        {**feature(), "properties": ["code"]},
    ]
    kept, faults = plans.sort_plan(plan(good, *odd), codes={"A"})
    assert kept == plan(good, odd[-1])
    assert [one.place for one in faults] == ["第 2 个图形", "第 3 个图形", "第 4 个图形", "第 5 个图形"]
    assert plans.check_plan(kept, codes={"A"}) == {"features": 2, "units": 1}
    assert plans.sort_plan(plan(odd[0]), codes=())[0] is None


@given(
    radii=st.lists(st.integers(10, 500), min_size=3, max_size=24),
    middle=st.tuples(st.integers(-5000, 5000), st.integers(-5000, 5000)),
    turn=st.floats(0, 6),
)
def test_a_star_around_its_middle_is_an_outline_and_a_figure_of_eight_is_not(
    radii: list[int], middle: tuple[int, int], turn: float
) -> None:
    """Corners at growing angles around a point never cross; swapping two neighbours of a convex one does."""
    count = len(radii)
    around = [turn + 2 * math.pi * n / count for n in range(count)]
    star = [
        (middle[0] + r * math.cos(a), middle[1] + r * math.sin(a)) for r, a in zip(radii, around, strict=True)
    ]
    ring = plans.check_ring(star)
    assert ring[0] == ring[-1]
    assert len(ring) == count + 1
    assert plans.check_ring([(x, y) for x, y in ring]) == ring
    kept, faults = plans.sort_plan(plan(feature([ring])), codes=())
    assert (kept is not None, faults) == (True, [])
    assert plans.overlapping(ring, [("自己", ring), ("远处", [[x + 9000, y] for x, y in ring])]) == ["自己"]
    if count > 3:
        circle = [(100 * math.cos(a), 100 * math.sin(a)) for a in around]
        circle[0], circle[1] = circle[1], circle[0]
        with pytest.raises(Invalid, match="交叉"):
            plans.check_ring(circle)


@given(radii=st.lists(st.integers(10, 500), min_size=3, max_size=12), data=st.data())
def test_an_open_or_wild_ring_is_refused_and_named(radii: list[int], data: st.DataObject) -> None:
    count = len(radii)
    ring = [
        [r * math.cos(2 * math.pi * n / count), r * math.sin(2 * math.pi * n / count)]
        for n, r in enumerate(radii)
    ]
    whole = [*ring, ring[0]]
    at = data.draw(st.integers(0, count - 1))
    wild = [list(point) for point in whole]
    wild[at] = data.draw(
        st.sampled_from([[2e5, 0.0], [math.inf, 0.0], ["1", 2], [True, 1], [1.0], None]), label="wrong"
    )
    for broken in (ring, wild):
        kept, faults = plans.sort_plan(plan(feature([whole]), feature([broken])), codes=())
        assert kept == plan(feature([whole]))
        assert [one.place for one in faults] == ["第 2 个图形"]


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([(0, 0), (1, 1)], "三个角点"),
        ([(0, 0), (10, 0), (10, 0), (0, 10)], "第 3 个角点与前一个重合"),
        ([(0, 0), (10, 0), (5, 0), (5, 10)], "交叉"),
        ([(0, 0), (10, 0), (20, 0)], "交叉|没有面积"),
        ([(0, 0), (10, 0), (0, 0.05)], "没有面积"),
        ([(0, 0), (1e6, 0), (0, 10)], "100 公里"),
        ([(float(n), float(n * n)) for n in range(201)], "200 个"),
    ],
)
def test_what_is_no_outline_is_said(points: list[tuple[float, float]], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        plans.check_ring(points)


def test_plots_that_only_touch_do_not_overlap() -> None:
    ring = plans.check_ring([(0, 0), (10, 0), (10, 10), (0, 10)])
    beside = plans.check_ring([(10, 0), (20, 0), (20, 10), (10, 10)])
    inside = plans.check_ring([(2, 2), (8, 2), (8, 8), (2, 8)])
    across = plans.check_ring([(5, 5), (15, 5), (15, 15), (5, 15)])
    shifted = plans.check_ring([(5, 0), (15, 0), (15, 10), (5, 10)])
    others = [("旁", beside), ("内", inside), ("跨", across), ("移", shifted), ("同", ring)]
    assert plans.overlapping(ring, others) == ["内", "跨", "移", "同"]
