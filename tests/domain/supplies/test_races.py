"""Two people at one shelf, on connections of their own."""

from __future__ import annotations

from uuid import uuid4

import pytest

from pingzhan.domain.supplies import api
from pingzhan.domain.supplies.enums import MoveKind
from pingzhan.domain.supplies.models import Batch, Entry, Purchase, StockCheck
from pingzhan.kernel.errors import Conflict
from tests.domain.gate.test_races import together
from tests.domain.people.crowd import Firm
from tests.domain.supplies.shelf import out, put, sheet, slip, there

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_takers_cannot_take_the_same_masks(mill: Firm) -> None:
    put(mill, "mask", 60, code="A", expires=10)
    put(mill, "mask", 40, code="B", expires=20)
    done = together(*[lambda: out(mill, "mask", 70)] * 4)
    assert sum(isinstance(one, Entry) for one in done) == 1
    assert sum(isinstance(one, Conflict) for one in done) == 3
    assert there(mill, "mask") == {"A": 0, "B": 30}


def test_many_takers_leave_what_they_did_not_take(mill: Firm) -> None:
    put(mill, "mask", 100, code="A", expires=10)
    done = together(*[lambda: out(mill, "mask", 15)] * 8)
    taken = sum(isinstance(one, Entry) for one in done)
    assert taken == 6
    assert there(mill, "mask") == {"A": 10}


def test_the_same_new_batch_comes_in_twice_at_once(mill: Firm) -> None:
    done = together(*[lambda: put(mill, "mask", 5, code="N", expires=30)] * 4)
    assert all(isinstance(one, Entry) for one in done)
    assert Batch.objects.count() == 1
    assert there(mill, "mask") == {"N": 20}


def test_one_form_sent_twice_at_once_is_written_once(mill: Firm) -> None:
    form = slip()

    def send() -> Entry:
        return api.receive(
            enterprise=mill.unit, receipts=[api.Receipt("mask", 5)], slip=form, by=mill.contact
        )

    together(send, send, send)
    assert there(mill, "mask") == {"": 5}


def test_a_count_and_a_taker(mill: Firm) -> None:
    put(mill, "mask", 10, code="A")
    lines = sheet(mill, A=8)
    done = together(
        lambda: api.count(enterprise=mill.unit, counted=lines, key=uuid4(), by=mill.contact),
        lambda: out(mill, "mask", 10),
    )
    counted = any(isinstance(one, StockCheck) for one in done)
    took = any(isinstance(one, Entry) for one in done)
    assert counted != took
    assert there(mill, "mask") == {"A": 8 if counted else 0}


def test_an_entry_is_reversed_once(mill: Firm) -> None:
    put(mill, "mask", 10)
    gone = out(mill, "mask", 4)
    done = together(*[lambda: api.reverse(entry_id=gone.pk, reason="x", key=uuid4(), by=mill.contact)] * 3)
    assert sum(isinstance(one, Entry) for one in done) == 1
    assert there(mill, "mask") == {"": 10}


def test_one_draft_however_many_ask(mill: Firm) -> None:
    done = together(*[lambda: api.draft(enterprise=mill.unit, by=mill.contact)] * 3)
    assert {type(one) for one in done} == {Purchase}
    assert Purchase.objects.count() == 1


def test_discarded_and_taken_at_once(mill: Firm) -> None:
    put(mill, "suit", 3, code="A", expires=5)
    together(
        lambda: out(mill, "suit", 2),
        lambda: out(mill, "suit", 2, kind=MoveKind.DISCARDED, note="\u7834"),
    )
    assert there(mill, "suit") == {"A": 1}
