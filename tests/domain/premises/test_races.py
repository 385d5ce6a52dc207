"""The contact writes while the reviewer decides."""

from __future__ import annotations

from threading import Event

import pytest

from pingzhan.domain.premises import api
from pingzhan.domain.premises.actions import common
from pingzhan.domain.premises.enums import PlanKind, PlanState
from pingzhan.domain.premises.models import Plan
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Conflict
from tests.domain.gate.test_races import together
from tests.domain.people.crowd import Firm
from tests.domain.premises.samples import plan

pytestmark = pytest.mark.django_db(transaction=True)


def test_saving_and_deciding_at_once_do_not_wait_for_each_other(
    mill: Firm, duty_officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = api.save_plan(enterprise=mill.unit, kind=PlanKind.PREVENTION, data=plan(), by=mill.contact)
    api.submit_plan(plan_id=row.pk, by=mill.contact)
    lock, saving, deciding = common.one_at_a_time, Event(), Event()

    def save() -> Plan:
        return api.save_plan(enterprise=mill.unit, kind=PlanKind.PREVENTION, data=plan(), by=mill.contact)

    def decide() -> Plan:
        saving.wait(5)
        return api.decide_plan(plan_id=row.pk, approve=True, by=duty_officer)

    def held(unit: Unit) -> None:
        if saving.is_set():
            deciding.set()
            lock(unit)
        else:
            lock(unit)
            saving.set()
            deciding.wait(5)

    monkeypatch.setattr(common, "one_at_a_time", held)
    saved, decided = together(save, decide)
    assert isinstance(saved, Conflict)
    assert isinstance(decided, Plan)
    assert decided.state == PlanState.APPROVED
