"""Two guards at once, and a step voided while a lot is being released."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from time import sleep
from typing import Any

import pytest
from django.db import Error, connection, transaction

from pingzhan.domain.gate import api
from pingzhan.domain.gate.enums import LotState, StepKind
from pingzhan.domain.gate.models import GoodsLot, LotStep, Passage, Visit
from pingzhan.kernel.errors import Conflict, DomainError, Invalid
from tests.domain.gate.conftest import STRICT, Ruled
from tests.domain.gate.stock import lot, made_ready, visitor
from tests.domain.people.crowd import Firm

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts at the same moment on connections of their own; return results and errors."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait(10)
            return act()
        except (DomainError, Error) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@contextmanager
def meanwhile(act: Callable[[], Any]) -> Iterator[tuple[Callable[[], None], list[Any]]]:
    """Give ``begin``, which runs ``act`` on another connection and returns once it waits there, and its result."""
    done: list[Any] = []

    def waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            return bool(cursor.fetchone() == (1,))

    with ThreadPoolExecutor(1) as pool:

        def begin() -> None:
            pool.submit(lambda: done.extend(together(act)))
            for _n in range(400):
                if waits():
                    return
                sleep(0.05)
            raise AssertionError(done)

        yield begin, done


def test_a_vehicle_that_is_voided_carries_no_goods(mill: Firm) -> None:
    truck = api.Truck(plate="\u9c81M12345", driver="\u53f6\u7693\u7136")
    entry = api.admit_vehicle(enterprise=mill.unit, truck=truck, by=mill.contact).entry
    assert entry is not None
    with meanwhile(lambda: lot(mill, vehicle_ids=(entry.pk,))) as (begin, done), transaction.atomic():
        api.void_vehicle(entry_id=entry.pk, by=mill.contact)
        begin()
    (refused,) = done
    assert isinstance(refused, Invalid)
    assert refused.place == "vehicles"


def test_receipts_of_the_same_code_do_not_wait_for_each_other_in_a_circle(mill: Firm) -> None:
    with meanwhile(lambda: lot(mill, code="Y")) as (begin, done), transaction.atomic():
        lot(mill, code="X", late=True)
        begin()
        lot(mill, code="Y", late=True)
    (refused,) = done
    assert isinstance(refused, Invalid)
    assert sorted(GoodsLot.objects.values_list("code", flat=True)) == ["X", "Y"]


def test_two_guards_sign_out_the_same_visitor(mill: Firm) -> None:
    visit = api.admit_visitor(enterprise=mill.unit, arrival=visitor(), by=mill.contact).visit
    assert visit is not None
    done = together(*[lambda: api.sign_out(visit_id=visit.pk, by=mill.contact)] * 4)
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "Conflict", "Conflict", "Visit"]
    assert Passage.objects.filter(visit_id=visit.pk, direction="out").count() == 1
    assert Visit.objects.get().t_out is not None


def test_the_same_plate_comes_in_once(mill: Firm) -> None:
    truck = api.Truck(plate="\u9c81M12345", driver="\u53f6\u7693\u7136")
    done = together(*[lambda: api.admit_vehicle(enterprise=mill.unit, truck=truck, by=mill.contact)] * 3)
    assert sum(isinstance(one, api.TruckAdmission) for one in done) == 1
    assert mill.unit.vehicle_entries.count() == 1


def test_a_lot_is_not_released_on_a_step_that_is_voided(mill: Firm, ruled: Ruled) -> None:
    ruled(goods=STRICT)
    made = made_ready(mill)
    step = LotStep.objects.get(lot=made, kind=StepKind.DISINFECTED)
    done = together(
        lambda: api.release_lot(lot_id=made.pk, by=mill.contact),
        lambda: api.void_step(step_id=step.pk, note="\u8bb0\u9519", by=mill.contact),
    )
    assert sum(isinstance(one, Conflict) for one in done) == 1
    made.refresh_from_db()
    voided = LotStep.objects.filter(voids=step).exists()
    assert (made.state == LotState.RELEASED) != voided
