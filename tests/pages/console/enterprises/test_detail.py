from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from django.test import Client

from pingzhan.domain.territory import api
from pingzhan.domain.territory.enums import RiskClass, SiteKind
from pingzhan.domain.territory.models import Enterprise, Shift, Site
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from tests.factories import SmallZone

from .conftest import Firms

SignIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}
EDITING = set(roles_with(Permission.EDIT_ENTERPRISE))
TABS = ("file", "sites", "shifts", "people", "history")


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens(sign_in: SignIn, firms: Firms, tab: str) -> None:
    words = {
        "file": "申报职工人数",
        "sites": "南门",
        "shifts": "夜班",
        "people": "梅映雪",
        "history": "还没有变动",
    }
    page = sign_in(Role.CLERK).get(f"/enterprises/{firms.own.pk}/", {"tab": tab})
    assert page.status_code == 200
    assert words[tab] in page.content.decode()


@pytest.mark.parametrize("tab", TABS)
def test_another_enterprise_does_not_exist_for_a_contact(sign_in: SignIn, firms: Firms, tab: str) -> None:
    client = sign_in(Role.COMPANY, path=firms.other.unit.path)
    assert client.get(f"/enterprises/{firms.other.pk}/", {"tab": tab}).status_code == 200
    assert client.get(f"/enterprises/{firms.own.pk}/", {"tab": tab}).status_code == 404


def test_nothing_of_another_enterprise_is_reached_by_its_number(sign_in: SignIn, firms: Firms) -> None:
    """Neither under its own address nor by naming its rows under one's own."""
    client = sign_in(Role.COMPANY, path=firms.other.unit.path)
    for firm in (firms.own.pk, firms.other.pk):
        base = f"/enterprises/{firm}"
        for path in (
            f"/sites/{firms.gate.pk}/edit/",
            f"/sites/{firms.gate.pk}/",
            f"/sites/{firms.dormitory.pk}/rooms/",
            f"/shifts/{firms.shift.pk}/edit/",
            f"/teams/{firms.team.pk}/edit/",
        ):
            assert client.get(base + path).status_code == 404
        for path in (
            f"/sites/{firms.gate.pk}/close/",
            f"/sites/{firms.gate.pk}/edit/",
            f"/sites/{firms.gate.pk}/reopen/",
            f"/sites/{firms.gate.pk}/scope/",
            f"/shifts/{firms.shift.pk}/close/",
            f"/teams/{firms.team.pk}/close/",
        ):
            assert client.post(base + path, {"name": "别家"}).status_code == 404
    assert client.post(f"/enterprises/{firms.own.pk}/edit/", {"address": "别家"}).status_code == 404
    assert Site.objects.filter(active=True).count() == 2


@pytest.mark.parametrize("role", sorted(set(Role) - EDITING))
def test_roles_that_change_nothing(sign_in: SignIn, firms: Firms, role: Role) -> None:
    client = sign_in(role)
    base = f"/enterprises/{firms.own.pk}"
    for path in ("/edit/", "/sites/new/", f"/shifts/{firms.shift.pk}/edit/"):
        assert client.get(base + path).status_code == 403
    for path in (f"/sites/{firms.gate.pk}/close/", f"/teams/{firms.team.pk}/close/", "/decide/risk/"):
        assert client.post(base + path, {"risk": "high", "reason": "不许"}).status_code == 403


def test_a_contact_changes_his_file_and_is_not_offered_the_zones_part(sign_in: SignIn, firms: Firms) -> None:
    client = sign_in(Role.COMPANY, path=firms.own.unit.path)
    address = f"/enterprises/{firms.own.pk}/edit/"
    page = client.get(address).content.decode()
    assert 'name="address"' in page
    assert 'name="credit_code"' not in page
    sent = {"address": "学海路 9 号", "headcount": "55", "name": "改名", "canteen": "on"}
    assert client.post(address, sent).status_code == 302
    firms.own.refresh_from_db()
    assert (firms.own.address, firms.own.canteen) == ("学海路 9 号", True)
    firms.own.unit.refresh_from_db()
    assert (firms.own.unit.headcount, firms.own.unit.name) == (55, "试验1厂")
    for what in ("risk", "status", "merge", "move"):
        assert client.get(f"/enterprises/{firms.own.pk}/decide/{what}/").status_code == 403


