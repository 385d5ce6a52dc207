"""The key ring: private files, one atomic change, sealed by a key from outside when there is one."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from pingzhan.foundation.privacy import keyring
from pingzhan.foundation.privacy.errors import KeyMissing


@pytest.fixture
def ring_folder(settings: Settings, tmp_path: Path) -> Path:
    settings.KEY_DIR = tmp_path / "keys"
    settings.MASTER_KEY = ""
    return tmp_path / "keys"


def _key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def test_first_start_makes_private_files_once(ring_folder: Path) -> None:
    assert not keyring.exists()
    assert keyring.create()
    first = keyring.load()
    assert not keyring.create()
    assert keyring.load() == first
    assert ring_folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in ring_folder.iterdir()} == {0o600}


def test_without_a_ring_the_error_says_where_it_should_be(ring_folder: Path) -> None:
    with pytest.raises(KeyMissing) as caught:
        keyring.load()
    assert caught.value.place == str(ring_folder)
    assert "PINGZHAN_KEY_DIR" in caught.value.hint


def test_a_change_is_seen_at_once_and_overwrites_the_former_file(ring_folder: Path) -> None:
    keyring.create()
    before = keyring.load()
    with (ring_folder / "ring.json").open("rb") as held:
        after = keyring.change(lambda ring: ring.with_new_master())
        assert set(held.read()) == {0}
    assert keyring.load() == after
    assert after.master != before.master
    assert set(after.masters) == {before.master, after.master}
    kept = keyring.change(lambda ring: ring.without_masters([before.master, after.master]))
    assert set(kept.masters) == {after.master}


def test_a_change_that_fails_leaves_the_ring(ring_folder: Path) -> None:
    keyring.create()
    before = (ring_folder / "ring.json").read_bytes()

    def fail(_ring: keyring.Ring) -> keyring.Ring:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        keyring.change(fail)
    assert (ring_folder / "ring.json").read_bytes() == before


def test_a_key_from_outside_seals_the_file(ring_folder: Path, settings: Settings) -> None:
    first, second = _key(), _key()
    settings.MASTER_KEY = first
    keyring.create()
    ring = keyring.load()
    written = (ring_folder / "ring.json").read_text()
    assert ring.masters[ring.master].hex() not in written
    settings.MASTER_KEY = second
    with pytest.raises(KeyMissing):
        keyring.load()
    settings.MASTER_KEY = f"{second},{first}"
    assert keyring.change(lambda ring: ring) == ring
    settings.MASTER_KEY = second
    assert keyring.load() == ring


@pytest.mark.parametrize("text", ["short", base64.b64encode(b"x" * 31).decode(), "\u4e2d"])
def test_a_bad_key_from_outside_is_named(ring_folder: Path, settings: Settings, text: str) -> None:
    settings.MASTER_KEY = text
    with pytest.raises(KeyMissing) as caught:
        keyring.create()
    assert "PINGZHAN_MASTER_KEY" in caught.value.message


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"masters": 1}', b"\xff\xfe", b'{"sealed": "zz"}'])
def test_a_damaged_ring_is_named(ring_folder: Path, content: bytes) -> None:
    keyring.create()
    (ring_folder / "ring.json").write_bytes(content)
    with pytest.raises(KeyMissing):
        keyring.load()
