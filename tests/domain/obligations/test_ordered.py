"""An order to an enterprise is due until its contact confirms it, and owes nothing when it is moved or called off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingzhan.domain.measures import api as measures
from pingzhan.domain.obligations.models import Obligation
from pingzhan.domain.obligations.ordered import orders_changed
from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.enums import OrderState
from pingzhan.domain.orders.models import Order
from tests.domain.people.crowd import Park, build_park
from tests.factories import kept


@pytest.fixture
def park(db: None) -> Park:
    made = kept(build_park)
    version = measures.load_shipped(zone=made.zone, key="covid19-2022-05", by=made.root)
    order = measures.ForceOrder(
        version=version, posture="routine", basis="\u901a\u77e5", document="1\u53f7", reason="\u8bd5\u9a8c"
    )
    measures.put_in_force(order=order, by=made.root)
    return made


def give(park: Park, *, world: int = 0) -> Order:
    return orders.issue_order(
        zone=park.zone,
        to=orders.To.enterprise(park.firms[0].unit.pk),
        due_at=timezone.now() + timedelta(days=2),
        text="\u8bf7\u4f20\u8fbe\u901a\u77e5",
        by=park.root,
        world=world,
    )


def owed(order: Order) -> list[tuple[int, str, str]]:
    """Unit, state and what it was closed by of each thing due of the order."""
    rows = Obligation.objects.filter(subject_id=order.pk, demand__evidence="notice_confirm").order_by("pk")
    return list(rows.values_list("unit_id", "state", "ref_kind"))


def test_due_when_given_and_done_when_taken_on(park: Park) -> None:
    order, other = give(park), give(park)
    firm = park.firms[0].unit.pk
    assert owed(order) == owed(other) == [(firm, "open", "")]
    row = Obligation.objects.get(subject_id=order.pk, demand__evidence="notice_confirm")
    assert row.due_at - row.t0 == timedelta(hours=24)
    orders_changed(0, [(order.pk, OrderState.RECEIVED)])
    assert owed(order) == [(firm, "done", "work_order")]
    assert owed(other) == [(firm, "open", "")]


def test_an_order_told_again_while_it_waits_is_due_once(park: Park) -> None:
    order = give(park)
    # Told on a later day it would be due on a later day.
    row = Obligation.objects.get(subject_id=order.pk, demand__evidence="notice_confirm")
    Obligation.objects.filter(pk=row.pk).update(day=row.day.replace(day=11 if row.day.day == 10 else 10))
    orders_changed(0, [(order.pk, OrderState.OPEN)])
    assert [state for _unit, state, _ref in owed(order)] == ["open"]


def test_called_off_or_moved_owes_nothing(park: Park) -> None:
    order, other = give(park), give(park)
    orders.cancel_order(order_id=order.pk, reason="\u8bef\u53d1", by=park.root)
    assert [state for _unit, state, _ref in owed(order)] == ["done"]
    orders.move_order(
        order_id=other.pk, to=orders.To.enterprise(park.firms[1].unit.pk), note="\u6539\u6d3e", by=park.root
    )
    assert {unit: state for unit, state, _ref in owed(other)} == {
        park.firms[0].unit.pk: "done",
        park.firms[1].unit.pk: "open",
    }


def test_a_drill_and_an_unknown_order_owe_nothing(park: Park) -> None:
    order = give(park)
    Obligation.objects.filter(subject_id=order.pk).delete()
    orders_changed(1, [(order.pk, OrderState.OPEN)])
    orders_changed(0, [(0, OrderState.OPEN)])
    orders_changed(0, [])
    assert owed(order) == []


def test_many_orders_need_as_many_statements_as_one(park: Park) -> None:
    rows = [give(park) for _n in range(3)]
    Obligation.objects.all().delete()
    counts = []
    for some in (rows[:1], rows[1:]):
        with CaptureQueriesContext(connection) as seen:
            orders_changed(0, [(one.pk, OrderState.OPEN) for one in some])
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert all(len(owed(one)) == 1 for one in rows)
