"""Boards: each number is what the list behind it shows, one query each, and files hold the rows of the screen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from pingzhan.domain.orders import api
from pingzhan.domain.orders.listing import ORDERS
from pingzhan.domain.orders.models import Order
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.exports.listing import lines
from tests.domain.orders.conftest import HOUR, Give, fed, him
from tests.factories import SmallZone, actor_with


@pytest.fixture
def spread(park: SmallZone, give: Give, now: datetime, duty: Actor, leader: Actor) -> dict[str, Order]:
    """One order of each kind a board tells apart."""
    made = {
        "green": give(due=240),
        "yellow": give(due=4, given_at=now - 20 * HOUR),
        "late": give(due=-2, given_at=now - 20 * HOUR, to=api.To.group("response")),
        "fed": give(),
        "checked": give(),
        "closed": give(due=-2, given_at=now - 20 * HOUR),
        "gone": give(),
        "drill": give(world=4),
    }
    head = him(park, "简而清")
    for name in ("fed", "checked", "closed"):
        fed(made[name], head)
    for name in ("checked", "closed"):
        api.check_feedback(order_id=made[name].pk, ok=True, by=duty)
    api.close_order(order_id=made["closed"].pk, by=leader)
    api.cancel_order(order_id=made["gone"].pk, reason="不办", by=duty)
    return made


def test_counts(
    park: SmallZone, spread: dict[str, Order], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        board = api.board(park.zone)
    assert board == api.Board(
        live=5, working=3, overdue=1, soon=1, to_check=1, to_close=1, unreceived=3, closed_week=1
    )
    assert board.live == board.working + board.to_check + board.to_close
    with django_assert_num_queries(1):
        groups = api.overdue_by_group(park.zone)
    assert [(one.code, one.live, one.overdue, one.soon) for one in groups] == [
        ("response", 1, 1, 0), ("medical", 4, 0, 1),
    ]  # fmt: skip
    with django_assert_num_queries(1):
        assert list(api.pressing(park.zone)) == [spread["late"], spread["yellow"]]
    assert list(api.overdue(park.zone)) == [spread["late"]]
    assert list(api.due_soon(park.zone)) == [spread["yellow"]]


@pytest.mark.parametrize(
    ("show", "names"),
    [
        ("", ["late", "yellow", "green", "fed", "checked"]),
        ("overdue", ["late"]),
        ("soon", ["yellow"]),
        ("check", ["fed", "checked"]),
        ("closed", ["gone", "closed"]),
        ("issued", ["late", "yellow", "green", "fed", "checked", "gone", "closed"]),
        ("mine", []),
        ("nonsense", ["late", "yellow", "green", "fed", "checked"]),
    ],
)
def test_what_each_list_shows(spread: dict[str, Order], duty: Actor, show: str, names: list[str]) -> None:
    found = {order.pk for order in api.rows(duty, {"show": show})}
    assert found == {spread[name].pk for name in names}


def test_mine_and_my_group(park: SmallZone, spread: dict[str, Order]) -> None:
    head, member = him(park, "蓝田玉"), him(park, "任知秋")
    assert list(api.rows(head, {"show": "mine"})) == [spread["late"]]
    assert (list(api.rows(member, {"show": "mine"})), list(api.rows(member, {"show": "group"}))) == (
        [], [spread["late"]],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"group": "response"}, ["late"]),
        ({"q": "应急处置"}, ["late"]),
        ({"q": "没有这样的事"}, []),
        ({"q": "3"}, ["late"]),
        ({"q": "99999999999999"}, []),
        ({"world": "4"}, ["drill"]),
        ({"world": "4", "show": "closed"}, []),
        ({"batch": "1"}, []),
    ],
)
def test_filters(spread: dict[str, Order], duty: Actor, params: dict[str, str], names: list[str]) -> None:
    assert {order.pk for order in api.rows(duty, params)} == {spread[name].pk for name in names}


def test_files_hold_the_rows_of_the_screen(spread: dict[str, Order], duty: Actor) -> None:
    out = list(lines(ORDERS, api.rows(duty, {"show": "closed"}), whole=False))
    keys = [column.key for column in ORDERS.columns]
    rows = [dict(zip(keys, line, strict=True)) for line in out]
    assert {row["state"] for row in rows} == {"已销号", "已撤销"}
    closed = next(row for row in rows if row["state"] == "已销号")
    for key in ("issued_at", "due_at", "received_at", "fed_back_at", "checked_at", "ended_at"):
        assert closed[key] is not None
    assert (closed["checked_by"], closed["ended_by"], closed["feedback"]) == ("值班甲", "领导乙", "已落实")
    assert spread["closed"].number_text == closed["number"]


OUTSIDE = (Role.GATE_GUARD, Role.SAMPLER, Role.LABORATORY)
NO_LIST = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR, Role.PRIVACY_OFFICER, *OUTSIDE}


@pytest.mark.parametrize("role", list(Role))
def test_who_has_a_list_to_take_out(db: Any, role: Role) -> None:
    assert ORDERS.may(actor_with(role)) == (role not in NO_LIST)


def test_owners_cost_the_same_for_one_and_for_three(
    park: SmallZone, give: Give, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = [give(), give(to=api.To.enterprise(park.firms[0].pk)), give(to=api.To.post("testing.head"))]
    with django_assert_num_queries(2):
        api.owners_of(made[:1])
    with django_assert_num_queries(3):
        api.owners_of(made)
