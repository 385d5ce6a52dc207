"""平战转换: at most three screens, two taps, and what happens when somebody was quicker."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation, Seat
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.foundation.access.roles import Role
from tests.factories import SmallZone
from tests.pages.console.conftest import HTMX, SignIn, current, seat_of

ORDERERS = {Role.DUTY_OFFICER, Role.LEADER}


def form(zone: SmallZone, **change: str) -> dict[str, str]:
    return {
        "unit": str(zone.zone.pk),
        "level": "2",
        "basis_kind": "document",
        "basis": "试发〔2026〕9号",
        "phrase": "1",
        "reason": "",
    } | change


def hidden_of(answer: Any) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', answer.content.decode()))


def fence(epoch: int = 1) -> str:
    """The fence of the one order in force, as the page of the stand-down sends it."""
    return f"{Activation.objects.values_list('unit', flat=True).get(ended_at=None)}:{epoch}"


def order_form(client: Client, zone: SmallZone, **change: str) -> dict[str, str]:
    answer = client.post("/switch/preview/", form(zone, **change))
    assert answer.status_code == 200
    fields = hidden_of(answer)
    fields.pop("csrfmiddlewaretoken", None)
    fields.pop("next", None)
    return fields


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("address", ["/switch/", "/switch/units/", "/switch/stand-down/"])
def test_who_sees(world: SmallZone, sign_in: SignIn, role: Role, address: str) -> None:
    assert sign_in(role).get(address).status_code == (200 if role in ORDERERS else 403)


@pytest.mark.parametrize("role", list(Role))
def test_who_previews_and_orders(world: SmallZone, sign_in: SignIn, role: Role) -> None:
    fields = order_form(sign_in(Role.DUTY_OFFICER), world)
    client = sign_in(role)
    assert client.post("/switch/preview/", form(world)).status_code == (200 if role in ORDERERS else 403)
    answer = client.post("/switch/order/", fields)
    assert answer.status_code == (302 if role in ORDERERS else 403)
    assert Activation.objects.count() == (1 if role in ORDERERS else 0)


@pytest.mark.parametrize("role", list(Role))
def test_who_stands_down(emergency: SmallZone, sign_in: SignIn, role: Role) -> None:
    data = {"key": "end-1", "expect": fence(), "reason": "结束"}
    answer = sign_in(role).post("/switch/stand-down/", data)
    assert answer.status_code == (302 if role in ORDERERS else 403)
    assert Activation.objects.filter(ended_at=None).count() == (0 if role in ORDERERS else 1)


def test_scope_outside_the_grant_is_unknown(world: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER, path=world.firms[0].path)
    assert client.post("/switch/preview/", form(world)).status_code == 404
    own = form(world, unit=str(world.firms[0].pk))
    assert client.post("/switch/preview/", own).status_code == 200


def test_three_screens_from_the_desk(world: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    assert client.get("/switch/").status_code == 200
    fields = order_form(client, world)
    answer = client.post("/switch/order/", fields, follow=True)
    assert answer.redirect_chain == [("/duty/", 302)]
    made = current(world)
    assert (made.level, made.basis, made.reason) == (
        2,
        "试发〔2026〕9号",
        "发现疑似聚集性疫情，先行转入战时状态。",
    )
    assert "已下令" in answer.content.decode()


def test_preview_writes_nothing(world: SmallZone, sign_in: SignIn) -> None:
    before = set(Seat.objects.filter(closed_at=None).values_list("pk", flat=True))
    answer = sign_in(Role.DUTY_OFFICER).post("/switch/preview/", form(world))
    shown = answer.context["preview"]
    assert (shown["opened"], shown["closed"], shown["pool_count"]) == (17, 15, 2)
    assert Activation.objects.count() == 0
    assert set(Seat.objects.filter(closed_at=None).values_list("pk", flat=True)) == before


def test_second_tap_of_the_same_order_changes_nothing(world: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    fields = order_form(client, world)
    answers = [client.post("/switch/order/", fields).status_code for _n in range(2)]
    assert (answers, Activation.objects.count()) == ([302, 302], 1)


def test_slower_order_is_told_who_was_quicker(world: SmallZone, sign_in: SignIn) -> None:
    slow, quick = sign_in(Role.DUTY_OFFICER), sign_in(world.person_account("安若水", Role.LEADER))
    mine = order_form(slow, world)
    quick.post("/switch/order/", order_form(quick, world, level="1"))
    answer = slow.post("/switch/order/", mine)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert ("安若水" in text, "\u2160级" in text, "重新预演" in text) == (True, True, True)
    again = hidden_of(answer)
    assert slow.post("/switch/preview/", again).status_code == 200
    assert current(world).level == 1


def test_stale_preview_says_what_changed(world: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    fields = order_form(client, world)
    command.decline(seat_id=seat_of(world, "葛明达").pk, reason="病", by=world.root)
    from pingzhan.domain.organisation.models import Person

    Person.objects.filter(name="何以宁").update(active=False)
    answer = client.post("/switch/order/", fields)
    assert answer.status_code == 409
    assert "预演之后情况有变" in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unit": ""}, "请选定一个范围"),
        ({"level": ""}, "请选择响应等级"),
        ({"basis": ""}, "请写明文号"),
        ({"phrase": "", "reason": ""}, "请选一个例句"),
    ],
)
def test_bad_form_is_422_and_keeps_the_rest(
    world: SmallZone, sign_in: SignIn, change: dict[str, str], words: str
) -> None:
    data = form(world, reason="补充的话") | change
    answer = sign_in(Role.DUTY_OFFICER).post("/switch/preview/", data)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert data["basis"] in text


def test_verbal_order_names_who_gave_it(world: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    client.post("/switch/order/", order_form(client, world, basis_kind="verbal", basis="县指挥部"))
    made = current(world)
    assert (made.ordered_by_name, made.basis_kind) == ("县指挥部", "verbal")


def test_search_finds_by_name_and_keeps_the_chosen(world: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    answer = client.get("/switch/units/", {"q": "试验2", "unit": str(world.zone.pk)}, headers=HTMX)
    assert [row.unit.name for row in answer.context["units"]] == ["试验开发区", "试验2厂"]
    assert answer.context["chosen"] == world.zone.pk


@pytest.mark.parametrize("more", [1, 3])
def test_query_count_of_the_scopes(
    world: SmallZone, sign_in: SignIn, more: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(more):
        territory.create_unit(
            kind=UnitKind.ENTERPRISE, code=f"X{n}", name=f"新{n}厂", parent=world.area, by=world.root
        )
    client = sign_in(Role.DUTY_OFFICER)
    with django_assert_num_queries(6):
        client.get("/switch/units/", headers=HTMX)


def test_one_enterprise_and_the_zone_overlap(world: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    client.post("/switch/order/", order_form(client, world, unit=str(world.firms[0].pk), level="3"))
    client.post("/switch/order/", order_form(client, world, level="4"))
    text = client.get("/switch/stand-down/").content.decode()
    names = re.findall(r'<span class="scope-name">(\w+)', text)
    assert names == ["试验开发区", "试验1厂"]
    assert (text.count("\u2162级"), text.count("\u2163级")) >= (1, 1)


def test_preview_names_the_posture_in_force_from_above(emergency: SmallZone, sign_in: SignIn) -> None:
    data = form(emergency, unit=str(emergency.firms[0].pk), level="1")
    text = sign_in(Role.DUTY_OFFICER).post("/switch/preview/", data).content.decode()
    assert "将试验1厂由战时\u2161级转为战时\u2160级。" in text


def test_stand_down_settles_each_group(emergency: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    page = client.get("/switch/stand-down/")
    groups = page.context["groups"]
    data = {"key": "end-2", "expect": fence(), "reason": "疫情结束", "note": "物资在二号库"}
    data |= {f"{one.key}-decision": "done" for one in groups}
    answer = client.post("/switch/stand-down/", data)
    assert answer.status_code == 302
    ended = Activation.objects.get()
    assert (ended.end_kind, ended.end_reason) == ("stood_down", "疫情结束（交接：物资在二号库）")


def test_cancelling_needs_a_reason(emergency: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    first = client.get("/switch/stand-down/").context["groups"][0]
    data = {"key": "end-3", "expect": fence(), "reason": "疫情结束", f"{first.key}-decision": "cancel"}
    answer = client.post("/switch/stand-down/", data)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert ("取消任务要写明原因" in text, "疫情结束" in text) == (True, True)
    assert Activation.objects.filter(ended_at=None).count() == 1


def test_stale_stand_down_is_a_conflict(emergency: SmallZone, sign_in: SignIn) -> None:
    data = {"key": "end-4", "expect": fence(0), "reason": "结束"}
    answer = sign_in(Role.DUTY_OFFICER).post("/switch/stand-down/", data)
    assert answer.status_code == 409
    assert Activation.objects.filter(ended_at=None).count() == 1


def test_nothing_to_stand_down(world: SmallZone, sign_in: SignIn) -> None:
    text = sign_in(Role.DUTY_OFFICER).get("/switch/stand-down/").content.decode()
    assert "现在没有启动战时状态" in text
