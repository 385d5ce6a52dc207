"""The small zone in an emergency, people who write, sign and report, and time that is moved, never waited for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation
from pingzhan.domain.reporting import api
from pingzhan.domain.reporting.models import Due
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.options import registry
from pingzhan.foundation.options.models import OptionValue
from tests.factories import SmallZone, actor_with, kept, small_zone

HOUR = timedelta(hours=1)


def _published() -> SmallZone:
    park = small_zone()
    command.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    return park


@pytest.fixture
def park(db: None) -> SmallZone:
    return kept(_published)


@pytest.fixture
def duty(db: None) -> Actor:
    return actor_with(Role.DUTY_OFFICER, name="值班甲")


@pytest.fixture
def clerk(db: None) -> Actor:
    return actor_with(Role.CLERK, name="文秘丙")


@pytest.fixture
def now(db: None) -> datetime:
    return clock.now()


def switch(park: SmallZone, duty: Actor, level: int = 2, key: str = "k1", **more: Any) -> Activation:
    """The zone (or ``unit``) in an emergency."""
    values: dict[str, Any] = {"unit": park.zone, "reason": "聚集性疫情", "basis": "测〔2026〕1号", **more}
    outcome = command.order_switch(order=command.SwitchOrder(key=key, level=level, **values), by=duty)
    return Activation.objects.select_related("unit", "zone").get(pk=outcome.activation_id)


def dues(world: int = 0, **where: Any) -> list[str]:
    """The keys of what is listed, without the number of the order."""
    return [
        f"{one.kind}{one.number}" for one in Due.objects.filter(world=world, **where).order_by("due_at", "pk")
    ]


def him(park: SmallZone, name: str) -> Actor:
    """The actor of a person's own account."""
    person = park.people[name]
    person.refresh_from_db()
    return actor_of(person.account or park.person_account(name))


def setting(key: str, value: str) -> None:
    """Change a setting of reports."""
    OptionValue.objects.update_or_create(key=f"reporting.{key}", defaults={"text": value})
    registry.forget()


def drafted(park: SmallZone, by: Actor) -> Any:
    """A draft of the zone's first report."""
    api.make_dues()
    due = next(one for one in api.due_reports(park.zone) if one.kind == "initial")
    return api.draft(due_id=due.pk, by=by)
