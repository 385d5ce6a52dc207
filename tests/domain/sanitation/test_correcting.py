"""Corrections keep the old row, and open again what it had completed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.sanitation import api
from pingzhan.domain.sanitation.enums import Kind
from pingzhan.domain.sanitation.models import Record
from pingzhan.foundation import clock
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from tests.domain.people.crowd import Firm
from tests.domain.sanitation.conftest import area, round_data, states


def test_a_voided_record_opens_the_duty_whoever_closed_it(mill: Firm, owed: None) -> None:
    first, second = area(mill, "A"), area(mill, "B")
    obligations.today(mill.unit.pk)
    api.enter_round(enterprise=mill.unit, data=round_data(first), by=mill.contact)
    api.enter_round(enterprise=mill.unit, data=round_data(second), by=mill.contact)
    assert (states(mill)["disinfection"], states(mill)["full"]) == ("done", "done")
    early = Record.objects.get(area=first)
    with pytest.raises(Invalid) as silent:
        api.void_record(record_id=early.pk, reason=" ", by=mill.contact)
    assert silent.value.place == "reason"
    api.void_record(record_id=early.pk, reason="x", by=mill.contact)
    assert (states(mill)["disinfection"], states(mill)["full"]) == ("open", "open")
    early.refresh_from_db()
    assert early.voided_at is not None
    with pytest.raises(Conflict):
        api.void_record(record_id=early.pk, reason="x", by=mill.contact)
    api.enter_round(enterprise=mill.unit, data=round_data(first), by=mill.contact)
    assert (states(mill)["disinfection"], states(mill)["full"]) == ("done", "done")


def test_a_correction_is_a_row_of_its_own(mill: Firm, owed: None) -> None:
    only = area(mill, "A")
    obligations.today(mill.unit.pk)
    api.enter_round(enterprise=mill.unit, data=round_data(only), by=mill.contact)
    old = Record.objects.get()
    words: dict[str, Any] = {"reason": "x", "agent": "chlorine", "by": mill.contact}
    with pytest.raises(Invalid):
        api.correct_record(record_id=old.pk, at=old.at, strength=Decimal(1), **words)
    new = api.correct_record(record_id=old.pk, at=old.at, strength=Decimal(1000), **words)
    old.refresh_from_db()
    assert (old.strength, old.void_reason, old.voided_by) == (Decimal(500), "x", mill.contact.name)
    assert (new.replaces_id, new.strength, new.round) == (old.pk, Decimal(1000), old.round)
    assert states(mill)["disinfection"] == "done"
    with pytest.raises(Conflict):
        api.correct_record(record_id=old.pk, at=old.at, strength=Decimal(1000), **words)


def test_a_correction_to_another_day_opens_today_again(mill: Firm, owed: None) -> None:
    only = area(mill, "A")
    obligations.today(mill.unit.pk)
    api.enter_round(enterprise=mill.unit, data=round_data(only), by=mill.contact)
    old = Record.objects.get()
    new = api.correct_record(
        record_id=old.pk,
        at=old.at - timedelta(days=1),
        agent="alcohol",
        strength=Decimal(75),
        reason="x",
        by=mill.contact,
    )
    assert new.day == old.day - timedelta(days=1)
    assert states(mill)["disinfection"] == "open"
    again = api.enter_round(enterprise=mill.unit, data=round_data(only), by=mill.contact)
    assert again.stored == 1
    with pytest.raises(Conflict) as taken:
        api.correct_record(record_id=new.pk, at=old.at, agent="heat", reason="x", by=mill.contact)
    assert taken.value.place == "at"


def test_a_record_of_another_enterprise_is_not_there(mill: Firm, forge: Firm) -> None:
    only = area(mill, "A")
    api.enter_lines(
        enterprise=mill.unit,
        kind=Kind.VENTILATION,
        lines=[api.Line(only.pk, clock.now(), minutes=30)],
        by=mill.contact,
    )
    made = Record.objects.get()
    with pytest.raises(NotFound):
        api.void_record(record_id=made.pk, reason="x", by=forge.contact)
    with pytest.raises(NotFound):
        api.correct_record(record_id=made.pk, at=made.at, minutes=30, reason="x", by=forge.contact)
