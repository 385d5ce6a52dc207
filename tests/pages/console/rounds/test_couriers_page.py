"""The page of a round with couriers: what they would bring, what they cannot fetch, and that nobody adopts it."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from pingzhan.domain.screening.enums import PlanState
from pingzhan.domain.screening.models import Laboratory, PlanVersion, SamplingTeam
from pingzhan.domain.territory.api import import_plan
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.runs.testing import drain
from tests.domain.people.crowd import Park, build_park, hire
from tests.factories import kept
from tests.pages.console.conftest import SignIn

from .test_rounds_pages import adopted, at, extra, ready, text


@pytest.fixture
def park(db: None) -> Park:
    """A park with three workers, a laboratory and a team."""
    made = kept(build_park)
    for firm in (made.firms[0], made.firms[0], made.firms[1]):
        hire(firm)
    Laboratory.objects.create(zone=made.zone, name="\u68c0\u6d4b\u5ba4", code="L1", tubes_per_hour=60)
    SamplingTeam.objects.create(zone=made.zone, name="\u4e00\u961f")
    return made


@pytest.fixture
def planner(sign_in: SignIn, park: Park) -> Client:
    return sign_in(Role.ORGANISER, path=park.zone.path)


def data_of(page: str, name: str) -> dict[str, Any]:
    """What a chart of the page is drawn from."""
    found = re.search(rf'id="{name}-data" hidden>(.*?)</pre>', unescape(page))
    assert found is not None
    shown: dict[str, Any] = json.loads(found.group(1))
    return shown


def test_couriers_are_compared_with_the_plan_in_force_and_have_no_button_to_adopt(
    planner: Client, park: Park
) -> None:
    ring = [[0, 0], [100, 0], [100, 80], [0, 80], [0, 0]]
    unit = park.firms[0].unit
    plot = {
        "type": "Feature",
        "properties": {"code": unit.code, "name": unit.name, "kind": "enterprise"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    import_plan(
        zone=park.zone, geojson={"type": "FeatureCollection", "features": [plot]}, by=system_actor("test")
    )
    version = adopted(planner, park)
    round_ = version.round
    planner.post(at("rounds:plan", round_.pk), {"iterations": 50, "drivers": "2", "age_minutes": "90"})
    assert drain() == ["done"]
    made = round_.versions.latest("number")
    assert made.what_if == {"drivers": 2, "age_minutes": 90}
    page = unescape(text(planner.get(f"{at('rounds:show', round_.pk)}?v={made.number}")))
    assert (
        "2 \u540d\u9001\u6837\u5458\u8fd0\u9001\uff0c\u6837\u672c 90 \u5206\u949f\u5185\u9001\u5230" in page
    )
    assert "\u540c\u7b2c 1 \u7248\u6bd4\uff0c\u91c7\u6837\u961f" in page
    assert "\u9001\u6837\u5458\u8fd0\u9001\u53ea\u4f9b\u6bd4\u8f83\uff0c\u4e0d\u80fd\u91c7\u7528" in page
    assert at("rounds:adopt", made.pk) not in page
    assert made.score is not None
    for name in ("\u91c7\u6837\u961f\u6700\u665a\u6536\u5de5", "\u9001\u6837\u5458\u5c0f\u65f6"):
        assert f'<th scope="row">{name}</th>' in page
    assert f">{made.score['driver_h']:.1f}" in page
    day, ground = data_of(page, "round-gantt"), data_of(page, "round-courier-routes")
    driver = "\u9001\u6837\u5458 1"
    assert day["rows"][:2] == ["\u4e00\u961f", driver]
    bars = [one for one in day["bars"] if one["row"] == 1]
    assert {one["tone"] for one in bars} == {"ok", "warn"}
    assert made.plan is not None
    trips = made.plan["couriers"][0]["trips"]
    assert sum(one["tone"] == "warn" for one in bars) == len(trips)
    assert max(one["to"] for one in bars) == round(trips[-1]["lab_arrive"] / 3600, 3)
    assert "\u4e00\u961f" not in {one["name"] for one in ground["teams"]}
    assert [one["name"] for one in data_of(page, "round-routes")["teams"]] == ["\u4e00\u961f"]
    routes = next(one["trips"] for one in ground["teams"] if one["name"] == driver)
    assert all(trip[0] == trip[-1] == ground["lab"] and len(trip) > 2 for trip in routes)
    for chart in ("round-gantt", "round-courier-routes"):
        assert driver in page.split(f'id="{chart}-data"')[1].split("</table>")[0]
    said = text(planner.post(at("rounds:adopt", made.pk), follow=True))
    assert "\u9001\u6837\u5458\u8fd0\u9001\u53ea\u4f9b\u6bd4\u8f83" in said
    made.refresh_from_db()
    assert made.state == PlanState.READY
    # The plan in force is shown as ever.
    page = text(planner.get(f"{at('rounds:show', round_.pk)}?v=1"))
    assert driver not in page


def test_too_few_couriers_are_said_with_what_nobody_fetches(planner: Client, park: Park) -> None:
    round_ = extra(park)
    planner.post(at("rounds:count", round_.pk))
    planner.post(at("rounds:plan", round_.pk), {"iterations": 50, "drivers": "1", "age_minutes": "2"})
    assert drain() == ["done"]
    made = round_.versions.get()
    assert made.state == PlanState.FAILED
    page = unescape(text(planner.get(f"{at('rounds:show', round_.pk)}?v=1")))
    assert (
        "1 \u540d\u9001\u6837\u5458\u4e0d\u80fd\u628a\u5168\u90e8\u6837\u672c\u6309\u65f6\u9001\u5230" in page
    )
    table = page.split("\u6ca1\u6709\u9001\u6837\u5458\u6765\u53d6\u7684\u6837\u672c</caption>")[1]
    table = table.split("</table>")[0]
    assert all(firm.unit.name in table for firm in park.firms)
    assert "\u91c7\u5b8c\u5c31\u9001\u4e5f\u4f1a\u8d85\u8fc7\u65f6\u9650" in table


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"drivers": "x"}, "\u8bf7\u586b\u5199\u6574\u6570"),
        ({"drivers": "2", "age_minutes": "600"}, "\u4e0d\u80fd\u6bd4\u89c4\u5b9a\u7684\u957f"),
    ],
)
def test_couriers_that_cannot_be_assumed_are_refused_in_words(
    planner: Client, park: Park, data: dict[str, str], words: str
) -> None:
    version = ready(planner, extra(park))
    assert words in text(planner.post(at("rounds:plan", version.round_id), data, follow=True))
    assert PlanVersion.objects.count() == 1
