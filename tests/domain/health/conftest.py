"""A park with workers, and a device of the first enterprise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from pingzhan.domain.people.models import Employment
from pingzhan.foundation.access.devices import enrol, issue_device
from pingzhan.foundation.access.models import Device, DeviceKind
from pingzhan.foundation.access.roles import Role
from tests.domain.people.crowd import Firm, Park, build_park, hire
from tests.factories import account, kept


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def mill(park: Park) -> Firm:
    return park.firms[0]


@pytest.fixture
def crew(mill: Firm) -> list[Employment]:
    """Four workers of the first team."""
    return [hire(mill, no=f"A{n}") for n in range(4)]


def enrolled(firm: Firm) -> tuple[Device, str]:
    """A gate's device of an enterprise, with its token."""
    from pingzhan.foundation.access.actor import Actor

    user = account(Role.SECURITY_ADMIN)
    by = Actor(kind="user", user_id=user.pk, person_id=None, name="", grants=((Role.SECURITY_ADMIN, "/"),))
    _device, address = issue_device(
        name="一号门", kind=DeviceKind.GATE, unit_path=firm.unit.path, days=30, by=by
    )
    return enrol(token=address.rsplit("/", 1)[1])


@pytest.fixture
def gate(mill: Firm) -> tuple[Device, str]:
    return enrolled(mill)


def minutes_ago(n: int = 1) -> object:
    return timezone.now() - timedelta(minutes=n)
