"""Whatever one record is altered, deleted, inserted or cut off, the verification names it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import Break, record, signing, verify
from pingzhan.foundation.audit.anchors import anchor, file_path
from pingzhan.foundation.audit.chain import sha_of
from pingzhan.foundation.audit.models import AuditAnchor, AuditRecord
from pingzhan.foundation.audit.report import BreakKind

DUTY = Actor(kind="user", user_id=7, person_id=70, name="\u7532")
PLAIN: dict[str, Any] = {
    "at": "2020-01-01T00:00:00Z",
    "world": 9,
    "operation": "00000000-0000-0000-0000-000000000001",
    "actor_kind": "system",
    "actor_id": 99,
    "actor_name": "\u4e59",
    "verb": "test.other",
    "unit_path": "/9/",
    "subject_kind": "thing",
    "subject_id": "13",
    "body": '{"n": 99}',
    "tx": 1,
    "tx_at": "2020-01-01T00:00:00Z",
    "id": 500,
    "mark": "",
    "prev_sha": "e" * 64,
    "sha": "f" * 64,
}
"""Every column, with a value that no record of these tests has."""


@contextmanager
def as_owner() -> Iterator[Any]:
    """Yield a cursor with the triggers off: what only the owner of the tables can do."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield cursor
        finally:
            cursor.execute("SET session_replication_role = origin")


def build(length: int) -> list[AuditRecord]:
    return [record("test.n", by=DUTY, subject=("seat", n), body={"n": n}) for n in range(length)]


def rehash(row: AuditRecord) -> None:
    """Store the row with the hash that fits its new content: a forger who knows the code, but not the key."""
    row.sha = sha_of(row)
    with as_owner():
        row.save(force_update=True)


def test_the_test_knows_every_column() -> None:
    assert set(PLAIN) == {field.column for field in AuditRecord._meta.fields}


@pytest.mark.django_db
@examples(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), length=st.integers(1, 7), anchored=st.booleans())
def test_any_one_altered_row_is_named(data: st.DataObject, length: int, anchored: bool) -> None:
    with transaction.atomic():
        rows = build(length)
        if anchored:
            anchor()
        bad = data.draw(st.sampled_from(rows))
        column = data.draw(st.sampled_from(sorted(PLAIN)))
        with as_owner() as cursor:
            cursor.execute(
                f"UPDATE audit_auditrecord SET {column} = %s WHERE id = %s", [PLAIN[column], bad.pk]
            )
        names = {one.record_id for one in verify().breaks}
        assert bad.pk in names or (column == "id" and PLAIN["id"] in names)
        transaction.set_rollback(True)


@pytest.mark.django_db
@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), length=st.integers(1, 6))
def test_any_one_row_altered_together_with_its_hash_is_named(data: st.DataObject, length: int) -> None:
    with transaction.atomic():
        rows = build(length)
        bad = AuditRecord.objects.get(pk=data.draw(st.sampled_from(rows)).pk)
        bad.world = 5
        rehash(bad)
        assert Break(bad.pk, "forged", bad.pk - 1 if bad.pk > rows[0].pk else None) in verify().breaks
        transaction.set_rollback(True)


@pytest.mark.django_db
@examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), length=st.integers(2, 7))
def test_any_one_deleted_row_is_named(data: st.DataObject, length: int) -> None:
    with transaction.atomic():
        rows = build(length)
        anchor()
        gone = data.draw(st.sampled_from(rows)).pk
        with as_owner() as cursor:
            cursor.execute("DELETE FROM audit_auditrecord WHERE id = %s", [gone])
        found = verify().breaks
        if gone == rows[-1].pk:
            assert found == [Break(gone, "cut", gone - 1)]
        else:
            assert found[0].record_id == gone + 1
            assert found[0].after_id == (gone - 1 if gone > rows[0].pk else None)
        transaction.set_rollback(True)


@pytest.mark.django_db
@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    length=st.integers(1, 5),
    mark=st.sampled_from(["", "borrowed", "000000000000:" + "0" * 32]),
    anchored=st.booleans(),
)
def test_a_row_inserted_with_fitting_hash_and_number_is_named(length: int, mark: str, anchored: bool) -> None:
    with transaction.atomic():
        rows = build(length)
        if anchored:
            anchor()
        last = rows[-1]
        forged = AuditRecord(
            id=last.pk + 1,
            at=last.at,
            actor_kind="user",
            verb="test.forged",
            tx=last.tx,
            tx_at=last.tx_at,
            prev_sha=last.sha,
            mark=last.mark if mark == "borrowed" else mark,
        )
        forged.sha = sha_of(forged)
        forged.save(force_insert=True)
        kind: BreakKind = "forged" if mark == "borrowed" else "unsigned"
        assert verify().breaks == [Break(forged.pk, kind, last.pk)]
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_row_inserted_without_transaction_number_counts_as_unsigned() -> None:
    rows = build(2)
    forged = AuditRecord(
        id=rows[-1].pk + 1, at=rows[-1].at, actor_kind="user", verb="x", prev_sha=rows[-1].sha
    )
    forged.sha = sha_of(forged)
    forged.save(force_insert=True)
    assert verify().breaks == [Break(forged.pk, "unsigned", rows[-1].pk)]


