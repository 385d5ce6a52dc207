"""A park with two enterprises, one laboratory and two sampling teams."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening.models import Laboratory, Round, SamplingTeam
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from tests.domain.people.crowd import Park, acting, build_park
from tests.domain.screening.listed import crew_of
from tests.factories import kept
from tests.factories.accounts import actor_with

DAY = date(2026, 3, 9)
"""A Monday."""


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def planner(park: Park) -> Actor:
    return acting(Role.ORGANISER, park.zone.path)


@pytest.fixture
def clerk(park: Park, settings: Any, tmp_path: Path) -> Actor:
    """Somebody who takes swabs and enters results."""
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return actor_with(Role.SAMPLER, Role.LABORATORY, path=park.zone.path)


@pytest.fixture
def crew(park: Park) -> list[Employment]:
    """The three workers of whom the lists of hospitals are."""
    return crew_of(park)


@pytest.fixture
def laboratory(park: Park) -> Laboratory:
    return Laboratory.objects.create(
        zone=park.zone, name="\u5e38\u4e50\u68c0\u6d4b\u5ba4", code="L1", tubes_per_hour=120
    )


@pytest.fixture
def teams(park: Park) -> list[SamplingTeam]:
    return [
        SamplingTeam.objects.create(zone=park.zone, name=name, samplers=samplers)
        for name, samplers in (("\u4e00\u961f", 2), ("\u4e8c\u961f", 3))
    ]


@pytest.fixture
def round_(park: Park) -> Round:
    return Round.objects.create(zone=park.zone, number=1, day=DAY)
