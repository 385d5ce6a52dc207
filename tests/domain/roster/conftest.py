"""A small zone with people who take turns, and shifts laid around the database's now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import api
from pingzhan.domain.roster.enums import ShiftRole
from pingzhan.domain.roster.models import PoolMember, Shift
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.options import registry
from tests.factories import SmallZone, actor_with, kept, small_zone

HOUR = timedelta(hours=1)
LEAD_NAMES = ("安若水", "白景行", "程与之")
DUTY_NAMES = ("梅映雪", "倪清和", "欧阳溪", "潘怀远", "祁连山", "任知秋")


@pytest.fixture
def park(db: None) -> SmallZone:
    return kept(small_zone)


@pytest.fixture
def maker(park: SmallZone) -> Actor:
    """Who makes the roster."""
    return actor_with(Role.ORGANISER, name="排班甲", path=park.zone.path)


@pytest.fixture
def pool(park: SmallZone, maker: Actor) -> list[PoolMember]:
    """Three leaders and six officers take turns."""
    return [
        api.add_member(zone=park.zone, role=role, person=park.people[name], by=maker)
        for role, names in ((ShiftRole.LEAD, LEAD_NAMES), (ShiftRole.DUTY, DUTY_NAMES))
        for name in names
    ]


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set settings for one test: setting(rest_hours=0)."""

    def change(**values: Any) -> None:
        for key, new in values.items():
            option = registry.option(f"roster.{key}")
            registry._cache[option.key] = option.text_of(new)

    return change


Lay = Callable[..., Shift]


@pytest.fixture
def lay(park: SmallZone) -> Lay:
    """Put a shift in force from so many hours after now, as if it had been published."""

    def shift(person: str | None, start: float = -1, end: float = 23, seat: int = 1, **more: Any) -> Shift:
        now = timezone.now().replace(microsecond=0)
        t0 = now + start * HOUR
        return Shift.objects.create(
            zone=park.zone,
            seat=seat,
            day=timezone.localdate(t0),
            t0=t0,
            t1=now + end * HOUR,
            person=park.people[person] if person else None,
            in_force=True,
            **more,
        )

    return shift


def himself(park: SmallZone, name: str, *roles: Role) -> Actor:
    """The actor of a person's own account."""
    person = park.people[name]
    person.refresh_from_db()
    user = person.account or park.person_account(name, *roles)
    return actor_of(user)


def names(people: Sequence[Person | None]) -> list[str]:
    return [person.name if person else "" for person in people]


def later(hours: float) -> datetime:
    return timezone.now() + hours * HOUR
