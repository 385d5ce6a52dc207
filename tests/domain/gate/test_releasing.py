"""No path lets imported goods into the plant before their rule is met: actions here, and plain SQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, IntegrityError, connection, transaction

from pingzhan.domain.gate import api
from pingzhan.domain.gate.enums import LotState, StepKind
from pingzhan.domain.gate.models import GoodsLot, LotStep
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.kernel.errors import Conflict, DomainError, Invalid, NotFound, Refused
from tests.domain.gate.conftest import STRICT, Ruled
from tests.domain.gate.stock import lot, made_ready, store
from tests.domain.people.crowd import Firm, Park, acting


@pytest.fixture(autouse=True)
def _strict(ruled: Ruled) -> None:
    ruled(goods=STRICT)


def sql_release(made: GoodsLot) -> None:
    """What somebody with a database client would try."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gate_goodslot SET state = 'released', released_at = now() WHERE id = %s", [made.pk]
        )


def lacking(firm: Firm, what: str) -> GoodsLot:
    """A lot that lacks exactly one thing."""
    made = lot(
        firm,
        5 if what == "days" else 11,
        storage=None if what == "storage" else store(firm),
        inspection_no="" if what == "certificate" else "CIQ-1",
    )
    by = firm.contact
    if what != "disinfection":
        api.disinfect_lot(lot_id=made.pk, agent="\u6b21\u6c2f\u9178", by=by)
    if what != "test":
        api.note_test(lot_id=made.pk, report_no="R-1", negative=what != "positive", by=by)
    if what == "voided":
        step = LotStep.objects.get(lot=made, kind=StepKind.DISINFECTED)
        api.void_step(step_id=step.pk, note="\u8bb0\u9519\u4e86", by=by)
    made.refresh_from_db()
    return made


CASES = {
    "days": "\u9759\u7f6e\u671f\u672a\u6ee1",
    "storage": "\u5b58\u653e\u573a\u6240",
    "disinfection": "\u6d88\u6bd2\u8bb0\u5f55",
    "voided": "\u6d88\u6bd2\u8bb0\u5f55",
    "certificate": "\u68c0\u9a8c\u68c0\u75ab\u8bc1\u660e",
    "test": "\u68c0\u6d4b\u5408\u683c",
    "positive": "\u68c0\u6d4b\u4e0d\u5408\u683c",
}


@pytest.mark.parametrize("what", CASES)
def test_a_lot_that_lacks_one_thing_is_released_by_nobody(mill: Firm, what: str) -> None:
    made = lacking(mill, what)
    (row,) = api.lot_rows([made], clock.now())
    assert len(row.hindrances) == 1
    assert CASES[what] in row.hindrances[0]
    with pytest.raises(Conflict) as refused:
        api.release_lot(lot_id=made.pk, by=mill.contact)
    assert refused.value.hint == row.hindrances[0]
    with pytest.raises(Error, match=CASES[what]):
        sql_release(made)
    made.refresh_from_db()
    assert made.state != LotState.RELEASED


def test_a_lot_that_fulfils_its_rule_is_released_once(mill: Firm) -> None:
    made = made_ready(mill)
    api.release_lot(lot_id=made.pk, by=mill.contact, team=mill.teams[0])
    made.refresh_from_db()
    assert (made.state, made.rule_days, made.rule_set) == (LotState.RELEASED, 10, 7)
    assert made.released_at is not None
    assert list(made.steps.values_list("kind", flat=True)) == [
        "arrived", "stored", "disinfected", "test_negative", "released",
    ]  # fmt: skip
    for again in (api.release_lot, api.adopt_rule):
        with pytest.raises(Conflict):
            again(lot_id=made.pk, by=mill.contact)


def test_a_backdated_arrival_does_not_shorten_the_quarantine(mill: Firm) -> None:
    made = made_ready(mill, 20, late=True)
    (row,) = api.lot_rows([made], clock.now())
    assert made.counts_from == made.created_at - timedelta(hours=24)
    assert (row.days_left, len(row.hindrances)) == (9, 1)
    assert row.late
    assert row.late in row.hindrances[0]
    with pytest.raises(Conflict):
        api.release_lot(lot_id=made.pk, by=mill.contact)
    with pytest.raises(Error, match=CASES["days"]):
        sql_release(made)


