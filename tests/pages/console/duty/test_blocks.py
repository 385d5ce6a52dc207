"""Blocks of 值班台 that other modules fill: duty, orders, reports, drills, plan age."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.models import Order
from pingzhan.domain.roster import api as roster
from pingzhan.foundation.access.roles import Role
from tests.factories import SmallZone
from tests.pages.console.conftest import SignIn


def give(zone: SmallZone, n: int = 1) -> None:
    """Give orders that ran late in the last minutes, the first the longest."""
    given = [
        orders.issue_order(
            zone=zone.zone,
            title=f"备好床位{i}",
            to=orders.To.group("medical"),
            due_at=timezone.now() + timedelta(hours=1),
            by=zone.root,
        )
        for i in range(n)
    ]
    with connection.cursor() as cursor:
        # what is fixed once given moves into the past with the order
        cursor.execute("SET LOCAL session_replication_role = replica")
        for i, order in enumerate(given):
            past = timezone.now() - timedelta(minutes=n - i)
            Order.objects.filter(pk=order.pk).update(
                issued_at=past - timedelta(hours=1), yellow_at=past, due_at=past, first_due_at=past
            )
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_orders_stand_by_group_and_one_by_one(emergency: SmallZone, sign_in: SignIn) -> None:
    give(emergency, 2)
    block = sign_in(Role.DUTY_OFFICER).get("/duty/").context["board"].orders
    assert [line.title for line in block.lines] == ["备好床位0", "备好床位1"]
    assert [(group.live, group.overdue) for group in block.groups] == [(2, 2)]


def test_reports_due_are_counted_down(emergency: SmallZone, sign_in: SignIn) -> None:
    answer = sign_in(Role.DUTY_OFFICER).get("/duty/")
    board = answer.context["board"]
    shown = "下次报告" in answer.content.decode()
    assert shown == (board.reports.next_at is not None)


def test_every_order_in_force_is_named_with_its_document(emergency: SmallZone, sign_in: SignIn) -> None:
    board = sign_in(Role.DUTY_OFFICER).get("/duty/").context["board"]
    assert [(one.name, one.basis) for one in board.orders_in_force] == [
        (emergency.zone.name, "试发〔2026〕1号")
    ]


def test_nobody_rostered_is_said_and_the_desk_is_never_without_a_name(
    world: SmallZone, sign_in: SignIn
) -> None:
    answer = sign_in(Role.DUTY_OFFICER).get("/duty/")
    cell = answer.context["board"].command[-1]
    assert cell.role == "值班长"
    assert cell.name
    assert "值班表没有排到人" in answer.content.decode()


def test_who_is_rostered_stands_on_the_desk(world: SmallZone, sign_in: SignIn) -> None:
    now = timezone.now()
    for seat, name in ((0, "安若水"), (1, "葛明达")):
        roster.add_shift(
            zone=world.zone,
            seat=seat,
            t0=now - timedelta(hours=1),
            t1=now + timedelta(hours=5),
            person=world.people[name],
            reason="试验",
            by=world.root,
        )
    board = sign_in(Role.DUTY_OFFICER).get("/duty/").context["board"]
    assert [(cell.role, cell.name) for cell in board.command[-2:]] == [
        ("带班领导", "安若水"),
        ("值班员", "葛明达"),
    ]


def test_routine_shows_drills_plan_age_and_duty_gaps(world: SmallZone, sign_in: SignIn) -> None:
    answer = sign_in(Role.DUTY_OFFICER).get("/duty/")
    practice = answer.context["board"].practice
    assert (practice.drill, practice.plan_days, practice.actions_count) == ("", 0, 0)
    text = answer.content.decode()
    words = ("还没有演练过", "72 小时值班缺口", "组织架构发布", "预演")
    assert [word in text for word in words] == [True] * 4


@pytest.mark.parametrize("given", [1, 3])
def test_orders_do_not_cost_queries(
    emergency: SmallZone, sign_in: SignIn, given: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    give(emergency, given)
    client = sign_in(Role.DUTY_OFFICER)
    client.get("/duty/")
    with django_assert_num_queries(36):
        client.get("/duty/fragment/")
