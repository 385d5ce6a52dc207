"""The small zone, the people who act in it, and the check of all invariants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pingzhan.domain.command import api
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from tests.factories import SmallZone, actor_with, kept, small_zone


@pytest.fixture
def park(db: None) -> SmallZone:
    return kept(small_zone)


@pytest.fixture
def duty(db: None) -> Actor:
    return actor_with(Role.DUTY_OFFICER, name="值班甲")


def order(park: SmallZone, level: int = 2, key: str = "k1", **more: Any) -> api.SwitchOrder:
    """An order for the whole zone unless told otherwise."""
    values: dict[str, Any] = {"unit": park.zone, "reason": "演练用例", "basis": "测〔2026〕1号", **more}
    return api.SwitchOrder(key=key, level=level, **values)


def ending(park: SmallZone, key: str = "e1", **more: Any) -> api.StandDown:
    """A stand-down of the whole zone unless told otherwise."""
    values: dict[str, Any] = {"unit": park.zone, "reason": "疫情解除", **more}
    return api.StandDown(key=key, **values)


def offending() -> dict[str, Any]:
    """All invariants that do not hold, with their rows."""
    return {check.id: check.rows for check in api.check_all() if not check.holds}


@pytest.fixture
def sound(db: None) -> Callable[[], None]:
    """Call it after a change: fails with the offending rows."""

    def check() -> None:
        assert offending() == {}

    return check
