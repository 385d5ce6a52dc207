"""The objects of the world that a gate is made of: a visit, an invitation, a vehicle, a permit, a meeting, a lot."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from pingzhan.domain.gate import api as gate
from pingzhan.domain.gate.enums import GoodsClass
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor


def gated(unit: Unit, root: Actor) -> dict[str, Any]:
    """Return the numbers of one of each at an enterprise."""
    now, who = clock.now(), "\u6c88\u767d"
    waiting = gate.invite(
        enterprise=unit,
        invitation=gate.Invitation(name=who, host="\u91c7\u8d2d\u90e8", t0=now, t1=now + timedelta(hours=2)),
        by=root,
    )
    visit = gate.admit_visitor(
        enterprise=unit,
        arrival=gate.Arrival(
            name=who,
            host="\u91c7\u8d2d\u90e8",
            phone="13900001111",
            temperature=Decimal("36.5"),
            health_code="green",
            travel_code="clear",
        ),
        by=root,
    ).visit
    entry = gate.admit_vehicle(
        enterprise=unit, truck=gate.Truck(plate="\u9c81M12345", driver=who), by=root
    ).entry
    assert visit is not None
    assert entry is not None
    listed = gate.permit(enterprise=unit, plate="\u9c81M12345", purpose="\u9001\u83dc", by=root)
    meeting = gate.hold_meeting(enterprise=unit, data=gate.MeetingData("\u4f8b\u4f1a", now, 3), by=root)
    lot = gate.register_lot(
        enterprise=unit,
        data=gate.LotData(GoodsClass.IMPORTED, "\u6728\u6599", "\u4e1c\u6e2f", Decimal(5)),
        by=root,
    )
    return {
        "gate_visit": visit.pk,
        "gate_vehicle": entry.pk,
        "appointment": waiting.pk,
        "visitor_pass": gate.pass_token(waiting),
        "permit": listed.pk,
        "gate_meeting": meeting.pk,
        "lot": lot.pk,
    }
