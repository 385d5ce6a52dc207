"""The small zone with routine seats open, people who act on orders, and a short way to give one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from pingzhan.domain.command import api as command
from pingzhan.domain.orders import api
from pingzhan.domain.orders.models import Order
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.roles import Role
from tests.factories import SmallZone, actor_with, kept, small_zone

HOUR = timedelta(hours=1)
Give = Callable[..., Order]


def _published() -> SmallZone:
    park = small_zone()
    command.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    return park


@pytest.fixture
def park(db: None) -> SmallZone:
    return kept(_published)


@pytest.fixture
def duty(db: None) -> Actor:
    return actor_with(Role.DUTY_OFFICER, name="值班甲")


@pytest.fixture
def leader(db: None) -> Actor:
    return actor_with(Role.LEADER, name="领导乙")


@pytest.fixture
def now(db: None) -> datetime:
    return clock.now()


@pytest.fixture
def give(park: SmallZone, duty: Actor, now: datetime) -> Give:
    """Give an order to 医疗保障组, due in two days unless told otherwise; ``due`` counts hours from now."""

    def issue(**more: Any) -> Order:
        due = more.pop("due", 48)
        values: dict[str, Any] = {
            "zone": park.zone,
            "to": api.To.group("medical"),
            "text": "联系定点医院备好床位",
            "due_at": now + due * HOUR,
            "by": duty,
            **more,
        }
        return api.issue_order(**values)

    return issue


def him(park: SmallZone, name: str) -> Actor:
    """The actor of a person's own account."""
    person = park.people[name]
    person.refresh_from_db()
    return actor_of(person.account or park.person_account(name))


def fed(order: Order, by: Actor, **more: Any) -> Order:
    """The order after its lead has fed back."""
    return api.feed_back(order_id=order.pk, by=by, **{"text": "已落实", **more})
