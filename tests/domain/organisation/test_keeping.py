"""Contacts of people out of service are proposed for destruction, nobody else's."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from pingzhan.domain.organisation import api, keeping
from pingzhan.domain.organisation.enums import Channel
from pingzhan.domain.organisation.models import Contact, Person
from pingzhan.foundation.access.actor import actor_of, system_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.privacy import erasing, keyring, nightly
from pingzhan.foundation.privacy.models import Erasure
from pingzhan.foundation.runs.testing import drain
from tests.factories import account

ROOT = system_actor("test")


@pytest.fixture(autouse=True)
def fresh_ring(settings: Settings, tmp_path: Path) -> None:
    settings.KEY_DIR = tmp_path / "keys"
    keyring.create()


def leaves(person: Person) -> None:
    api.change_person(person=person, name=person.name, title=person.title, active=False, by=ROOT)


def test_who_has_left_is_due_after_the_days_and_nobody_else(people: list[Person]) -> None:
    gone, stays, nothing_known = people[:3]
    for one in (gone, stays):
        api.add_contact(person=one, channel=Channel.PHONE, address=f"1390000{one.pk:04d}", by=ROOT)
        one.refresh_from_db()
    leaves(gone)
    leaves(nothing_known)
    now = timezone.now()
    assert keeping.due(now + timedelta(days=59), 60, 9) == []
    assert keeping.due(now + timedelta(days=61), 60, 9) == [gone.subject_id]
    api.change_person(person=gone, name=gone.name, title=gone.title, active=True, by=ROOT)
    assert keeping.due(now + timedelta(days=61), 60, 9) == []


def test_the_night_proposes_and_two_persons_destroy(people: list[Person]) -> None:
    gone = people[0]
    api.add_contact(person=gone, channel=Channel.PHONE, address="13900001234", by=ROOT)
    gone.refresh_from_db()
    leaves(gone)
    later = timezone.now() + timedelta(days=61)
    assert nightly.apply_rules(later)["proposed"] == {keeping.KEY: 1}
    order = Erasure.objects.get()
    erasing.approve(erasure=order, by=actor_of(account(Role.LEADER)))
    erasing.execute(erasure=order, by=actor_of(account(Role.PRIVACY_OFFICER)))
    assert drain() == ["done"]
    order.refresh_from_db()
    assert order.state == "done"
    assert not Contact.objects.filter(person=gone).exists()
    gone.refresh_from_db()
    assert (gone.name, keeping.due(later, 60, 9)) == (people[0].name, [])
