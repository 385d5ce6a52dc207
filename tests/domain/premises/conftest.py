"""A park with two enterprises and the notice's own measures in force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pingzhan.domain.measures import api as measures
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from tests.domain.people.crowd import Firm, Park, acting, build_park
from tests.factories import kept
from tests.factories.accounts import actor_with


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
def duty_officer(park: Park) -> Actor:
    return acting(Role.DUTY_OFFICER, park.zone.path)


@pytest.fixture
def clerk(mill: Firm, settings: Any, tmp_path: Path) -> Actor:
    """The contact of the first enterprise as an account that uploads files."""
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return actor_with(Role.COMPANY, path=mill.unit.path)


@pytest.fixture
def in_force(park: Park) -> None:
    for n, firm in enumerate(park.firms):
        Enterprise.objects.create(unit=firm.unit, credit_code=f"91371621MA3C0000{n}A", industry="14")
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
