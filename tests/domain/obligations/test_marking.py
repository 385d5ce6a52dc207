"""The mark of a change of the measure sets stands and falls with the change, and waits for what is planned."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.models import Force, Slot
from pingzhan.domain.obligations.actions.following import mark_forces
from pingzhan.domain.obligations.models import Mark
from tests.factories import SmallZone


class Stopped(Exception):
    """The machine stops here."""


def order(park: SmallZone, **changes: Any) -> measures.ForceOrder:
    version = measures.load_shipped(zone=park.zone, key="covid19-2022-05", by=park.root)
    return measures.ForceOrder(
        version=version, posture="routine", basis="b", document="d", reason="r", **changes
    )


def test_the_mark_is_written_with_the_change_and_not_after_it(park: SmallZone) -> None:
    given = order(park)

    def stopped() -> None:
        with transaction.atomic():
            measures.put_in_force(order=given, by=park.root)
            seen.extend(Mark.objects.values_list("path", "kind"))
            raise Stopped

    seen: list[tuple[str, str]] = []
    with pytest.raises(Stopped):
        stopped()
    assert seen == [(park.zone.path, "set")]
    assert not Mark.objects.exists()
    force = measures.put_in_force(order=given, by=park.root)
    assert Mark.objects.get().at == force.starts_at
    measures.withdraw(force=force, reason="r", by=park.root)
    assert list(Mark.objects.order_by("id").values_list("at", flat=True)) == [
        force.starts_at,
        Force.objects.get().ended_at,
    ]
    assert mark_forces() == 0


def test_what_is_planned_is_marked_when_it_begins(park: SmallZone) -> None:
    now = timezone.now()
    plan = measures.put_in_force(order=order(park, starts_at=now + timedelta(hours=1)), by=park.root)
    assert mark_forces() == 0
    assert not Mark.objects.exists()
    begun = Slot.objects.create(zone=park.zone, hazard=plan.slot.hazard, posture="emergency")
    Force.objects.create(
        slot=begun,
        version=plan.version,
        basis="b",
        document="d",
        reason="r",
        starts_at=now - timedelta(hours=1),
        put_by_name="n",
    )
    assert mark_forces() == 1
    assert Mark.objects.get().at == now - timedelta(hours=1)
    assert mark_forces() == 0
