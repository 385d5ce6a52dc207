"""督办 in the browser's own words: who may open what, three screens to give an order, the lead's page, boards."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.models import Batch, Decision, Meeting, Order
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.documents.models import Paper
from pingzhan.foundation.photos.models import Photo
from tests.factories import SmallZone
from tests.factories.pictures import jpeg
from tests.pages.console.conftest import HTMX, SignIn

HAS_LIST = {Role.DUTY_OFFICER, Role.LEADER, Role.ORGANISER, Role.OFFICIAL, Role.COMPANY, Role.CLERK}
GIVES = {Role.DUTY_OFFICER, Role.LEADER}
HEAD = "简而清"


def give(small: SmallZone, **more: Any) -> Order:
    values: dict[str, Any] = {
        "zone": small.zone,
        "to": orders.To.group("medical"),
        "text": "联系定点医院备好床位",
        "due_at": timezone.now() + timedelta(days=2),
        "by": small.root,
        **more,
    }
    return orders.issue_order(**values)


def later(days: int = 1) -> str:
    return timezone.localtime(timezone.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def duty(world: SmallZone, sign_in: SignIn) -> Client:
    return sign_in(Role.DUTY_OFFICER)


@pytest.fixture
def head(world: SmallZone, sign_in: SignIn) -> Client:
    return sign_in(world.person_account(HEAD))


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("/orders/", HAS_LIST),
        ("/orders/meetings/", HAS_LIST),
        ("/orders/quick/", GIVES),
        ("/orders/new/", GIVES),
        ("/orders/bulk/", GIVES),
        ("/orders/meetings/new/", GIVES),
    ],
)
def test_who_opens_which_page(
    world: SmallZone, sign_in: SignIn, role: Role, address: str, allowed: set[Role]
) -> None:
    assert sign_in(role).get(address).status_code == (200 if role in allowed else 403)


READS = {Role.DUTY_OFFICER, Role.LEADER}


@pytest.mark.parametrize("role", [role for role in Role if role not in READS])
def test_nobody_reaches_an_order_by_its_number(world: SmallZone, sign_in: SignIn, role: Role) -> None:
    order = give(world)
    client = sign_in(role)
    for address in (f"/orders/{order.pk}/", f"/orders/{order.pk}/feedback/"):
        assert client.get(address).status_code in (403, 404)
    for verb in ("receive", "start", "note", "extend", "grant", "refuse", "check", "return", "close", "cancel",
                 "urge", "move"):  # fmt: skip
        answer = client.post(f"/orders/{order.pk}/do/{verb}/", {"note": "x", "to": "group:response"})
        assert answer.status_code in (403, 404), verb
    order.refresh_from_db()
    assert (order.state, order.events.count()) == ("open", 1)


def test_another_enterprise_sees_nothing(world: SmallZone, sign_in: SignIn) -> None:
    mine, other = (sign_in(Role.COMPANY, path=firm.path) for firm in world.firms)
    order = give(world, to=orders.To.enterprise(world.firms[0].pk))
    assert mine.get(f"/orders/{order.pk}/").status_code == 200
    assert other.get(f"/orders/{order.pk}/").status_code == 404
    assert other.post(f"/orders/{order.pk}/feedback/", {"note": "好"}).status_code == 404
    assert order.title in mine.get("/orders/").content.decode()
    assert order.title not in other.get("/orders/").content.decode()


def test_one_line_three_screens(duty: Client, world: SmallZone) -> None:
    """G13 for orders: a line on the desk, a look at how it was understood, sent."""
    first = duty.get("/orders/")
    assert 'action="/orders/quick/"' in first.content.decode()
    second = duty.get("/orders/quick/", {"line": "应急处置组明天12时前清点防护物资"})
    form = second.context["form"]
    assert (form["to"].value(), form["text"].value()) == ("group:response", "清点防护物资")
    data = {
        "zone": world.zone.pk, "to": form["to"].value(), "text": form["text"].value(), "line": form["line"].value(),
        "due_at": form["due_at"].value().strftime("%Y-%m-%dT%H:%M"), "evidence": "text",
    }  # fmt: skip
    third = duty.post("/orders/quick/", data, follow=True)
    order = Order.objects.get()
    assert third.redirect_chain == [(f"/orders/{order.pk}/", 302)]
    assert (order.lead_name, order.source, order.source_note) == (
        "应急处置组", "desk", "应急处置组明天12时前清点防护物资",
    )  # fmt: skip
    local = timezone.localtime(order.due_at)
    assert (local.hour, local.date()) == (12, timezone.localdate() + timedelta(days=1))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("明天前清点物资", "没有认出工作组、岗位、企业或人员"),
        ("应急处置组清点物资", "没有认出时限"),
        ("应急处置组明天前", "没有写办什么"),
    ],
)
def test_what_was_not_understood_is_asked_for(duty: Client, line: str, words: str) -> None:
    assert words in duty.get("/orders/quick/", {"line": line}).content.decode()


def test_a_quick_order_with_a_fault_is_shown_again(duty: Client) -> None:
    answer = duty.post(
        "/orders/quick/", {"to": "group:medical", "due_at": "2020-01-01T08:00", "text": "清点"}
    )
    assert (answer.status_code, "时限应晚于现在" in answer.content.decode()) == (422, True)
    assert (
        duty.post("/orders/quick/", {"to": "group:nowhere", "due_at": later(), "text": "x"}).status_code
        == 422
    )
    assert not Order.objects.exists()


def test_the_full_form(duty: Client, world: SmallZone) -> None:
    data = {
        "title": "备好床位", "text": "联系医院", "to": "group:medical", "co": ["group:response", "post:testing.head"],
        "due_at": later(), "evidence": "count", "critical": "on", "source": "inspection", "source_note": "周检查",
    }  # fmt: skip
    assert duty.post("/orders/new/", data).status_code == 302
    order = Order.objects.get()
    assert (order.evidence, order.critical, order.source, order.targets.count()) == (
        "count",
        True,
        "inspection",
        3,
    )
    assert duty.post("/orders/new/", {**data, "title": ""}).status_code == 422
    assert duty.post("/orders/new/", {**data, "decision": "9"}).status_code == 404


def test_the_lead_works_on_his_phone(world: SmallZone, head: Client, duty: Client) -> None:
    order = give(world, evidence="photo")
    page = head.get(f"/orders/{order.pk}/").content.decode()
    assert "签收" in page
    assert "改由他人主办" not in page
    head.post(f"/orders/{order.pk}/do/receive/")
    form = head.get(f"/orders/{order.pk}/feedback/").content.decode()
    assert 'type="file"' in form
    assert 'enctype="multipart/form-data"' in form
    refused = head.post(f"/orders/{order.pk}/feedback/", {"note": "好"})
    assert refused.status_code == 422
    bad = {"note": "好", "photos": SimpleUploadedFile("a.jpg", b"<html>", "image/jpeg")}
    answer = head.post(f"/orders/{order.pk}/feedback/", bad)
    assert (answer.status_code, "JPEG" in answer.content.decode()) == (422, True)
    photos = [SimpleUploadedFile(f"{n}.jpg", jpeg(), "image/jpeg") for n in range(2)]
    assert head.post(f"/orders/{order.pk}/feedback/", {"note": "已备好", "photos": photos}).status_code == 302
    assert Photo.objects.count() == 2
    photo = Photo.objects.first()
    assert photo is not None
    shown = duty.get(f"/photos/{photo.pk}/")
    assert (shown.content, shown.headers["Content-Type"]) == (jpeg(), "image/jpeg")
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert f"/photos/{photo.pk}/" in duty.get(f"/orders/{order.pk}/").content.decode()


def test_from_feedback_to_closing_by_buttons(
    world: SmallZone, head: Client, duty: Client, sign_in: SignIn
) -> None:
    order = give(world)
    head.post(f"/orders/{order.pk}/feedback/", {"note": "已备好"})
    assert (
        duty.post(f"/orders/{order.pk}/do/return/", {"note": ""}, follow=True)
        .content.decode()
        .count("退回要写明原因")
        == 1
    )
    duty.post(f"/orders/{order.pk}/do/return/", {"note": "缺数"})
    head.post(f"/orders/{order.pk}/do/start/")
    head.post(f"/orders/{order.pk}/do/note/", {"note": "补数中"})
    head.post(f"/orders/{order.pk}/do/extend/", {"until": later(5), "note": "缺料"})
    assert "申请延至" in duty.get(f"/orders/{order.pk}/").content.decode()
    duty.post(f"/orders/{order.pk}/do/grant/", {"note": ""})
    head.post(f"/orders/{order.pk}/feedback/", {"note": "床位 20 张"})
    duty.post(f"/orders/{order.pk}/do/check/", {"note": "属实"})
    sign_in(Role.LEADER).post(f"/orders/{order.pk}/do/close/", {"note": "同意"})
    order.refresh_from_db()
    assert (order.state, order.extended) == ("closed", 1)
    page = duty.get(f"/orders/{order.pk}/").content.decode()
    for word in (
        "下达",
        "退回",
        "开始办理",
        "进展",
        "申请延期",
        "同意延期",
        "核实",
        "销号",
        "缺数",
        "补数中",
    ):
        assert word in page, word
    assert 'action="/orders/' not in page.split('id="history"')[0].split("<main")[-1]


def test_a_day_that_is_none_is_asked_for_again(world: SmallZone, head: Client) -> None:
    order = give(world)
    form = {"until": "2026-02-30T10:00", "note": "缺材料"}
    answer = head.post(f"/orders/{order.pk}/do/extend/", form, follow=True)
    assert "请填写延至何时。" in answer.content.decode()


def test_own_feedback_is_not_offered_for_checking(world: SmallZone, sign_in: SignIn) -> None:
    both = sign_in(world.person_account(HEAD, Role.OFFICIAL, Role.DUTY_OFFICER))
    order = give(world)
    both.post(f"/orders/{order.pk}/feedback/", {"note": "好"})
    page = both.get(f"/orders/{order.pk}/").content.decode()
    assert "反馈是您自己提交的" in page
    assert "核实通过" not in page
    assert both.post(f"/orders/{order.pk}/do/check/").status_code == 403


def test_urge_move_cancel(world: SmallZone, duty: Client) -> None:
    order = give(world)
    assert "已第 1 次催办" in duty.post(f"/orders/{order.pk}/do/urge/", follow=True).content.decode()
    assert "一分钟内刚催过" in duty.post(f"/orders/{order.pk}/do/urge/", follow=True).content.decode()
    duty.post(f"/orders/{order.pk}/do/move/", {"to": "group:response", "note": "职责"})
    duty.post(f"/orders/{order.pk}/do/cancel/", {"note": "不办"})
    order.refresh_from_db()
    assert (order.lead_name, order.state) == ("应急处置组", "cancelled")
    assert duty.post(f"/orders/{order.pk}/do/fly/").status_code == 404


def file_of(world: SmallZone, n: int, risk: str) -> None:
    Enterprise.objects.create(
        unit=world.firms[n],
        credit_code=("91110000600037341L", "91350100M000100Y43")[n],
        industry="34",
        risk=risk,
    )


def test_one_text_to_the_filtered_enterprises(world: SmallZone, duty: Client) -> None:
    file_of(world, 0, "high")
    file_of(world, 1, "low")
    page = duty.get("/orders/bulk/", {"risk": "high"})
    assert page.context["seen"] == 1
    data = {"title": "自查", "text": "食堂", "due_at": later(), "evidence": "count", "firms": "on",
            "seen": page.context["seen_key"], "groups": ["group:medical"]}  # fmt: skip
    done = duty.post("/orders/bulk/", data, query_params={"risk": "high"}, follow=True)
    batch = Batch.objects.get()
    assert done.redirect_chain == [(f"/orders/batches/{batch.pk}/", 302)]
    assert (batch.asked, batch.made, batch.filter_words) == (2, 2, "风险等级\uff1a高")
    text = done.content.decode()
    assert "拟下达 2 件，已下达 2 件，未下达 0 件" in text
    assert f"show=all&amp;batch={batch.pk}" in text


@pytest.mark.parametrize("role", [role for role in Role if role not in READS])
def test_a_batch_is_for_its_issuer_and_readers(world: SmallZone, sign_in: SignIn, role: Role) -> None:
    batch = orders.issue_bulk(
        zone=world.zone,
        to=[orders.To.group("medical")],
        text="x",
        due_at=timezone.now() + timedelta(days=1),
        by=world.root,
    )
    assert sign_in(role).get(f"/orders/batches/{batch.pk}/").status_code in (403, 404)


def test_a_meeting_its_decisions_and_one_step_to_an_order(
    world: SmallZone, duty: Client, sign_in: SignIn
) -> None:
    chair = world.people["安若水"]
    data = {"title": "研判会", "held_at": later(0), "place": "三楼", "points": "形势平稳。", "chair": chair.pk,
            "people": [chair.pk, world.people["戴望舒"].pk]}  # fmt: skip
    assert duty.post("/orders/meetings/new/", {**data, "points": ""}).status_code == 422
    assert duty.post("/orders/meetings/new/", data).status_code == 302
    meeting = Meeting.objects.get()
    assert duty.post(f"/orders/meetings/{meeting.pk}/edit/", {**data, "guests": "县疾控"}).status_code == 302
    assert duty.post(f"/orders/meetings/{meeting.pk}/decide/", {"text": ""}).status_code == 422
    duty.post(f"/orders/meetings/{meeting.pk}/decide/", {"text": "查食堂", "decided_by": "安若水"})
    decision = Decision.objects.get()
    page = duty.get(f"/orders/meetings/{meeting.pk}/").content.decode()
    assert f"/orders/new/?decision={decision.pk}" in page
    form = duty.get("/orders/new/", {"decision": decision.pk}).context["form"]
    assert (form["title"].value(), form["source"].value()) == ("查食堂", "decision")
    duty.post("/orders/new/", {"title": "查食堂", "to": "group:medical", "due_at": later(), "source": "decision",
                               "decision": decision.pk})  # fmt: skip
    assert Order.objects.get().decision == decision
    assert "查食堂" in duty.get("/orders/meetings/").content.decode()
    assert duty.post(f"/orders/meetings/{meeting.pk}/minutes/").status_code == 403
    clerk = sign_in(Role.CLERK)
    lost = clerk.post(f"/orders/meetings/{meeting.pk}/minutes/", follow=True)
    assert "还没有登记能发这个文种的机关" in lost.content.decode()
    assert not Paper.objects.exists()
    for role in (Role.OFFICIAL, Role.COMPANY, Role.ORGANISER):
        assert sign_in(role).get(f"/orders/meetings/{meeting.pk}/").status_code == 404


def test_a_participant_who_left_since_stays_in_the_record(world: SmallZone, duty: Client) -> None:
    chair, guest = world.people["安若水"], world.people["戴望舒"]
    data = {
        "title": "研判会",
        "held_at": later(0),
        "points": "平稳。",
        "chair": chair.pk,
        "people": [guest.pk],
    }
    duty.post("/orders/meetings/new/", data)
    meeting = Meeting.objects.get()
    Person.objects.filter(pk__in=[chair.pk, guest.pk]).update(active=False)
    address = f"/orders/meetings/{meeting.pk}/edit/"
    form = duty.get(address).context["form"]
    offered = [{person.pk for person in form.fields[name].queryset} for name in ("chair", "people")]
    assert [chair.pk in offered[0], guest.pk in offered[1]] == [True, True]
    assert duty.post(address, {**data, "points": "补充。"}).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.points, meeting.chair, list(meeting.people.all())) == ("补充。", chair, [guest])
    assert duty.post("/orders/meetings/new/", data).status_code == 422


def test_orders_stand_beside_the_tasks(world: SmallZone, head: Client) -> None:
    assert "交办给我的" not in head.get("/tasks/").content.decode()
    order = give(world)
    text = head.get("/tasks/").content.decode()
    assert re.search(rf'id="my-orders".*/orders/{order.pk}/', text, re.DOTALL)


def test_a_drill_is_marked(world: SmallZone, duty: Client) -> None:
    give(world, world=3)
    assert "联系定点医院" not in duty.get("/orders/").content.decode()
    page = duty.get("/orders/", {"world": "3"}).content.decode()
    assert "联系定点医院" in page
    assert "status-drill" in page


@pytest.mark.parametrize("count", [1, 3])
def test_number_of_queries_does_not_grow(
    world: SmallZone,
    duty: Client,
    head: Client,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _n in range(count):
        order = give(world, co=[orders.To.group("response")])
    duty.get("/orders/")
    with django_assert_num_queries(14):
        page = duty.get("/orders/")
    # A region that is as it was costs the session, the account and the version.
    again = [page.context["live"], f"/orders/?part=top&v={page.context['version']}"]
    for address in again:
        with django_assert_num_queries(5):
            assert duty.get(address, headers=HTMX).status_code == 204
    with django_assert_num_queries(22):
        duty.get(f"/orders/{order.pk}/")
    head.get("/tasks/")
    with django_assert_num_queries(23):
        head.get("/tasks/")


def test_htmx_gets_only_the_table(world: SmallZone, duty: Client) -> None:
    give(world)
    text = duty.get("/orders/", {"q": "医院"}, headers={"HX-Request": "true"}).content.decode()
    assert text.lstrip().startswith('<div id="orders" hx-get="/orders/?q=')
    assert "<html" not in text


def test_the_board_follows_what_others_do(world: SmallZone, duty: Client, head: Client) -> None:
    order = give(world)
    page = duty.get("/orders/", {"show": "check"})
    table, top = page.context["live"], f"/orders/?part=top&v={page.context['version']}"
    assert 'href="?show=overdue"' in page.content.decode()
    orders.feed_back(order_id=order.pk, text="床位已备", by=actor_of(world.accounts["简而清"]))
    rows = duty.get(table, headers=HTMX).content.decode()
    assert (order.title in rows, "<html" in rows) == (True, False)
    figures = duty.get(top, headers=HTMX)
    assert figures.context["counts"].to_check == 1
    assert "<form" not in figures.content.decode()


def test_a_batch_follows_its_feedback(world: SmallZone, duty: Client) -> None:
    batch = orders.issue_bulk(
        zone=world.zone,
        to=[orders.To.enterprise(firm.pk) for firm in world.firms],
        title="报数",
        text="报在岗人数",
        due_at=timezone.now() + timedelta(days=1),
        by=world.root,
    )
    live = duty.get(f"/orders/batches/{batch.pk}/").context["live_batch"]
    assert duty.get(live, headers=HTMX).status_code == 204
    orders.cancel_order(order_id=batch.orders.first().pk, reason="已办", by=world.root)  # type: ignore[union-attr]
    text = duty.get(live, headers=HTMX).content.decode()
    assert ("已办结 1" in text, "<html" in text) == (True, False)


def test_links_of_a_drill_stay_in_the_drill(world: SmallZone, duty: Client) -> None:
    give(world)
    text = duty.get("/orders/", {"world": "3"}).content.decode()
    shown = re.findall(r'href="(\?(?:show|group)=[^"]*)"', text)
    assert shown
    assert [one for one in shown if not one.endswith("&amp;world=3")] == []


def test_times_are_local(world: SmallZone, duty: Client) -> None:
    due = datetime(timezone.now().year + 2, 1, 2, 3, 4, tzinfo=timezone.get_current_timezone())
    order = give(world, due_at=due)
    assert "01-02 03:04" in duty.get(f"/orders/{order.pk}/").content.decode()
