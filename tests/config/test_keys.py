"""pingzhan keys: what the administrator sees and changes."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest_django.fixtures import Settings

from pingzhan.config.cli import doctor
from pingzhan.config.cli.keys import keys
from pingzhan.foundation.privacy import keyring
from pingzhan.foundation.privacy.vault import Vault, new_subjects

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ring(settings: Settings, tmp_path: Path) -> None:
    settings.KEY_DIR = tmp_path / "keys"
    settings.MASTER_KEY = ""
    keyring.create()


def _run(*words: str) -> str:
    done = CliRunner().invoke(keys, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_status_says_whether_ring_and_database_agree() -> None:
    new_subjects("test", 2)
    told = json.loads(_run("status", "--json"))
    assert (told["subjects"], told["erased"], told["masters"], told["missing"]) == (2, 0, 1, [])
    for key in (*keyring.load().masters.values(), *keyring.load().lookups.values()):
        assert key.hex() not in json.dumps(told)


def test_rotations_change_the_keys_and_lose_nothing() -> None:
    box = new_subjects("test", 2)
    sealed = box.seal(box.ids[1], "phone", "13900001234")
    before = keyring.load()
    assert json.loads(_run("rotate", "--json"))["retired"] == [before.master]
    assert json.loads(_run("rotate-lookup", "--json"))["retired"] == [before.lookup]
    assert Vault.load(box.ids).open(box.ids[1], "phone", sealed) == "13900001234"


def test_a_new_key_seals_the_ring(settings: Settings) -> None:
    key = _run("new").strip()
    assert len(base64.urlsafe_b64decode(key)) == 32
    ring = keyring.load()
    settings.MASTER_KEY = key
    _run("reseal")
    assert ring.masters[ring.master].hex() not in (Path(settings.KEY_DIR) / "ring.json").read_text()
    assert keyring.load() == ring


def test_doctor_names_what_is_wrong_with_the_ring(settings: Settings, tmp_path: Path) -> None:
    assert doctor._key_ring().ok
    keyring.folder().chmod(0o755)
    assert "0700" in doctor._key_ring().message
    keyring.folder().chmod(0o700)
    new_subjects("test", 1)
    master = keyring.load().master
    settings.KEY_DIR = tmp_path / "other"
    missing = doctor._key_ring()
    assert not missing.ok
    assert str(tmp_path / "other") in missing.message
    keyring.create()
    foreign = doctor._key_ring()
    assert not foreign.ok
    assert master in foreign.message
    (tmp_path / "other" / "ring.json").write_text("{}")
    assert not doctor._key_ring().ok
