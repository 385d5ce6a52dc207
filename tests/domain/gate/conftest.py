"""A park with two enterprises, a guard, and rules that a test sets itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pingzhan.domain.gate import standards
from pingzhan.domain.gate.actions import closing, lots, visiting
from pingzhan.domain.gate.standards import GoodsRule, Standard
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from tests.domain.people.crowd import Firm, Park, acting, build_park
from tests.factories import kept

STRICT = GoodsRule(
    days=10, disinfection=True, test=True, certificate=True, source="\u8bd5\u9a8c\u89c4\u5b9a", set_version=7
)
Ruled = Callable[..., None]


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def mill(park: Park) -> Firm:
    return park.firms[0]


@pytest.fixture
def forge(park: Park) -> Firm:
    return park.firms[1]


@pytest.fixture
def guard(mill: Firm) -> Actor:
    return acting(Role.GATE_GUARD, mill.unit.path)


@pytest.fixture
def ruled(monkeypatch: pytest.MonkeyPatch) -> Ruled:
    """Return ``ruled(goods=..., **standard)``: from then on these hold, as measures in force would have it."""

    def put(goods: GoodsRule | None = None, **standard: Any) -> None:
        now = Standard(**standard)
        for module in (standards, visiting, closing):
            monkeypatch.setattr(module, "standard_of", lambda unit: now)
        if goods is not None:
            monkeypatch.setattr(lots, "goods_rule", lambda unit, goods_class: goods)

    return put
