"""Ring and database belong together: a missing ring is made for a new site only, a foreign one is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.privacy import keyring, rotation, upkeep
from pingzhan.foundation.privacy.errors import KeyMissing
from pingzhan.foundation.privacy.vault import new_subjects

pytestmark = pytest.mark.django_db


def test_a_new_site_gets_a_ring(settings: Settings, tmp_path: Path) -> None:
    settings.KEY_DIR = tmp_path / "keys"
    assert upkeep.ensure_ring()
    assert not upkeep.ensure_ring()
    assert upkeep.missing_keys() == []


def test_a_lost_ring_is_not_replaced(ring: None, settings: Settings, tmp_path: Path) -> None:
    new_subjects("test", 1)
    settings.KEY_DIR = tmp_path / "elsewhere"
    with pytest.raises(KeyMissing) as caught:
        upkeep.ensure_ring()
    assert caught.value.place == str(tmp_path / "elsewhere")
    assert not keyring.exists()


def test_a_foreign_ring_is_named(ring: None, settings: Settings, tmp_path: Path) -> None:
    new_subjects("test", 1)
    rotation.rotate_lookup(by=system_actor("test"))
    own = keyring.load()
    assert upkeep.missing_keys() == []
    settings.KEY_DIR = tmp_path / "other"
    keyring.create()
    assert upkeep.missing_keys() == [own.master, own.lookup]
