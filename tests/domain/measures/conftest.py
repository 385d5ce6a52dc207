"""A small zone with the shipped COVID-19 set in force for both postures."""

from __future__ import annotations

import pytest

from pingzhan.domain.command.enums import Posture
from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.models import SetVersion
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from tests.factories import SmallZone, kept, small_zone

COVID = "covid19-2022-05"
COUNTY = measures.Decision(
    body="试验县人民政府", document="试政发〔2022〕5号", explanation="已比较较轻的措施"
)
DECIDED = (
    "test.everyone",
    "test.key-groups",
    "gatherings.stop",
    "production.closed-loop",
    "production.stop",
)


def put(zone: Unit, key: str, posture: str, by: Actor, **decisions: measures.Decision) -> SetVersion:
    """Put a shipped set in force with the given decisions."""
    version = measures.load_shipped(zone=zone, key=key, by=by)
    order = measures.ForceOrder(
        version=version,
        posture=posture,
        basis="传染病防治法第六条",
        document="试管发〔2022〕8号",
        reason="贯彻通知要求",
        decisions=decisions,
    )
    measures.put_in_force(order=order, by=by)
    return version


@pytest.fixture
def park(db: None) -> SmallZone:
    return kept(small_zone)


@pytest.fixture
def guarded(park: SmallZone) -> SmallZone:
    for posture in Posture.values:
        put(park.zone, COVID, posture, park.root, **dict.fromkeys(DECIDED, COUNTY))
    return park
