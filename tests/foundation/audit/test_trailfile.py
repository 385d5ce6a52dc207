"""A signed file of the trail is checked without a database, and every change of it is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record, signing, trail
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.audit.trailfile import LINES, MANIFEST, as_csv, verify_file, write_trail

DUTY = Actor(kind="user", user_id=7, person_id=70, name="\u7532")


@pytest.fixture
def exported(db: None, tmp_path: Path, settings: Any) -> Path:
    settings.KEY_DIR = tmp_path / "keys"
    for n in range(4):
        record("test.n", by=DUTY, subject=("seat", n), body={"n": n, "text": "\u53f7"})
    path = tmp_path / "trail.zip"
    with path.open("w+b") as file:
        write_trail(file, AuditRecord.objects.all(), whole=True)
    return path


def rewrite(path: Path, change: Callable[[list[str], dict[str, Any]], None]) -> None:
    """Change the lines and the manifest of a file, as a forger without the key can."""
    with zipfile.ZipFile(path) as archive:
        lines = archive.read(LINES).decode().splitlines()
        manifest = json.loads(archive.read(MANIFEST))
    change(lines, manifest)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(LINES, "".join(line + "\n" for line in lines))
        archive.writestr(MANIFEST, json.dumps(manifest))


def test_what_was_written_verifies(exported: Path) -> None:
    report = verify_file(exported)
    last = AuditRecord.objects.latest("id")
    assert (report.ok, report.count, report.last_sha, report.whole) == (True, 4, last.sha, True)
    assert report.known_key is None


def test_the_signer_is_told_from_strangers(exported: Path, tmp_path: Path, settings: Any) -> None:
    own = json.loads((signing.folder() / "audit-public.json").read_text())
    assert verify_file(exported, trusted=own).known_key is True
    settings.KEY_DIR = tmp_path / "stranger"
    signing.keys()
    strange = json.loads((signing.folder() / "audit-public.json").read_text())
    report = verify_file(exported, trusted=strange)
    assert (report.ok, report.known_key) == (False, False)


def edit(lines: list[str], manifest: dict[str, Any]) -> None:
    lines[1] = lines[1].replace('"n":1', '"n":9')


def delete(lines: list[str], manifest: dict[str, Any]) -> None:
    del lines[1]


def delete_last_and_count(lines: list[str], manifest: dict[str, Any]) -> None:
    del lines[-1]
    manifest["count"] = 3


def double(lines: list[str], manifest: dict[str, Any]) -> None:
    lines.insert(1, lines[1])


def swap(lines: list[str], manifest: dict[str, Any]) -> None:
    lines[1], lines[2] = lines[2], lines[1]


def claim(lines: list[str], manifest: dict[str, Any]) -> None:
    manifest["made_at"] = "2020-01-01T00:00:00+00:00"


def resign(lines: list[str], manifest: dict[str, Any]) -> None:
    manifest["public"] = "A" * 43 + "="


def empty(lines: list[str], manifest: dict[str, Any]) -> None:
    manifest.clear()


@pytest.mark.parametrize("change", [edit, delete, delete_last_and_count, double, swap, claim, resign, empty])
def test_every_change_is_found(exported: Path, change: Callable[[list[str], dict[str, Any]], None]) -> None:
    rewrite(exported, change)
    assert not verify_file(exported).ok


def test_a_file_that_is_none_of_ours_is_one_sentence(tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    other.write_bytes(b"PK nothing")
    assert len(verify_file(other).problems) == 1


def test_a_filtered_piece_may_leave_records_out(db: None, tmp_path: Path) -> None:
    for n in range(6):
        record("test.even" if n % 2 == 0 else "test.odd", by=DUTY)
    path = tmp_path / "part.zip"
    with path.open("w+b") as file:
        made = write_trail(file, trail(paths=["/"]).filter(verb="test.odd"), whole=False)
    assert made["count"] == 3
    assert verify_file(path).ok


def test_the_command_line_checks_without_database_and_key(exported: Path, tmp_path: Path) -> None:
    nowhere = {key: value for key, value in os.environ.items() if not key.startswith(("PINGZHAN", "DJANGO"))}
    nowhere |= {
        "PINGZHAN_DATABASE_URL": "postgresql:///none?host=/nonexistent",
        "PINGZHAN_DATA_DIR": str(tmp_path / "data"),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }

    def check(*more: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "pingzhan", "audit", "verify", str(exported), *more],
            env=nowhere,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    code, text = check("--public", str(signing.folder() / "audit-public.json"))
    assert (code, "\u672c\u5355\u4f4d\u7684\u5bc6\u94a5" in text) == (0, True), text
    rewrite(exported, edit)
    code, text = check("--json")
    assert (code, json.loads(text)["ok"]) == (2, False)


def test_the_table_for_people_defuses_formulas() -> None:
    text = "".join(as_csv([("1", "=1+1"), ("2", "plain")], ("a", "b")))
    assert text == "\ufeffa,b\r\n1,'=1+1\r\n2,plain\r\n"
