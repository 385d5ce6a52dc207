"""The oldest records go into a signed file; what remains still verifies, and nothing young can go."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.audit import anchor, chain, record, verify
from pingzhan.foundation.audit.archive import archive
from pingzhan.foundation.audit.models import AuditRecord, AuditSegment
from pingzhan.foundation.audit.trailfile import verify_file
from pingzhan.kernel.errors import Conflict, Invalid

BY = system_actor("\u547d\u4ee4\u884c")
LONG_AGO = timezone.now() - timedelta(days=200)


@pytest.fixture
def old(transactional_db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Three records of 200 days ago, anchored, and two of today."""
    settings.KEY_DIR = tmp_path / "keys"
    genuine = chain._lock_head

    def at_that_time(body: str) -> Any:
        found = genuine(body)
        return chain._Head(found.id, found.sha, LONG_AGO, found.tx, found.tx_at, found.body)

    with transaction.atomic(), monkeypatch.context() as patched:
        patched.setattr(chain, "_lock_head", at_that_time)
        rows = [record("test.old", by=BY).pk for _ in range(3)]
    anchor()
    with transaction.atomic():
        rows += [record("test.new", by=BY).pk for _ in range(2)]
    return rows


def test_old_records_move_and_the_rest_verifies(old: list[int], tmp_path: Path) -> None:
    note = archive(before=timezone.now() - timedelta(days=190), folder=tmp_path / "out", by=BY)
    assert note is not None
    assert (note.first_id, note.last_id) == (old[0], old[2])
    path = tmp_path / "out" / note.file_name
    assert path.stat().st_mode & 0o777 == 0o600
    assert (verify_file(path).ok, verify_file(path).count) == (True, 3)
    report = verify()
    assert (report.breaks, report.archived, report.checked) == ([], old[2], 3)
    assert report.unanchored == 0
    assert AuditRecord.objects.latest("id").verb == "audit.archived"


def test_a_second_archive_continues_from_the_first(old: list[int], tmp_path: Path) -> None:
    first = archive(before=LONG_AGO + timedelta(hours=1), folder=tmp_path, by=BY)
    assert first is not None
    assert archive(before=LONG_AGO + timedelta(hours=1), folder=tmp_path, by=BY) is None
    assert AuditSegment.objects.count() == 1


def test_nothing_younger_than_six_months_goes(old: list[int], tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="\u81f3\u5c11\u4fdd\u5b58\u516d\u4e2a\u6708"):
        archive(before=timezone.now() - timedelta(days=100), folder=tmp_path, by=BY)
    assert AuditRecord.objects.count() == len(old)


def test_a_broken_trail_is_not_archived(old: list[int], tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE audit_auditrecord SET world = 4 WHERE id = %s", [old[1]])
        cursor.execute("SET session_replication_role = origin")
    with pytest.raises(Conflict):
        archive(before=timezone.now() - timedelta(days=190), folder=tmp_path, by=BY)
    assert AuditRecord.objects.count() == len(old)


@pytest.mark.parametrize(("column", "value"), [("last_sha", "a" * 64), ("first_prev_sha", "b" * 64)])
def test_an_altered_note_of_an_archive_is_found(
    old: list[int], tmp_path: Path, column: str, value: str
) -> None:
    archive(before=timezone.now() - timedelta(days=190), folder=tmp_path, by=BY)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"UPDATE audit_auditsegment SET {column} = %s", [value])
        cursor.execute("SET session_replication_role = origin")
    assert (old[0], "segment") in {(one.record_id, one.kind) for one in verify().breaks}
