"""The small zone with a third enterprise that nobody answers for, and people who assign."""

from __future__ import annotations

import pytest

from pingzhan.domain.command import api as command
from pingzhan.domain.frontline.tasks import settle
from pingzhan.domain.organisation.models import Responsibility
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.roles import Role
from tests.factories import SmallZone, actor_with, kept, small_zone


def _settled() -> SmallZone:
    park = small_zone()
    park.firms.append(
        territory.create_unit(
            kind=UnitKind.ENTERPRISE,
            code="F3",
            name="试验3厂",
            parent=park.area,
            by=park.root,
            headcount=120,
        )
    )
    command.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    settle(park.zone)
    return park


@pytest.fixture
def park(db: None) -> SmallZone:
    return kept(_settled)


@pytest.fixture
def duty(db: None) -> Actor:
    return actor_with(Role.DUTY_OFFICER, name="值班甲")


def him(park: SmallZone, name: str) -> Actor:
    """The actor of a person's own account."""
    person = park.people[name]
    person.refresh_from_db()
    return actor_of(person.account or park.person_account(name))


def held(unit: Unit) -> dict[int, str]:
    """Names of who answers for an enterprise, by rank."""
    return dict(Responsibility.objects.filter(unit=unit).values_list("rank", "person__name"))