def test_an_arrival_of_the_last_24_hours_counts_from_itself(mill: Firm) -> None:
    made = lot(mill, 0.9, late=True)
    (row,) = api.lot_rows([made], clock.now())
    assert made.counts_from == made.arrived_at
    assert row.late == ""


def test_plain_sql_registers_no_lot_in_the_past(mill: Firm) -> None:
    made = lot(mill, 2)
    values = {
        one.attname: getattr(made, one.attname) for one in GoodsLot._meta.concrete_fields if one.name != "id"
    }
    with pytest.raises(Error, match="\u767b\u8bb0\u65f6\u95f4"), transaction.atomic():
        GoodsLot.objects.create(**{**values, "code": "X", "state": "arrived", "storage_id": None})


@pytest.mark.parametrize(
    "change",
    [
        "arrived_at = arrived_at - interval '20 days'",
        "goods_class = 'domestic'",
        "rule_days = 0",
        "rule_test = false, rule_source = ''",
        "rule_days = 0, rule_at = now() + interval '1 s', state = 'released', released_at = now()",
        "released_at = now()",
        "code = 'X'",
    ],
)
def test_plain_sql_changes_no_rule_by_itself(mill: Firm, change: str) -> None:
    made = lot(mill, 2)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE gate_goodslot SET {change} WHERE id = %s", [made.pk])


def test_plain_sql_inserts_no_released_lot_and_deletes_none(mill: Firm) -> None:
    made = lot(mill, 2)
    values = {
        one.attname: getattr(made, one.attname) for one in GoodsLot._meta.concrete_fields if one.name != "id"
    }
    with pytest.raises(Error), transaction.atomic():
        GoodsLot.objects.create(**{**values, "code": "X", "state": "released", "released_at": clock.now()})
    with pytest.raises(Error), transaction.atomic():
        GoodsLot.objects.filter(pk=made.pk).delete()


def test_a_final_lot_and_its_steps_stay_as_they_are(mill: Firm) -> None:
    made = made_ready(mill)
    api.release_lot(lot_id=made.pk, by=mill.contact)
    step = LotStep.objects.filter(lot=made, kind=StepKind.DISINFECTED).get()
    with pytest.raises(Conflict):
        api.void_step(step_id=step.pk, note="\u6539\u4e3b\u610f", by=mill.contact)
    for change in (
        lambda: GoodsLot.objects.filter(pk=made.pk).update(quantity=1),
        lambda: LotStep.objects.filter(pk=step.pk).update(agent="x"),
        lambda: LotStep.objects.filter(pk=step.pk).delete(),
        lambda: LotStep.objects.create(lot=made, kind=StepKind.STORED, at=clock.now()),
    ):
        with pytest.raises(Error), transaction.atomic():
            change()


def test_steps_lie_between_arrival_and_now(mill: Firm) -> None:
    made = lot(mill, 2)
    for at in (made.arrived_at - timedelta(hours=1), clock.now() + timedelta(hours=1)):
        with pytest.raises(Invalid):
            api.disinfect_lot(lot_id=made.pk, agent="84", at=at, by=mill.contact)
        with pytest.raises(Error), transaction.atomic():
            LotStep.objects.create(lot=made, kind=StepKind.DISINFECTED, agent="84", at=at)


def test_a_shorter_rule_later_changes_only_lots_put_under_it(mill: Firm, ruled: Ruled) -> None:
    released = made_ready(mill)
    api.release_lot(lot_id=released.pk, by=mill.contact)
    waiting = lot(mill, 3, storage=released.storage, inspection_no="CIQ-2")
    ruled(goods=api.GoodsRule(0, False, False, False, "\u65b0\u89c4\u5b9a", 8))
    (row,) = api.lot_rows([waiting], clock.now())
    assert (row.days_left, row.ready) == (7, False)
    api.adopt_rule(lot_id=waiting.pk, by=mill.contact)
    with pytest.raises(Conflict):
        api.adopt_rule(lot_id=waiting.pk, by=mill.contact)
    api.release_lot(lot_id=waiting.pk, by=mill.contact)
    for made, rule in ((released, (10, 7)), (waiting, (0, 8))):
        made.refresh_from_db()
        assert (made.rule_days, made.rule_set, made.state) == (*rule, LotState.RELEASED)


