"""Two at once: an end against a situation, a start against an order in earnest (failure case 25)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import OperationalError, connection, connections, transaction

from pingzhan.domain.command import api as command
from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.models import Drill, Inject
from pingzhan.domain.orders.enums import LIVE_STATES
from pingzhan.domain.orders.models import Order
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from tests.domain.drills.conftest import prepare
from tests.factories import SmallZone, actor_with, small_zone

pytestmark = pytest.mark.concurrency
T = TypeVar("T")


@pytest.fixture
def zone(transactional_db: None) -> SmallZone:
    return small_zone()


@pytest.fixture
def officer(transactional_db: None) -> Actor:
    return actor_with(Role.DUTY_OFFICER, name="值班甲")


def beside(call: Callable[[], T]) -> T:
    """Return what the call returns on a connection of its own that waits for no lock."""

    def run() -> T:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def test_nothing_is_handed_out_while_a_drill_ends(zone: SmallZone, officer: Actor) -> None:
    drill = drills.start_drill(drill_id=prepare(zone, officer).pk, by=officer)
    later = Inject.objects.get(drill=drill, offset_min=45)
    with transaction.atomic():
        drills.end_drill(drill_id=drill.pk, by=officer)
        assert beside(drills.inject_due) == 0
        with pytest.raises(OperationalError):
            beside(lambda: drills.fire_inject(inject_id=later.pk, by=officer))
    assert drills.inject_due() == 0
    assert not Order.objects.filter(world=drill.world or -1, state__in=LIVE_STATES).exists()


def test_case_25_a_drill_does_not_start_beside_an_order_in_earnest(zone: SmallZone, officer: Actor) -> None:
    drill = prepare(zone, officer)
    with transaction.atomic():
        command.lock_world(0)
        with pytest.raises(OperationalError):
            beside(lambda: drills.start_drill(drill_id=drill.pk, by=officer))
    assert Drill.objects.get(pk=drill.pk).world is None
