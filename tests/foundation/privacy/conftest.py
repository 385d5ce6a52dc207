"""A key ring of its own for each test, people with roles, and persons whose data lies in a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import pytest
from pytest_django.fixtures import Settings

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.privacy import holders, keyring, lookup, retention
from pingzhan.foundation.privacy.holders import Holder, register_holder
from pingzhan.foundation.privacy.vault import new_subjects


@pytest.fixture
def ring(settings: Settings, tmp_path: Path) -> None:
    settings.KEY_DIR = tmp_path / "keys"
    settings.MASTER_KEY = ""
    keyring.create()


def actor(role: Role, path: str = "/1/", name: str = "") -> Actor:
    """Return somebody with an account and one role."""
    name = name or f"{role}-{path.strip('/')}"
    user, _made = User.objects.get_or_create(username=name, defaults={"name": name})
    return Actor(kind="user", user_id=user.pk, person_id=None, name=name, grants=((role, path),))


@dataclass
class Shelf:
    """A holder that keeps its rows in memory: (subject, sealed text)."""

    rows: list[tuple[int, bytes | None]] = field(default_factory=list)
    scrubbed: int = 0

    def count(self, ids: Sequence[int]) -> int:
        return sum(sealed is not None and subject in ids for subject, sealed in self.rows)

    def scrub(self, ids: Sequence[int]) -> int:
        changed = self.count(ids)
        self.rows = [(one, None if one in ids else sealed) for one, sealed in self.rows]
        self.scrubbed += changed
        return changed


@pytest.fixture
def shelf(ring: None) -> Iterator[Shelf]:
    """The only holder there is, for subjects of kind 'test'."""
    shelf = Shelf()
    with (
        patch.object(holders, "_holders", {}),
        patch.object(lookup, "_rehashes", {}),
        patch.object(retention, "_rules", {}),
        patch.object(retention, "_response_end", []),
    ):
        register_holder(
            Holder("shelf", "\u6d4b\u8bd5\u67b6", "test", shelf.count, shelf.scrub, "\u8bf4\u660e")
        )
        yield shelf


@pytest.fixture
def persons(db: None, shelf: Shelf) -> list[int]:
    """Three persons with two rows each."""
    box = new_subjects("test", 3)
    for subject in box.ids:
        shelf.rows += [(subject, box.seal(subject, "phone", "13900001234"))] * 2
    return list(box.ids)
