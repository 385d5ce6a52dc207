"""The pages of the canteen: plan, move, refuse, publish, print, check, correct; who may not; how many queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pingzhan.domain.sanitation import api
from pingzhan.domain.sanitation.enums import MealKind, PlanState
from pingzhan.domain.sanitation.models import CanteenMeal, KitchenCheck, SittingPlan
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Enterprise, Site, Unit
from pingzhan.foundation.access.roles import Role
from tests.domain.people.crowd import Firm, Park
from tests.domain.sanitation.canteens import check_data, crew, draft_of, line, lunch, published, today

SignIn = Callable[..., Client]


def _file(unit: Unit, n: int) -> None:
    Enterprise.objects.create(unit=unit, credit_code=f"91371621MA3C0000{n}A", industry="14", canteen=True)


@pytest.fixture(autouse=True)
def _files(park: Park) -> None:
    for n, firm in enumerate(park.firms, start=1):
        _file(firm.unit, n)


@pytest.fixture
def contact(sign_in: SignIn, mill: Firm) -> Client:
    return sign_in(Role.COMPANY, path=mill.unit.path)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_meal_from_its_form_to_the_sheet_on_the_door(contact: Client, mill: Firm) -> None:
    crew(mill, [12, 9])
    page = text(contact.get("/day/canteen/"))
    assert "\u8fd8\u6ca1\u6709\u767b\u8bb0\u9910\u6b21" in page
    address = reverse("canteen:add_meal", args=[mill.unit.pk])
    words = {
        "site": mill.canteen.pk, "kind": "lunch", "seats": "20", "opens": "11:00", "closes": "13:00",
        "minutes": "20", "gap": "10",
    }  # fmt: skip
    for wrong in ({"seats": "x"}, {"opens": "25:99"}, {"closes": "10:00"}, {"site": "0"}):
        assert contact.post(address, {**words, **wrong}).status_code == 422
    assert contact.get(address).status_code == 200
    assert contact.post(address, words).status_code == 302
    meal = CanteenMeal.objects.get()
    plan = draft_of(meal)
    page = text(contact.get("/day/canteen/"))
    assert "\u8349\u6848" in page
    assert "12 / 20" in page
    publish = reverse("canteen:publish", args=[plan.pk])
    assert contact.post(publish).status_code == 302
    refused = contact.post(publish)
    assert refused.status_code == 422
    door = text(contact.get(reverse("canteen:plan", args=[plan.pk])))
    assert "11:00" in door
    assert "data-print" in door
    assert contact.post(reverse("canteen:keep", args=[mill.unit.pk])).status_code == 302
    change = reverse("canteen:change_meal", args=[meal.pk])
    assert contact.get(change).status_code == 200
    assert contact.post(change, {**words, "seats": "15"}).status_code == 302
    assert "\u5df2\u8fc7\u65f6" in text(contact.get("/day/canteen/"))
    assert contact.post(reverse("canteen:keep", args=[mill.unit.pk])).status_code == 422
    assert contact.post(reverse("canteen:propose", args=[meal.pk]), {"fresh": "1"}).status_code == 302
    assert contact.post(reverse("canteen:end_meal", args=[meal.pk])).status_code == 302
    assert contact.post(reverse("canteen:propose", args=[meal.pk])).status_code == 422


def test_a_move_over_the_seats_is_refused_where_it_was_tried(contact: Client, mill: Firm) -> None:
    big, small = crew(mill, [12, 9])
    plan = draft_of(lunch(mill, seats=20))
    wanted = line(plan, big).sitting
    assert wanted is not None
    move = reverse("canteen:move", args=[line(plan, small).pk])
    answer = contact.post(move, {"sitting": str(wanted + 1)})
    assert answer.status_code == 422
    assert "\u8d85\u51fa 1 \u4eba" in text(answer)
    assert "\u6700\u8fd1\u5750\u5f97\u4e0b" in text(answer)
    for wrong in ("", "x", "0", "99"):
        assert contact.post(move, {"sitting": wrong}).status_code == 422
    assert contact.post(move, {"sitting": "4"}).status_code == 302
    assert line(plan, small).sitting == 3
    assert contact.post(move, {"sitting": "packed"}).status_code == 302
    assert line(plan, small).sitting is None


def _check_words(mill: Firm, **more: str) -> dict[str, Any]:
    words = {
        "site": str(mill.canteen.pk), "day": f"{today():%Y-%m-%d}", "staff": "6", "feverish": "",
        "ill": "", "removed": "", "samples": "8",
    }  # fmt: skip
    results = {f"result_{task.value}": "ok" for task in api.tasks_of(mill.unit)}
    return {**words, **results, **more}


def test_a_check_is_registered_and_corrected(contact: Client, mill: Firm) -> None:
    address = reverse("canteen:hygiene", args=[mill.unit.pk])
    assert contact.get(address).status_code == 200
    for wrong in (
        {"staff": ""}, {"staff": "x"}, {"samples": ""}, {"day": "x"}, {"feverish": "9"},
        {"result_cleaning": "problem"},
    ):  # fmt: skip
        assert contact.post(address, _check_words(mill, **wrong)).status_code == 422
    bad = _check_words(mill, result_cleaning="problem", note_cleaning="\u5730\u9762\u6709\u6c61\u6c34")
    assert contact.post(address, bad).status_code == 302
    made = KitchenCheck.objects.get()
    assert contact.post(address, bad).status_code == 422
    page = text(contact.get(f"{address}?problems=1"))
    assert "\u73af\u5883\u6e05\u6d01\u6d88\u6bd2" in page
    correct = reverse("canteen:correct", args=[made.pk])
    assert "\u5730\u9762\u6709\u6c61\u6c34" in text(contact.get(correct))
    good = _check_words(mill)
    assert contact.post(correct, good).status_code == 422
    assert contact.post(correct, {**good, "reason": "\u5df2\u6574\u6539"}).status_code == 302
    assert "\u5df2\u66f4\u6b63" in text(contact.get(reverse("canteen:check", args=[made.pk])))
    assert contact.post(correct, {**good, "reason": "x"}).status_code == 422


def test_who_may_not_touch_the_canteen(sign_in: SignIn, park: Park, mill: Firm) -> None:
    (team,) = crew(mill, [5])
    meal = lunch(mill)
    plan = draft_of(meal)
    made = api.check_kitchen(
        enterprise=mill.unit, site_id=mill.canteen.pk, data=check_data(), by=mill.contact
    )
    posts = [
        (reverse("canteen:publish", args=[plan.pk]), {}),
        (reverse("canteen:move", args=[line(plan, team).pk]), {"sitting": "2"}),
        (reverse("canteen:propose", args=[meal.pk]), {}),
        (reverse("canteen:end_meal", args=[meal.pk]), {}),
        (reverse("canteen:keep", args=[mill.unit.pk]), {}),
        (reverse("canteen:hygiene", args=[mill.unit.pk]), _check_words(mill)),
        (reverse("canteen:correct", args=[made.pk]), {**_check_words(mill), "reason": "x"}),
        (reverse("canteen:add_meal", args=[mill.unit.pk]), {}),
        (reverse("canteen:change_meal", args=[meal.pk]), {}),
    ]
    for role, path, status in (
        (Role.COMPANY, park.firms[1].unit.path, 404),
        (Role.GATE_GUARD, mill.unit.path, 403),
        (Role.OFFICIAL, park.zone.path, 403),
        (Role.DUTY_OFFICER, park.zone.path, 403),
        (Role.AUDITOR, "/", 403),
    ):
        client = sign_in(role, path=path)
        for address, data in posts:
            assert client.post(address, data).status_code == status, (role, address)
    plan.refresh_from_db()
    assert plan.state == PlanState.DRAFT
    other = sign_in(Role.COMPANY, path=park.firms[1].unit.path)
    for name, pk in (
        ("firm", mill.unit.pk),
        ("hygiene", mill.unit.pk),
        ("plan", plan.pk),
        ("check", made.pk),
    ):
        assert other.get(reverse(f"canteen:{name}", args=[pk])).status_code == 404
    duty = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    assert duty.get(reverse("canteen:firm", args=[mill.unit.pk])).status_code == 200
    assert duty.get(reverse("canteen:hygiene", args=[mill.unit.pk])).status_code == 200


def test_a_canteen_whose_place_is_not_known_yet_says_what_to_do(contact: Client, mill: Firm) -> None:
    Site.objects.filter(kind=SiteKind.CANTEEN).update(active=False)
    assert contact.get(reverse("canteen:firm", args=[mill.unit.pk])).status_code == 200
    for name in ("canteen:hygiene", "canteen:add_meal"):
        page = text(contact.get(reverse(name, args=[mill.unit.pk])))
        assert "\u8fd8\u6ca1\u6709\u767b\u8bb0\u98df\u5802\u7684\u4f4d\u7f6e" in page
        assert reverse("enterprises:detail", args=[mill.unit.pk]) in page
    Enterprise.objects.update(canteen=False)
    assert contact.get(reverse("canteen:firm", args=[mill.unit.pk])).status_code == 404


def test_the_zone_is_narrowed_to_a_name_and_to_what_is_open(sign_in: SignIn, park: Park, mill: Firm) -> None:
    duty = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    every = {firm.unit.name for firm in park.firms}
    page = text(duty.get("/day/canteen/"))
    assert all(name in page for name in every)
    page = text(duty.get("/day/canteen/", {"q": mill.unit.name}))
    assert {name for name in every if name in page} == {mill.unit.name}
    crew(mill, [3])
    published(lunch(mill), mill)
    api.check_kitchen(enterprise=mill.unit, site_id=mill.canteen.pk, data=check_data(), by=mill.contact)
    page = text(duty.get("/day/canteen/", {"only": "lacking"}))
    assert {name for name in every if name in page} == every - {mill.unit.name}


def _queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_the_page_needs_the_same_queries_for_one_and_three_meals(contact: Client, mill: Firm) -> None:
    crew(mill, [3, 4])
    published(lunch(mill), mill)
    counts = [_queries(contact, "/day/canteen/")]
    for kind, opens in ((MealKind.DINNER, 17), (MealKind.BREAKFAST, 8)):
        data = api.MealData(kind, 20, time(opens), time(opens + 1))
        made = api.set_meal(enterprise=mill.unit, site_id=mill.canteen.pk, data=data, by=mill.contact)
        published(made, mill)
    counts.append(_queries(contact, "/day/canteen/"))
    assert counts[0] == counts[1]


def test_the_book_and_the_zone_need_the_same_queries_for_one_and_three(
    sign_in: SignIn, contact: Client, park: Park, mill: Firm
) -> None:
    duty = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    address = reverse("canteen:hygiene", args=[mill.unit.pk])

    def fill(firm: Firm, days: int) -> None:
        for ago in range(days):
            day = today() - timedelta(days=ago)
            api.check_kitchen(
                enterprise=firm.unit, site_id=firm.canteen.pk, data=check_data(day=day), by=firm.contact
            )

    fill(mill, 1)
    crew(mill, [3])
    published(lunch(mill), mill)
    counts = [_queries(contact, address), _queries(duty, "/day/canteen/")]
    for ago in (1, 2):
        day = today() - timedelta(days=ago)
        api.check_kitchen(
            enterprise=mill.unit, site_id=mill.canteen.pk, data=check_data(day=day), by=mill.contact
        )
    other = park.firms[1]
    fill(other, 1)
    crew(other, [4])
    lunch(other)
    Site.objects.create(enterprise=other.unit, kind=SiteKind.CANTEEN, code="C2", name="\u4e8c\u98df\u5802")
    assert [_queries(contact, address), _queries(duty, "/day/canteen/")] == counts
    assert "\u672a\u53d1\u5e03" in text(duty.get("/day/canteen/"))
    assert SittingPlan.objects.filter(state=PlanState.PUBLISHED).count() == 1
