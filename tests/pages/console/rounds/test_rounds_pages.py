"""Pages of testing rounds, from an ordered round to what the enterprise sees; who may, and what is refused in words."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.screening import api
from pingzhan.domain.screening.enums import PlanState, RoundState
from pingzhan.domain.screening.models import Laboratory, PlanVersion, Round, SamplingTeam, Slot
from pingzhan.domain.territory.api import import_plan
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.runs.testing import drain
from tests.domain.people.crowd import Park, acting, build_park, hire
from tests.factories import kept
from tests.pages.console.conftest import SignIn


def text(answer: Any) -> str:
    return str(answer.content.decode())


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


def extra(park: Park, *, ahead: int = 1) -> Round:
    day = business_now()[1] + timedelta(days=ahead)
    return api.open_round(
        zone=park.zone, day=day, basis="\u51fd 5 \u53f7", by=acting(Role.ORGANISER, park.zone.path)
    )


def at(name: str, *args: Any) -> str:
    return reverse(name, args=args)


def ready(planner: Client, round_: Round) -> PlanVersion:
    """Count and plan a round by its pages."""
    planner.post(at("rounds:count", round_.pk))
    planner.post(at("rounds:plan", round_.pk), {"iterations": 50})
    assert drain() == ["done"]
    return round_.versions.latest("number")


def test_from_an_ordered_round_to_the_slot_that_the_enterprise_sees(
    planner: Client, sign_in: SignIn, park: Park
) -> None:
    day = business_now()[1] + timedelta(days=1)
    answer = planner.post(at("rounds:open"), {"day": f"{day}", "basis": "\u51fd 5 \u53f7", "pool_size": "5"})
    round_ = Round.objects.get()
    assert answer.headers["Location"] == at("rounds:show", round_.pk)
    planner.post(at("rounds:count", round_.pk))
    planner.post(at("rounds:plan", round_.pk), {"iterations": 50, "reason": "\u9996\u7248"})
    page = text(planner.get(at("rounds:show", round_.pk)))
    assert "\u6392\u961f\u4e2d" in page
    assert 'hx-trigger="every 2s"' in text(planner.get(at("rounds:progress", round_.pk)))
    assert drain() == ["done"]
    assert "hx-trigger" not in text(planner.get(at("rounds:progress", round_.pk)))
    version = PlanVersion.objects.get()
    page = text(planner.get(at("rounds:show", round_.pk)))
    assert at("rounds:adopt", version.pk) in page
    assert 'data-chart="gantt"' in page
    # Without a drawing everything would lie in one point.
    assert 'data-chart="routes"' not in page
    contact = sign_in(Role.COMPANY, path=park.firms[0].unit.path)
    mine = reverse("testing:firm", args=[park.firms[0].unit.pk])
    assert "\u73b0\u5728\u6ca1\u6709\u5b89\u6392" in text(contact.get(mine))
    planner.post(at("rounds:adopt", version.pk))
    round_.refresh_from_db()
    assert round_.state == RoundState.ADOPTED
    for address in (mine, reverse("today:firm", args=[park.firms[0].unit.pk])):
        assert "\u4e00\u961f" in text(contact.get(address)), address
    sheet = text(planner.get(at("rounds:sheets", round_.pk)))
    assert all(firm.unit.name in sheet for firm in park.firms)
    planner.post(at("rounds:start", round_.pk))
    planner.post(at("rounds:close", round_.pk))
    round_.refresh_from_db()
    assert round_.state == RoundState.CLOSED


def test_on_a_drawn_park_the_trips_of_the_teams_are_shown_on_the_map(planner: Client, park: Park) -> None:
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
    version = ready(planner, extra(park))
    page = text(planner.get(at("rounds:show", version.round_id)))
    found = re.search(r'id="round-routes-data" hidden>(.*?)</pre>', unescape(page))
    assert found is not None
    shown = json.loads(found.group(1))
    assert [one["name"] for one in shown["teams"]] == ["\u4e00\u961f"]
    trips = shown["teams"][0]["trips"]
    assert trips
    assert all(trip[0] == trip[-1] == shown["lab"] for trip in trips)
    assert {unit.name: [50.0, 40.0]}.items() <= {one["name"]: one["at"] for one in shown["stops"]}.items()
    # The table beneath says the same.
    table = page.split('id="round-routes-data"')[1].split("</table>")[0]
    assert unit.name in table


def test_an_assumption_is_shown_as_such_and_has_no_button_to_adopt(planner: Client, park: Park) -> None:
    round_ = extra(park)
    ready(planner, round_)
    planner.post(at("rounds:plan", round_.pk), {"iterations": 50, "pool_size": "5", "tubes_per_hour": "30"})
    drain()
    version = round_.versions.latest("number")
    assert version.what_if == {"pool_size": 5, "tubes_per_hour": 30}
    page = text(planner.get(f"{at('rounds:show', round_.pk)}?v={version.number}"))
    assert "\u5b9e\u9a8c\u5ba4\u6bcf\u5c0f\u65f6 30 \u7ba1" in page
    table = page.split("</tbody>")[0]
    assert "\u53ea\u4f9b\u6bd4\u8f83" in table  # its state, where a plan that can be adopted says so
    assert table.count(version.get_state_display()) == round_.versions.filter(what_if={}).count()
    assert at("rounds:adopt", version.pk) not in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"basis": ""}, "\u8bf7\u5199\u660e\u4f9d\u636e"),
        ({"day": "x"}, "\u65e5\u671f\u4e0d\u5bf9"),
        ({"day": "2020-01-01"}, "\u8fd9\u4e00\u5929\u5df2\u7ecf\u8fc7\u53bb"),
    ],
)
def test_an_ordered_round_is_refused_in_words(
    planner: Client, park: Park, data: dict[str, str], words: str
) -> None:
    day = business_now()[1] + timedelta(days=1)
    answer = planner.post(at("rounds:open"), {"day": f"{day}", "basis": "x", "pool_size": "10", **data})
    assert answer.status_code == 422
    assert words in text(answer)


def test_what_cannot_be_done_is_said_on_the_page(planner: Client, park: Park) -> None:
    round_ = extra(park)

    def said(name: str, *args: Any, **data: str) -> str:
        return text(planner.post(at(name, *args), data, follow=True))

    assert "\u8fd9\u4e00\u8f6e\u6ca1\u6709\u5e94\u91c7\u7684\u4eba" in said("rounds:plan", round_.pk)
    assert "\u8bf7\u586b\u5199\u6574\u6570" in said("rounds:plan", round_.pk, iterations="x")
    assert "\u4e0d\u80fd\u8fd9\u6837\u529e\u7406" in said("rounds:start", round_.pk)
    assert "\u8bf7\u5199\u660e\u53d6\u6d88\u7684\u539f\u56e0" in said("rounds:off", round_.pk)
    assert "\u4e0d\u80fd\u5efa\u7acb\u68c0\u6d4b\u8f6e\u6b21" in said("rounds:make", week="this")
    version = ready(planner, round_)
    assert "\u4e0d\u80fd\u53d6\u6d88" in said("rounds:stop", version.pk)
    said("rounds:off", round_.pk, reason="\u66b4\u96e8")
    assert "\u4e0d\u80fd\u8fd9\u6837\u529e\u7406" in said("rounds:adopt", version.pk)
    assert not Slot.objects.exists()


def test_a_plan_is_stopped(planner: Client, park: Park) -> None:
    round_ = extra(park)
    planner.post(at("rounds:count", round_.pk))
    planner.post(at("rounds:plan", round_.pk), {"iterations": 50})
    version = round_.versions.get()
    assert at("rounds:stop", version.pk) in text(planner.get(at("rounds:show", round_.pk)))
    planner.post(at("rounds:stop", version.pk))
    version.refresh_from_db()
    assert version.state == PlanState.CANCELLED


def test_teams_and_laboratories_are_kept(planner: Client, park: Park) -> None:
    team = {"name": "\u4e8c\u961f", "samplers": "3", "starts": "08:00", "ends": "18:00", "active": "on"}
    assert planner.post(at("rounds:team", 0), team).status_code == 302
    made = SamplingTeam.objects.get(name="\u4e8c\u961f")
    assert (made.zone_id, made.samplers, made.cooler_tubes) == (park.zone.pk, 3, 0)
    for wrong, words in (
        ({"name": "\u4e00\u961f"}, "\u5df2\u6709\u540c\u540d\u7684\u91c7\u6837\u961f"),
        ({"ends": "07:00"}, "\u6536\u5de5\u8981\u665a\u4e8e\u51fa\u5de5"),
        ({"samplers": "x"}, "\u8bf7\u586b\u5199\u6574\u6570"),
        ({"starts": "25:99"}, "24 \u5c0f\u65f6\u5236"),
    ):
        answer = planner.post(at("rounds:team", made.pk), {**team, **wrong})
        assert (answer.status_code, words in text(answer)) == (422, True), wrong
    laboratory = {
        "name": "\u4e59\u5ba4", "code": "L2", "tubes_per_hour": "", "run_minutes": "240", "opens": "00:00",
        "closes": "00:00", "x": "100", "y": "-50", "active": "on",
    }  # fmt: skip
    assert planner.post(at("rounds:laboratory", 0), laboratory).status_code == 302
    other = Laboratory.objects.get(code="L2")
    assert (other.tubes_per_hour, other.x, other.y) == (None, 100, -50)
    answer = planner.post(at("rounds:laboratory", other.pk), {**laboratory, "code": "L1"})
    assert "\u5df2\u6709\u8fd9\u4e00\u7f16\u53f7\u7684\u5b9e\u9a8c\u5ba4" in text(answer)
    page = text(planner.get(at("rounds:staff")))
    assert "\u4e8c\u961f" in page
    assert "\u4e59\u5ba4" in page
    # Several laboratories are registered, and the page says that a plan reckons with one.
    assert "\u53ea\u6309\u5728\u7528\u7684\u4e00\u4e2a\u5b9e\u9a8c\u5ba4\u8ba1\u7b97" in page


READS = {Role.DUTY_OFFICER, Role.LEADER, Role.ORGANISER}


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_and_who_does(sign_in: SignIn, park: Park, role: Role) -> None:
    round_ = extra(park)
    client = sign_in(role, path=park.zone.path)
    for address in (
        at("rounds:index"),
        at("rounds:show", round_.pk),
        at("rounds:sheets", round_.pk),
        at("rounds:staff"),
    ):
        assert client.get(address).status_code == (200 if role in READS else 403), address
    plans = role == Role.ORGANISER
    assert client.get(at("rounds:team", 0)).status_code == (200 if plans else 403)
    for name in (
        "rounds:count",
        "rounds:plan",
        "rounds:replan",
        "rounds:off",
        "rounds:start",
        "rounds:close",
    ):
        assert client.post(at(name, round_.pk)).status_code == (302 if plans else 403), name
    page = text(client.get(at("rounds:show", round_.pk)))
    assert (at("rounds:count", round_.pk) in page) == plans


def test_another_zone_and_another_enterprise_are_not_there(sign_in: SignIn, park: Park) -> None:
    round_ = extra(park)
    far = sign_in(Role.ORGANISER, path="/999/")
    assert far.get(at("rounds:show", round_.pk)).status_code == 404
    assert far.get(at("rounds:index")).status_code == 404
    contact = sign_in(Role.COMPANY, path=park.firms[1].unit.path)
    assert contact.get(reverse("testing:firm", args=[park.firms[0].unit.pk])).status_code == 404


def test_the_list_needs_the_same_queries_for_one_and_three_rounds(planner: Client, park: Park) -> None:
    seen = []
    for ahead in ((1,), (2, 3)):
        for one in ahead:
            planner.post(at("rounds:count", extra(park, ahead=one).pk))
        planner.get(at("rounds:index"))
        with CaptureQueriesContext(connection) as caught:
            planner.get(at("rounds:index"))
        seen.append(len(caught))
    assert seen == [12, 12]


def adopted(planner: Client, park: Park) -> PlanVersion:
    """Bring a round of tomorrow as far as its plan is in force."""
    version = ready(planner, extra(park))
    planner.post(at("rounds:adopt", version.pk))
    return PlanVersion.objects.get(pk=version.pk)


def test_a_plan_is_made_again_shown_beside_the_old_and_adopted(planner: Client, park: Park) -> None:
    SamplingTeam.objects.create(zone=park.zone, name="\u4e8c\u961f")
    version = adopted(planner, park)
    round_ = version.round
    page = text(planner.get(at("rounds:show", round_.pk)))
    assert at("rounds:replan", round_.pk) in page
    slot = Slot.objects.filter(version=version).earliest("start")
    form = text(planner.get(f"{at('rounds:replan', round_.pk)}?event=team_out"))
    assert f'<option value="{slot.team_id}">{slot.team.name}</option>' in form
    assert 'name="until"' not in form
    answer = planner.post(
        f"{at('rounds:replan', round_.pk)}?event=team_out",
        {"team": slot.team_id, "patience": "least-change", "reason": "\u8f66\u574f"},
    )
    assert answer.headers["Location"] == at("rounds:show", round_.pk)
    assert drain() == ["done"]
    new = round_.versions.latest("number")
    assert (new.base_id, new.reason) == (version.pk, "\u8f66\u574f")
    page = unescape(text(planner.get(f"{at('rounds:show', round_.pk)}?v={new.number}")))
    assert f"{slot.team.name} \u9000\u51fa" in page
    assert "\u4ece\u7b2c 1 \u7248\u91cd\u65b0\u7f16\u6392" in page
    assert 'id="round-gantt-before-data"' in page
    table = page.split("\u6539\u4e3a</th>")[1].split("</table>")[0]
    assert slot.enterprise.name in table
    assert slot.team.name in table
    assert at("rounds:adopt", new.pk) in page
    planner.post(at("rounds:start", round_.pk))
    planner.post(at("rounds:adopt", new.pk))
    new.refresh_from_db()
    round_.refresh_from_db()
    assert (new.state, round_.state) == (PlanState.ADOPTED, RoundState.RUNNING)
    assert slot.team_id not in set(
        Slot.objects.filter(ended_by__isnull=True).values_list("team_id", flat=True)
    )


@pytest.mark.parametrize(
    ("event", "data", "words"),
    [
        ("team_out", {}, "\u8bf7\u9009\u62e9\u91c7\u6837\u961f"),
        ("team_late", {"team": "own"}, "24 \u5c0f\u65f6\u5236\u586b\u5199\u65f6\u95f4|\u5fc5\u586b"),
        ("site_closed", {"until": "12:00"}, "\u8bf7\u9009\u62e9\u4f01\u4e1a"),
        ("lab_slower", {"tubes_per_hour": "61"}, "\u8bf7\u586b\u5199 1 \u5230 60"),
        ("lab_slower", {"tubes_per_hour": "x"}, "\u8bf7\u586b\u5199\u6574\u6570"),
        ("nothing", {}, "\u8bf7\u9009\u62e9\u91c7\u6837\u961f"),
    ],
)
def test_what_cannot_have_happened_is_said_in_the_form(
    planner: Client, park: Park, event: str, data: dict[str, str], words: str
) -> None:
    version = adopted(planner, park)
    if "team" in data:
        data = {**data, "team": str(SamplingTeam.objects.get().pk)}
    answer = planner.post(
        f"{at('rounds:replan', version.round_id)}?event={event}", {"patience": "least-change", **data}
    )
    assert answer.status_code == 422
    assert re.search(words, text(answer))
    assert PlanVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("event", "data", "words"),
    [
        ("site_closed", {}, "\u5c01\u95ed"),
        ("site_closed", {"until": "12:30"}, "\u5c01\u95ed\u5230 12:30"),
        ("team_late", {"until": "09:15"}, "09:15 \u624d\u5230"),
        ("lab_slower", {"tubes_per_hour": "30"}, "\u5b9e\u9a8c\u5ba4\u6bcf\u5c0f\u65f6 30 \u7ba1"),
        (
            "lab_slower",
            {"tubes_per_hour": "30", "until": "12:30"},
            "\u5b9e\u9a8c\u5ba4\u6bcf\u5c0f\u65f6 30 \u7ba1\uff0c\u5230 12:30",
        ),
    ],
)
def test_each_thing_that_can_happen_is_said_in_words(
    planner: Client, park: Park, event: str, data: dict[str, str], words: str
) -> None:
    version = adopted(planner, park)
    own = {"team": SamplingTeam.objects.get().pk, "enterprise": park.firms[0].unit.pk}
    planner.post(
        f"{at('rounds:replan', version.round_id)}?event={event}", {**own, "patience": "least-delay", **data}
    )
    assert drain() == ["done"]
    page = unescape(text(planner.get(f"{at('rounds:show', version.round_id)}?v=2")))
    assert words in page
    if (event, data) == ("site_closed", {}):
        gone = page[page.index("\u8fd9\u4e00\u8f6e\u91c7\u4e0d\u5230\u7684\u4eba") :].split("</table>")[0]
        assert park.firms[0].unit.name in gone
        assert "\u4e0d\u518d\u53bb" in page


def test_a_round_without_a_plan_in_force_is_not_planned_again(planner: Client, park: Park) -> None:
    round_ = extra(park)
    page = text(planner.get(at("rounds:replan", round_.pk), follow=True))
    assert "\u6ca1\u6709\u6b63\u5728\u6267\u884c\u7684\u8ba1\u5212" in page
    assert at("rounds:replan", round_.pk) not in page


def test_the_page_of_a_round_needs_the_same_queries_for_one_and_three_versions_made_again(
    planner: Client, park: Park
) -> None:
    version = adopted(planner, park)
    address = f"{at('rounds:replan', version.round_id)}?event=lab_slower"
    seen = []
    for more in (1, 2):
        for _n in range(more):
            planner.post(address, {"tubes_per_hour": "30", "patience": "least-change"})
            drain()
        show = f"{at('rounds:show', version.round_id)}?v={1 + sum((1, 2)[:more])}"
        planner.get(show)
        with CaptureQueriesContext(connection) as caught:
            assert planner.get(show).status_code == 200
        seen.append(len(caught))
    assert seen[0] == seen[1]
    assert PlanVersion.objects.count() == 4
