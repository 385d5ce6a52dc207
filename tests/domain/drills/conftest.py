"""The small zone with a drill prepared by its organiser."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.models import Drill
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from tests.factories import SmallZone, actor_with, kept, small_zone


@pytest.fixture
def park(db: None) -> SmallZone:
    return kept(small_zone)


@pytest.fixture
def duty(db: None) -> Actor:
    return actor_with(Role.DUTY_OFFICER, name="值班甲")


@pytest.fixture
def prepared(park: SmallZone, duty: Actor) -> Drill:
    """A drill of the whole zone at level II with two situations, at T+0 and T+45."""
    return prepare(park, duty)


def prepare(park: SmallZone, by: Actor, **more: object) -> Drill:
    """Prepare a drill; ``more`` changes what is told of it, ``unit`` its scope."""
    unit = more.pop("unit", park.zone)
    values = {"title": "秋季综合演练", "level": 2, "scenario": "一家企业报告发热聚集", **more}
    drill = drills.prepare_drill(unit=unit, data=drills.DrillData(**values), by=by)  # type: ignore[arg-type]
    for offset, target, code in ((0, "group", "testing"), (45, "post", "medical.head")):
        drills.add_inject(
            drill_id=drill.pk,
            data=drills.InjectData(offset, target, code, f"情况{offset}：请处置", f"行动{offset}"),
            by=by,
        )
    return drill


@pytest.fixture
def make(park: SmallZone, duty: Actor) -> Callable[..., Drill]:
    """Prepare further drills: ``make(blind=True)``."""
    return lambda **more: prepare(park, duty, **more)
