"""A small zone and people who may and may not change it."""

from __future__ import annotations

from datetime import time
from random import Random

import pytest

from pingzhan.config.demo.firms import credit_code
from pingzhan.domain.territory import api
from pingzhan.domain.territory.enums import SiteKind, UnitKind
from pingzhan.domain.territory.models import Enterprise, Shift, Site, Unit
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


@pytest.fixture
def file(mill: Unit, root: Actor) -> Enterprise:
    """The mill with its file."""
    return api.register_enterprise(unit=mill, data=about(name=mill.name, headcount=40), by=root)


@pytest.fixture
def bakery(east: Unit, root: Actor) -> Enterprise:
    """A second enterprise with a file."""
    return api.register_enterprise(parent=east, code="TZ-E-2", data=about(2, name="试验糕点厂"), by=root)


@pytest.fixture
def dormitory(mill: Unit, root: Actor) -> Site:
    return api.create_site(enterprise=mill, kind=SiteKind.DORMITORY, code="D1", name="一号楼", by=root)


@pytest.fixture
def workshop(mill: Unit, root: Actor) -> Site:
    return api.create_site(enterprise=mill, kind=SiteKind.WORKSHOP, code="W1", name="磨粉车间", by=root)


@pytest.fixture
def night(mill: Unit, root: Actor) -> Shift:
    return api.create_shift(enterprise=mill, name="夜班", start=time(22), end=time(6), by=root, headcount=12)


def about(seed: int = 1, **changes: object) -> api.EnterpriseData:
    """What is told of an invented enterprise; the same seed gives the same credit code."""
    told: dict[str, object] = {
        "name": "试验面粉厂",
        "credit_code": credit_code(Random(seed)),
        "industry": "13",
    }
    return api.EnterpriseData(**{**told, **changes})  # type: ignore[arg-type]


def with_role(role: Role, path: str = "/") -> Actor:
    """An actor with one role."""
    return Actor(kind="user", user_id=None, person_id=None, name="某人", grants=((role, path),))