def test_a_second_test_counts_and_a_voided_one_does_not(mill: Firm) -> None:
    made = made_ready(mill)
    api.note_test(lot_id=made.pk, report_no="R-2", negative=False, by=mill.contact)
    with pytest.raises(Conflict):
        api.release_lot(lot_id=made.pk, by=mill.contact)
    bad = LotStep.objects.get(lot=made, kind=StepKind.TEST_POSITIVE)
    api.void_step(step_id=bad.pk, note="\u62a5\u544a\u62ff\u9519", by=mill.contact)
    with pytest.raises(NotFound):
        api.void_step(step_id=bad.pk, note="\u62a5\u544a\u62ff\u9519", by=mill.contact)
    api.release_lot(lot_id=made.pk, by=mill.contact)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"quantity": 0}, "quantity"),
        ({"name": " "}, "name"),
        ({"origin": ""}, "origin"),
        ({"container_no": ""}, "container_no"),
        ({"arrived_at": "future"}, "arrived_at"),
        ({"arrived_at": "long ago"}, "arrived_at"),
        ({"vehicle_ids": (999_999,)}, "vehicles"),
    ],
)
def test_wrong_lots_are_refused_at_their_place(mill: Firm, fields: dict[str, Any], place: str) -> None:
    if fields.get("arrived_at") == "future":
        fields = {"arrived_at": clock.now() + timedelta(hours=1)}
    elif fields.get("arrived_at") == "long ago":
        fields = {"arrived_at": clock.now() - timedelta(days=61)}
    with pytest.raises(Invalid) as refused:
        lot(mill, **fields)
    assert refused.value.place == place


def test_cold_chain_goods_lie_in_a_cold_store_of_the_enterprise(mill: Firm, forge: Firm) -> None:
    for wrong in (store(mill, SiteKind.WAREHOUSE, "S1"), store(forge), mill.canteen):
        with pytest.raises(Invalid) as refused:
            lot(mill, storage=wrong)
        assert refused.value.place == "storage"
    made = lot(mill)
    foreign = store(forge, code="K2")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        GoodsLot.objects.filter(pk=made.pk).update(storage=foreign)


def test_codes_are_counted_by_day_and_unique(mill: Firm, forge: Firm) -> None:
    first, second, other = lot(mill), lot(mill), lot(forge)
    assert (first.code[-3:], second.code[-3:], other.code[-3:]) == ("-01", "-02", "-01")
    with pytest.raises(Invalid):
        lot(mill, code=first.code)
    api.withdraw_lot(lot_id=first.pk, note="\u91cd\u590d", by=mill.contact)
    lot(mill, code=first.code)


def test_rejecting_needs_a_reason(mill: Firm) -> None:
    made = lot(mill)
    with pytest.raises(Invalid):
        api.reject_lot(lot_id=made.pk, note="", by=mill.contact)
    api.reject_lot(lot_id=made.pk, note="\u9000\u8fd0", by=mill.contact)
    with pytest.raises(Error):
        sql_release(made)


def refused_actors(park: Park, mill: Firm, forge: Firm) -> list[tuple[Actor, type[DomainError]]]:
    return [
        (forge.contact, NotFound),
        (acting(Role.GATE_GUARD, mill.unit.path), NotFound),
        (acting(Role.OFFICIAL, park.zone.path), NotFound),
        (acting(Role.AUDITOR, "/"), NotFound),
        (acting(Role.DUTY_OFFICER, park.zone.path), Refused),
        (acting(Role.LEADER, park.zone.path), Refused),
    ]


def test_who_may_not_release(park: Park, mill: Firm, forge: Firm) -> None:
    made = made_ready(mill)
    for by, error in refused_actors(park, mill, forge):
        with pytest.raises(error):
            api.release_lot(lot_id=made.pk, by=by)
        assert api.lots_visible_to(by).filter(pk=made.pk).exists() == (error is Refused)
