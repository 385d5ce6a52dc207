"""多家企业平战转换: choose, preview, order once; and several stood down together."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation
from pingzhan.domain.orders import api as orders
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from tests.factories import SmallZone
from tests.pages.console.conftest import SignIn

ORDERERS = {Role.DUTY_OFFICER, Role.LEADER}
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def words(zone: SmallZone, **change: Any) -> dict[str, Any]:
    return {
        "units": [str(firm.pk) for firm in zone.firms],
        "level": "3",
        "basis_kind": "document",
        "basis": "试发〔2026〕9号",
        "phrase": "1",
        "reason": "",
    } | change


def prepared(client: Client, zone: SmallZone, **change: Any) -> dict[str, str]:
    answer = client.post("/switch/several/preview/", words(zone, **change))
    assert answer.status_code == 200
    found = dict(HIDDEN.findall(answer.content.decode()))
    return {key: value for key, value in found.items() if key not in ("csrfmiddlewaretoken", "next")}


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_previews_and_orders(world: SmallZone, sign_in: SignIn, role: Role) -> None:
    fields = prepared(sign_in(Role.DUTY_OFFICER), world)
    client = sign_in(role)
    may = role in ORDERERS
    assert client.get("/switch/several/").status_code == (200 if may else 403)
    assert client.post("/switch/several/preview/", words(world)).status_code == (200 if may else 403)
    assert client.post("/switch/several/order/", fields).status_code == (302 if may else 403)
    assert Activation.objects.count() == (2 if may else 0)


def test_goal_G7_several_enterprises_are_ordered_in_three_screens(world: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    assert 'href="/switch/several/"' in client.get("/switch/").content.decode()
    page = client.get("/switch/several/").content.decode()
    assert page.count('name="units"') == 2
    fields = prepared(client, world)
    assert Activation.objects.count() == 0
    answer = client.post("/switch/several/order/", fields, follow=True)
    assert answer.redirect_chain == [("/duty/", 302)]
    assert "已下令：2 家企业转入战时\u2162级" in answer.content.decode()
    assert "试验1厂等 2 个单位" in answer.content.decode()
    assert AuditRecord.objects.filter(verb="command.order_several").count() == 1
    again = client.post("/switch/several/order/", fields)
    assert (again.status_code, Activation.objects.count()) == (302, 2)


def test_nothing_chosen_keeps_the_words(world: SmallZone, sign_in: SignIn) -> None:
    answer = sign_in(Role.DUTY_OFFICER).post("/switch/several/preview/", words(world, units=[]))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert ("请至少选定一家企业。" in text, "试发〔2026〕9号" in text) == (True, True)


@pytest.mark.parametrize("units", [["0"], ["x"], ["9" * 30]])
def test_what_does_not_exist_is_refused(world: SmallZone, sign_in: SignIn, units: list[str]) -> None:
    answer = sign_in(Role.DUTY_OFFICER).post("/switch/several/preview/", words(world, units=units))
    assert answer.status_code in (404, 422)


def test_an_enterprise_outside_the_grant_is_unknown(world: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER, path=world.firms[0].path)
    assert client.get("/switch/several/").content.decode().count('name="units"') == 1
    assert client.post("/switch/several/preview/", words(world)).status_code == 404


def test_a_scope_that_is_no_enterprise_is_unknown(world: SmallZone, sign_in: SignIn) -> None:
    units = [str(world.zone.pk), str(world.firms[0].pk)]
    answer = sign_in(Role.DUTY_OFFICER).post("/switch/several/preview/", words(world, units=units))
    assert answer.status_code == 404


def test_somebody_was_quicker_and_none_is_ordered(world: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    fields = prepared(client, world)
    alone = command.SwitchOrder(
        key="quick", unit=world.firms[1], level=1, reason="先行", basis="试发〔2026〕8号"
    )
    command.order_switch(order=alone, by=world.root)
    answer = client.post("/switch/several/order/", fields)
    text = answer.content.decode()
    assert (answer.status_code, Activation.objects.count()) == (409, 1)
    again = dict(HIDDEN.findall(text)) | {"phrase": ""}
    assert 'action="/switch/several/preview/"' in text
    assert client.post("/switch/several/preview/", again).status_code == 200


def test_those_already_there_are_said(world: SmallZone, sign_in: SignIn) -> None:
    alone = command.SwitchOrder(
        key="quick", unit=world.firms[1], level=3, reason="先行", basis="试发〔2026〕8号"
    )
    command.order_switch(order=alone, by=world.root)
    answer = sign_in(Role.DUTY_OFFICER).post("/switch/several/preview/", words(world))
    assert "另有 1 家已是这个等级，不重复下令：试验2厂" in re.sub(r"<[^>]+>", "", answer.content.decode())


@pytest.mark.parametrize("more", [1, 3])
def test_query_count_of_the_list(
    world: SmallZone, sign_in: SignIn, more: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(more):
        territory.create_unit(
            kind=UnitKind.ENTERPRISE, code=f"X{n}", name=f"新{n}厂", parent=world.area, by=world.root
        )
    client = sign_in(Role.DUTY_OFFICER)
    client.get("/switch/several/")
    with django_assert_num_queries(9):
        client.get("/switch/several/")


def test_several_are_stood_down_together(world: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    client.post("/switch/several/order/", prepared(client, world))
    chosen = Activation.objects.values_list("pk", flat=True)
    address = "/switch/stand-down/?" + "&".join(f"activation={pk}" for pk in chosen)
    page = client.get(address).content.decode()
    fields = {key: value for key, value in HIDDEN.findall(page) if key in ("key", "expect")}
    answer = client.post(address, {**fields, "reason": "处置完毕"})
    assert (answer.status_code, Activation.objects.filter(ended_at=None).count()) == (302, 0)
    assert AuditRecord.objects.filter(verb="command.stand_down_several").count() == 1
    assert client.get(address).status_code == 200
    stale = client.post("/switch/stand-down/", {**fields, "reason": "再一次"})
    assert stale.status_code == 200


def test_stand_down_shows_what_would_be_left_without_an_owner(emergency: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    page = client.get("/switch/stand-down/")
    assert page.context["ownerless"] == []
    assert "每件督办事项都有人负责" in page.content.decode()
    orders.issue_order(
        zone=emergency.zone,
        to=orders.To.enterprise(emergency.firms[0].pk),
        title="清点隔离房间",
        due_at=timezone.now() + timedelta(hours=1),
        by=system_actor("试验"),
    )
    page = client.get("/switch/stand-down/")
    # Nobody of the enterprise is known to the register.
    assert [line.order.title for line in page.context["ownerless"]] == ["清点隔离房间"]
    assert Activation.objects.filter(ended_at=None).count() == 1
