"""What happens at the gate closes what the notice's own measures ask for today, and opens it again when withdrawn."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pingzhan.domain.gate import api
from pingzhan.domain.gate.enums import GoodsClass, MarkKind
from pingzhan.domain.gate.models import VehicleEntry
from pingzhan.domain.measures import api as measures
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation import clock
from tests.domain.dawn import dawn
from tests.domain.gate.stock import lot, store, visitor
from tests.domain.people.crowd import Firm, Park


@pytest.fixture(autouse=True)
def _in_force(park: Park, mill: Firm) -> None:
    Enterprise.objects.create(
        unit=mill.unit, credit_code="91371621MA3C00001A", industry="14", imported_goods=True, cold_chain=True
    )
    version = measures.load_shipped(zone=park.zone, key="covid19-2022-05", by=park.root)
    order = measures.ForceOrder(
        version=version, posture="routine", basis="\u901a\u77e5", document="1\u53f7", reason="\u8bd5\u9a8c"
    )
    measures.put_in_force(order=order, by=park.root)


def waiting(firm: Firm, evidence: str) -> int:
    """How many obligations of this evidence still wait today."""
    return sum(
        str(due.evidence) == evidence and due.state in ("open", "late")
        for due in obligations.today(firm.unit.pk)
    )


def test_a_visit_or_the_word_that_there_was_none(mill: Firm) -> None:
    assert waiting(mill, "visitors") == 1
    assert api.mark_none(enterprise=mill.unit, kind=MarkKind.NO_VISITORS, by=mill.contact) == 1
    assert waiting(mill, "visitors") == 0
    health = {"temperature": Decimal("36.5"), "health_code": "green", "travel_code": "clear"}
    visit = api.admit_visitor(enterprise=mill.unit, arrival=visitor(**health), by=mill.contact).visit
    assert waiting(mill, "visitors") == 0
    assert visit is not None
    api.void_visit(visit_id=visit.pk, by=mill.contact)
    assert waiting(mill, "visitors") == 1


def test_a_vehicle_closes_the_checks_of_the_gate(mill: Firm) -> None:
    before = waiting(mill, "gate_check")
    assert before
    entry = api.admit_vehicle(
        enterprise=mill.unit, truck=api.Truck(plate="\u9c81M12345", driver="\u53f6\u7693"), by=mill.contact
    ).entry
    assert entry is not None
    assert waiting(mill, "gate_check") == 0
    api.void_vehicle(entry_id=entry.pk, by=mill.contact)
    assert waiting(mill, "gate_check") == before


def test_a_lot_of_imported_goods_is_a_duty_until_it_lies_still_and_clean(mill: Firm) -> None:
    assert waiting(mill, "goods") == 0
    lot(mill, goods_class=GoodsClass.DOMESTIC)
    assert waiting(mill, "goods") == 0
    made = lot(mill, inspection_no="CIQ-1")
    assert waiting(mill, "goods") == 2
    api.store_lot(lot_id=made.pk, store=store(mill, SiteKind.COLD_STORE), by=mill.contact)
    assert waiting(mill, "goods") == 2
    api.disinfect_lot(lot_id=made.pk, agent="84", by=mill.contact)
    assert waiting(mill, "goods") == 0
    step = made.steps.get(kind="disinfected")
    api.void_step(step_id=step.pk, note="\u8bb0\u9519", by=mill.contact)
    assert waiting(mill, "goods") == 2
    api.reject_lot(lot_id=made.pk, note="\u9000\u8fd0", by=mill.contact)
    assert waiting(mill, "goods") == 0


def test_a_truck_of_the_night_does_not_keep_the_day_after_from_saying_that_there_was_none(
    mill: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    truck = api.Truck(plate="\u9c81M12345", driver="\u53f6\u7693")
    entry = api.admit_vehicle(enterprise=mill.unit, truck=truck, by=mill.contact).entry
    assert entry is not None
    night = dawn(monkeypatch, clock.now())
    VehicleEntry.objects.update(t_in=night, t_out=night)
    assert api.mark_none(enterprise=mill.unit, kind=MarkKind.NO_GOODS, by=mill.contact) == 1
    day = obligations.business_now()[1]
    assert api.marked(mill.unit, MarkKind.NO_GOODS, day)
    assert api.admit_vehicle(enterprise=mill.unit, truck=truck, by=mill.contact).entry is not None
    assert not api.marked(mill.unit, MarkKind.NO_GOODS, day)


def test_another_meeting_of_the_day_stands_in_for_one_that_was_not_held(mill: Firm) -> None:
    before = waiting(mill, "meetings")
    assert before
    data = api.MeetingData("\u65e9\u4f1a", clock.now(), 3)
    first, second = (api.hold_meeting(enterprise=mill.unit, data=data, by=mill.contact) for _n in range(2))
    assert waiting(mill, "meetings") == 0
    api.cancel_meeting(meeting_id=first.pk, by=mill.contact)
    assert waiting(mill, "meetings") == 0
    api.cancel_meeting(meeting_id=second.pk, by=mill.contact)
    assert waiting(mill, "meetings") == before
