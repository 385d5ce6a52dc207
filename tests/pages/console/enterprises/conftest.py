"""Two enterprises with files in the small zone, one of them with sites, shifts and teams."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from random import Random

import pytest

from pingzhan.config.demo.firms import credit_code
from pingzhan.domain.territory import api
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Enterprise, Shift, Site, Team
from tests.factories import SmallZone


@dataclass
class Firms:
    """What the pages show: ``own`` has parts, ``other`` has none."""

    own: Enterprise
    other: Enterprise
    gate: Site
    dormitory: Site
    shift: Shift
    team: Team


@pytest.fixture
def firms(world: SmallZone) -> Firms:
    own, other = (
        api.register_enterprise(
            unit=unit,
            data=api.EnterpriseData(
                name=unit.name, credit_code=credit_code(Random(n)), industry="13", headcount=unit.headcount
            ),
            by=world.root,
        )
        for n, unit in enumerate(world.firms)
    )
    unit = own.unit
    gate = api.create_site(enterprise=unit, kind=SiteKind.GATE, code="G1", name="南门", by=world.root)
    dormitory = api.create_site(
        enterprise=unit, kind=SiteKind.DORMITORY, code="D1", name="一号楼", by=world.root
    )
    shift = api.create_shift(enterprise=unit, name="夜班", start=time(22), end=time(6), by=world.root)
    team = api.create_team(enterprise=unit, name="甲班", shift=shift, by=world.root)
    return Firms(own, other, gate, dormitory, shift, team)