@pytest.mark.django_db
def test_records_older_than_row_history_still_verify_and_new_ones_continue_from_them() -> None:
    old = AuditRecord(
        id=41, at="2026-11-01T00:00:00Z", actor_kind="system", verb="test.old", prev_sha="0" * 64
    )
    old.save(force_insert=True)
    old.refresh_from_db()
    rehash(old)
    fresh = record("test.new", by=DUTY)
    assert (fresh.pk, fresh.prev_sha) == (42, old.sha)
    assert verify().breaks == []


@pytest.mark.django_db
def test_the_report_says_up_to_where_the_end_is_proved() -> None:
    rows = build(3)
    noted = anchor()
    assert noted is not None
    assert anchor() is None
    later = build(2)
    report = verify()
    assert report.ok
    assert (report.checked, report.last_id, report.head_sha) == (5, later[-1].pk, later[-1].sha)
    assert (report.anchors, report.anchored_id, report.unanchored) == (1, rows[-1].pk, 2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "value"),
    [("record_id", 1), ("sha", "a" * 64), ("signature", "AA=="), ("prev", "b" * 64), ("n", 9)],
)
def test_an_altered_anchor_is_found(column: str, value: object) -> None:
    build(2)
    anchor()
    build(1)
    noted = anchor()
    assert noted is not None
    with as_owner() as cursor:
        cursor.execute(f"UPDATE audit_auditanchor SET {column} = %s WHERE n = %s", [value, noted.n])
    assert "anchor" in {one.kind for one in verify().breaks}


@pytest.mark.django_db
def test_the_file_outside_the_database_proves_a_cut_end_after_the_anchors_were_cut_too(
    tmp_path: Path, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.KEY_DIR = tmp_path / "keys"
    rows = build(2)
    with django_capture_on_commit_callbacks(execute=True):
        anchor()
    rows += build(2)
    with django_capture_on_commit_callbacks(execute=True):
        anchor()
    assert verify().ok
    assert file_path().stat().st_mode & 0o777 == 0o600
    with as_owner() as cursor:
        cursor.execute("DELETE FROM audit_auditrecord WHERE id > %s", [rows[1].pk])
        cursor.execute("DELETE FROM audit_auditanchor WHERE n = 2")
    assert verify().breaks == [Break(rows[-1].pk, "cut", rows[1].pk)]


@pytest.mark.django_db
def test_anchors_deleted_without_their_records_are_found(
    tmp_path: Path, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.KEY_DIR = tmp_path / "keys"
    rows = build(2)
    with django_capture_on_commit_callbacks(execute=True):
        anchor()
    with as_owner() as cursor:
        cursor.execute("DELETE FROM audit_auditanchor")
    assert verify().breaks == [Break(rows[-1].pk, "anchor", None)]


@pytest.mark.django_db
def test_the_file_of_another_trail_accuses_nobody(
    tmp_path: Path, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.KEY_DIR = tmp_path / "keys"
    build(3)
    with django_capture_on_commit_callbacks(execute=True):
        anchor()
    with as_owner() as cursor:
        cursor.execute("DELETE FROM audit_auditrecord")
        cursor.execute("DELETE FROM audit_auditanchor")
    build(1)
    assert verify().ok


@pytest.mark.django_db
def test_a_changed_key_leaves_former_records_provable(tmp_path: Path, settings: Any) -> None:
    settings.KEY_DIR = tmp_path / "keys"
    build(2)
    anchor()
    signing.add_key()
    build(2)
    anchor()
    report = verify()
    assert report.ok
    assert report.anchors == 2
    assert len({mark.partition(":")[0] for mark in AuditRecord.objects.values_list("mark", flat=True)}) == 2
    assert AuditAnchor.objects.values("key_id").distinct().count() == 2


@pytest.mark.django_db
def test_without_the_former_keys_nothing_is_called_whole(tmp_path: Path, settings: Any) -> None:
    settings.KEY_DIR = tmp_path / "lost"
    rows = build(2)
    settings.KEY_DIR = tmp_path / "new"
    assert [(one.record_id, one.kind) for one in verify().breaks] == [(row.pk, "unsigned") for row in rows]


def test_a_folder_that_cannot_be_used_is_one_sentence(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "file").write_text("")
    settings.KEY_DIR = tmp_path / "file" / "keys"
    with pytest.raises(
        signing.KeyTrouble, match="\u7559\u75d5\u7684\u5bc6\u94a5\u6587\u4ef6\u4e0d\u80fd\u8bfb\u5199"
    ):
        signing.keys()


@pytest.mark.django_db
def test_the_secret_half_is_readable_by_its_owner_only(tmp_path: Path, settings: Any) -> None:
    settings.KEY_DIR = tmp_path / "keys"
    signing.keys()
    assert (tmp_path / "keys" / "audit-keys.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


@pytest.mark.django_db
def test_progress_counts_records() -> None:
    build(3)
    seen: list[tuple[int, int]] = []
    verify(lambda done, total: seen.append((done, total)))
    assert seen == [(3, 3)]
