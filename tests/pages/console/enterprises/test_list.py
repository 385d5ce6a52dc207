from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from django.test import Client

from pingzhan.config.demo.firms import credit_code
from pingzhan.domain.territory import api
from pingzhan.domain.territory.enums import RiskClass
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from tests.factories import SmallZone

from .conftest import Firms

SignIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}
SEEING = set(roles_with(Permission.VIEW_ENTERPRISES))
EDITING = set(roles_with(Permission.EDIT_ENTERPRISE))


@pytest.mark.parametrize("role", list(Role))
def test_who_opens_the_list_and_who_is_refused(sign_in: SignIn, firms: Firms, role: Role) -> None:
    assert sign_in(role).get("/enterprises/").status_code == (200 if role in SEEING else 403)


def test_a_visitor_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/enterprises/").headers["Location"].startswith("/accounts/login/")


def test_the_list_shows_names_figures_and_the_official(sign_in: SignIn, firms: Firms) -> None:
    page = sign_in(Role.CLERK).get("/enterprises/").content.decode()
    assert "试验1厂" in page
    assert "试验2厂" in page
    assert "梅映雪" in page
    assert "农副食品加工业" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"q": "sy2c"}, ["试验2厂"]),
        ({"q": "F1"}, ["试验1厂"]),
        ({"risk": "high"}, ["试验2厂"]),
        ({"status": "closed"}, []),
        ({"industry": "14"}, []),
        ({"risk": "no-such"}, ["试验1厂", "试验2厂"]),
    ],
)
def test_the_query_form_limits_the_table(
    sign_in: SignIn, firms: Firms, world: SmallZone, query: dict[str, str], shown: list[str]
) -> None:
    api.set_risk(enterprise=firms.other, risk=RiskClass.HIGH, reason="试验", by=world.root)
    answer = sign_in(Role.CLERK).get("/enterprises/", query, headers=HTMX)
    text = answer.content.decode()
    assert "<html" not in text
    assert [name for name in ("试验1厂", "试验2厂") if name in text] == shown


def test_the_number_of_queries_does_not_grow_with_the_rows(
    sign_in: SignIn, firms: Firms, world: SmallZone, django_assert_num_queries: Any
) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    client.get("/enterprises/")
    for rows in (1, 3):
        want = 2 if rows == 1 else 3
        while Enterprise.objects.count() < want:
            n = Enterprise.objects.count()
            api.register_enterprise(
                parent=world.area,
                data=api.EnterpriseData(f"新{n}厂", credit_code(Random(100 + n)), "14"),
                by=world.root,
            )
        only = {"q": "试验1厂"} if rows == 1 else {"order": "newest"}
        with django_assert_num_queries(9):
            answer = client.get("/enterprises/", only, headers=HTMX)
        assert answer.content.decode().count('<th scope="row">') == rows


def test_an_enterprise_starts_on_its_own_page(sign_in: SignIn, firms: Firms) -> None:
    client = sign_in(Role.COMPANY, path=firms.own.unit.path)
    answer = client.get("/enterprises/")
    assert answer.headers["Location"] == f"/enterprises/{firms.own.pk}/"


def test_registering_by_the_form(sign_in: SignIn, world: SmallZone) -> None:
    client = sign_in(Role.CLERK)
    told = {
        "name": "云溪食品有限公司",
        "credit_code": credit_code(Random(77)),
        "industry": "14",
        "parent": world.area.pk,
        "headcount": "",
        "risk": "high",
        "risk_reason": "",
    }
    answer = client.post("/enterprises/new/", told)
    assert answer.status_code == 422
    assert "请写明理由。" in answer.content.decode()
    answer = client.post("/enterprises/new/", {**told, "risk_reason": "经营冷链", "cold_chain": "on"})
    made = Enterprise.objects.get()
    assert answer.headers["Location"] == f"/enterprises/{made.pk}/"
    assert (made.unit.parent, made.risk, made.cold_chain, made.unit.headcount) == (
        world.area,
        "high",
        True,
        0,
    )
    again = client.post("/enterprises/new/", {**told, "risk_reason": "经营冷链"})
    assert again.status_code == 422
    assert "已登记在另一家企业" in again.content.decode()


def test_the_file_of_an_enterprise_of_the_tree(sign_in: SignIn, world: SmallZone) -> None:
    client = sign_in(Role.CLERK)
    unit = world.firms[0]
    assert f"?unit={unit.pk}" in client.get("/enterprises/").content.decode()
    address = f"/enterprises/new/?unit={unit.pk}"
    assert client.get(address).status_code == 200
    told = {"name": unit.name, "credit_code": credit_code(Random(5)), "industry": "13", "risk": "low"}
    assert client.post(address, told).status_code == 302
    assert Enterprise.objects.get().pk == unit.pk
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("role", sorted(set(Role) - EDITING))
def test_roles_that_register_nothing(sign_in: SignIn, world: SmallZone, role: Role) -> None:
    client = sign_in(role)
    assert client.get("/enterprises/new/").status_code == 403
    assert client.post("/enterprises/new/", {"name": "不许"}).status_code == 403
    assert client.post("/enterprises/risk/", {"chosen": world.firms[0].pk}).status_code == 403


def test_an_enterprise_registers_no_other(sign_in: SignIn, firms: Firms) -> None:
    client = sign_in(Role.COMPANY, path=firms.own.unit.path)
    assert client.get("/enterprises/new/").status_code == 403


def test_several_enterprises_change_their_class_at_once(sign_in: SignIn, firms: Firms) -> None:
    client = sign_in(Role.CLERK)
    nothing = client.post("/enterprises/risk/", {"risk": "high", "reason": "冬季"})
    assert nothing.status_code == 422
    assert "请先勾选企业。" in nothing.content.decode()
    ids = [firms.own.pk, firms.other.pk]
    done = client.post("/enterprises/risk/", {"risk": "high", "reason": "冬季", "chosen": ids}, follow=True)
    assert "已调整 2 家企业的风险等级。" in done.content.decode()
    again = client.post(
        "/enterprises/risk/", {"risk": "high", "reason": "冬季", "chosen": [*ids, 0]}, follow=True
    )
    assert "已调整 0 家企业的风险等级。另有 3 家没有调整。" in again.content.decode()


def test_only_visible_enterprises_change_their_class(sign_in: SignIn, firms: Firms) -> None:
    client = sign_in(Role.CLERK, path=firms.own.unit.path)
    client.post(
        "/enterprises/risk/", {"risk": "high", "reason": "冬季", "chosen": [firms.own.pk, firms.other.pk]}
    )
    assert set(Enterprise.objects.values_list("risk", flat=True)) == {"low"}
