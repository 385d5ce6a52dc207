"""A small zone and people who may and may not change it."""

from __future__ import annotations

import pytest

from pingzhan.domain.territory import api
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.access.roles import Role


@pytest.fixture
def root() -> Actor:
    return system_actor("测试")


@pytest.fixture
def zone(db: None, root: Actor) -> Unit:
    return api.create_unit(kind=UnitKind.ZONE, code="TZ", name="试验开发区", parent=None, by=root)


@pytest.fixture
def east(zone: Unit, root: Actor) -> Unit:
    return api.create_unit(kind=UnitKind.AREA, code="TZ-E", name="东片区", parent=zone, by=root)


@pytest.fixture
def mill(east: Unit, root: Actor) -> Unit:
    return api.create_unit(
        kind=UnitKind.ENTERPRISE, code="TZ-E-1", name="试验面粉厂", parent=east, by=root, headcount=40
    )


def with_role(role: Role, path: str = "/") -> Actor:
    """An actor with one role."""
    return Actor(kind="user", user_id=None, person_id=None, name="某人", grants=((role, path),))