def test_what_is_wrong_stands_under_the_field(sign_in: SignIn, firms: Firms) -> None:
    client = sign_in(Role.CLERK)
    address = f"/enterprises/{firms.own.pk}/edit/"
    answer = client.post(
        address, {"name": "试验1厂", "credit_code": firms.own.credit_code[:-1] + "?", "industry": "13"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'aria-describedby="id_credit_code_hint id_credit_code_error"' in page
    assert "统一社会信用代码只含数字和大写字母" in page


def test_a_decision_in_a_dialog(sign_in: SignIn, firms: Firms) -> None:
    client = sign_in(Role.CLERK)
    address = f"/enterprises/{firms.own.pk}/decide/risk/"
    assert "data-dialog-auto" in client.get(address, headers=HTMX).content.decode()
    wrong = client.post(address, {"risk": "high", "reason": ""}, headers=HTMX)
    assert wrong.status_code == 422
    assert "<dialog" not in wrong.content.decode()
    done = client.post(address, {"risk": "high", "reason": "新增冷库"}, headers=HTMX)
    assert (done.status_code, done.headers["HX-Redirect"]) == (204, f"/enterprises/{firms.own.pk}/")
    assert "新增冷库" in client.get(f"/enterprises/{firms.own.pk}/?tab=history").content.decode()
    assert client.get(f"/enterprises/{firms.own.pk}/decide/nonsense/").status_code == 404


def test_closing_and_merging_by_the_page(sign_in: SignIn, firms: Firms) -> None:
    client = sign_in(Role.CLERK)
    base = f"/enterprises/{firms.own.pk}"
    sent = {"target": firms.other.pk, "reason": "重复登记"}
    assert client.post(f"{base}/decide/merge/", sent).status_code == 302
    firms.own.refresh_from_db()
    assert (firms.own.status, firms.own.successor) == ("closed", firms.other)
    page = client.get(f"{base}/").content.decode()
    assert f'href="/enterprises/{firms.other.pk}/"' in page
    assert "修改档案" not in page
    assert client.post(f"{base}/sites/new/", {"code": "G9", "name": "门", "kind": "gate"}).status_code == 422


def test_moving_to_another_area_needs_the_right_for_the_tree(
    sign_in: SignIn, firms: Firms, world: SmallZone
) -> None:
    address = f"/enterprises/{firms.own.pk}/decide/move/"
    assert sign_in(Role.CLERK).get(address).status_code == 403
    organiser = sign_in(Role.ORGANISER)
    assert organiser.post(address, {"parent": world.zone.pk}).status_code == 302
    firms.own.unit.refresh_from_db()
    assert firms.own.unit.parent_id == world.zone.pk


@pytest.mark.parametrize("htmx", [True, False])
def test_a_row_is_edited_in_its_place(sign_in: SignIn, firms: Firms, htmx: bool) -> None:
    client = sign_in(Role.COMPANY, path=firms.own.unit.path)
    address = f"/enterprises/{firms.own.pk}/sites/{firms.gate.pk}/edit/"
    headers = HTMX if htmx else {}
    form = client.get(address, headers=headers).content.decode()
    assert 'value="南门"' in form
    assert ("<html" in form) is not htmx
    wrong = client.post(address, {"code": "D1", "name": ""}, headers=headers)
    assert wrong.status_code == 422
    assert "is-invalid" in wrong.content.decode()
    taken = client.post(address, {"code": "d1", "name": "北门"}, headers=headers)
    assert taken.status_code == 422
    assert "已有这一编号的场所" in taken.content.decode()
    done = client.post(address, {"code": "G2", "name": "北门", "kind": "canteen"}, headers=headers)
    assert done.status_code == (200 if htmx else 302)
    firms.gate.refresh_from_db()
    assert (firms.gate.code, firms.gate.name, firms.gate.kind) == ("G2", "北门", "gate")


def test_new_rows_and_closed_rows(sign_in: SignIn, firms: Firms) -> None:
    client = sign_in(Role.COMPANY, path=firms.own.unit.path)
    base = f"/enterprises/{firms.own.pk}"
    same = {"name": "全天", "start": "08:00", "end": "08:00"}
    answer = client.post(f"{base}/shifts/new/", same, headers=HTMX)
    assert answer.status_code == 422
    assert "上班和下班时间不能相同" in answer.content.decode()
    made = client.post(f"{base}/shifts/new/", {**same, "end": "17:30"}, headers=HTMX)
    assert made.content.decode().lstrip().startswith("<tr")
    assert Shift.objects.get(name="全天").minutes == 570
    used = client.post(f"{base}/shifts/{firms.shift.pk}/close/", headers=HTMX)
    assert used.status_code == 409
    assert "1 个班组上这个班" in used.content.decode()
    assert client.post(f"{base}/teams/{firms.team.pk}/close/", headers=HTMX).status_code == 200
    assert client.post(f"{base}/shifts/{firms.shift.pk}/close/", headers=HTMX).status_code == 200
    assert client.post(f"{base}/sites/{firms.gate.pk}/close/", headers=HTMX).status_code == 200
    assert client.post(f"{base}/sites/{firms.gate.pk}/reopen/", headers=HTMX).status_code == 200
    assert client.post(f"{base}/sites/{firms.gate.pk}/scope/", headers=HTMX).status_code == 403
    assert client.get(f"{base}/nonsense/new/").status_code == 404


def test_rooms_floor_by_floor_are_one_choice_away(sign_in: SignIn, firms: Firms) -> None:
    client = sign_in(Role.COMPANY, path=firms.own.unit.path)
    address = f"/enterprises/{firms.own.pk}/sites/{firms.dormitory.pk}/rooms/"
    sent = {"floors": "2", "per_floor": "3", "capacity": "6", "lead": "a"}
    assert client.post(address, sent).status_code == 302
    rooms = Site.objects.filter(kind="room").order_by("code").values_list("code", flat=True)
    assert list(rooms) == ["A101", "A102", "A103", "A201", "A202", "A203"]
    page = f"/enterprises/{firms.own.pk}/?tab=sites"
    assert "A101" not in client.get(page).content.decode()
    assert "6 间 36 床" in client.get(page).content.decode()
    assert "A101" in client.get(f"{page}&kind=room").content.decode()
    assert client.post(address, sent).status_code == 422


@pytest.mark.parametrize(
    ("tab", "queries"), [("file", 10), ("sites", 9), ("shifts", 11), ("people", 10), ("history", 8)]
)
def test_the_number_of_queries_does_not_grow_with_the_parts(
    sign_in: SignIn,
    firms: Firms,
    world: SmallZone,
    django_assert_num_queries: Any,
    tab: str,
    queries: int,
) -> None:
    client = sign_in(Role.CLERK)
    unit = firms.own.unit
    for more in range(2):
        for n in range(2 * more):
            api.create_site(
                enterprise=unit, kind=SiteKind.WORKSHOP, code=f"W{n}", name=f"W{n}", by=world.root
            )
            api.create_shift(enterprise=unit, name=f"班{n}", start=time(n), end=time(n + 1), by=world.root)
            api.create_team(enterprise=unit, name=f"组{n}", shift=firms.shift, by=world.root)
            risk = (RiskClass.HIGH, RiskClass.LOW)[n]
            api.set_risk(enterprise=firms.own, risk=risk, reason="试验", by=world.root)
        with django_assert_num_queries(queries):
            client.get(f"/enterprises/{firms.own.pk}/", {"tab": tab})


def test_the_page_of_a_closed_enterprise_can_only_be_read(sign_in: SignIn, firms: Firms) -> None:
    Enterprise.objects.filter(pk=firms.own.pk).update(status="closed")
    page = sign_in(Role.CLERK).get(f"/enterprises/{firms.own.pk}/?tab=sites").content.decode()
    assert "新建场所" not in page
    assert "企业已注销，档案只能查看。" in page


def test_a_row_is_shown_closed_taken_back_and_made_a_scope(sign_in: SignIn, firms: Firms) -> None:
    contact, clerk = sign_in(Role.COMPANY, path=firms.own.unit.path), sign_in(Role.CLERK)
    own, gate = firms.own.pk, firms.gate.pk
    row = contact.get(f"/enterprises/{own}/sites/{gate}/", headers=HTMX).content.decode()
    assert "南门" in row
    assert "<form" not in row.partition("</th>")[0]
    assert contact.get(f"/enterprises/{own}/sites/0/", headers=HTMX).status_code == 404
    assert contact.get(f"/enterprises/{own}/sites/{gate}/").status_code == 302

    assert contact.post(f"/enterprises/{own}/sites/{gate}/close/", headers=HTMX).status_code == 200
    assert not Site.objects.get(pk=gate).active
    assert clerk.post(f"/enterprises/{own}/sites/{gate}/scope/", headers=HTMX).status_code == 409
    assert contact.post(f"/enterprises/{own}/sites/{gate}/reopen/", headers=HTMX).status_code == 200
    assert Site.objects.get(pk=gate).active
    assert contact.post(f"/enterprises/{own}/sites/{gate}/reopen/", headers=HTMX).status_code == 409

    assert contact.post(f"/enterprises/{own}/sites/{gate}/scope/", headers=HTMX).status_code == 403
    assert Site.objects.get(pk=gate).unit is None
    assert "命令范围" in clerk.post(f"/enterprises/{own}/sites/{gate}/scope/", headers=HTMX).content.decode()
    unit = Site.objects.get(pk=gate).unit
    assert unit is not None
    assert (unit.name, unit.parent_id) == ("南门", firms.own.unit.pk)


def test_a_new_site_stands_in_the_table_and_a_second_of_its_code_does_not(
    sign_in: SignIn, firms: Firms
) -> None:
    contact = sign_in(Role.COMPANY, path=firms.own.unit.path)
    sent = {"code": "K1", "name": "食堂", "kind": "canteen"}
    made = contact.post(f"/enterprises/{firms.own.pk}/sites/new/", sent, headers=HTMX)
    assert "食堂" in made.content.decode()
    assert Site.objects.get(code="K1").enterprise == firms.own.unit
    again = contact.post(f"/enterprises/{firms.own.pk}/sites/new/", {**sent, "name": "别"}, headers=HTMX)
    assert again.status_code == 422
    assert contact.post(f"/enterprises/{firms.other.pk}/sites/new/", sent).status_code == 404
    assert Site.objects.filter(code="K1").count() == 1
