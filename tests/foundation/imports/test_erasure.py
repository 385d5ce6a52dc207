"""An erasure destroys uploads whole: none of them brings a person back, whatever state it is in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from pytest_django.fixtures import Settings

from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.imports import checking, housekeeping, preview, result, storing
from pingzhan.foundation.imports.actions import SOURCE, confirm, resume, upload
from pingzhan.foundation.imports.housekeeping import delete_due, destroy_all
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.imports.spec import BATCH
from pingzhan.foundation.privacy import erasing, keyring, protocol
from pingzhan.foundation.privacy import sealed_files as sealed
from pingzhan.foundation.privacy.models import Erasure, Subject
from pingzhan.foundation.privacy.vault import new_subjects
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import Conflict
from tests.factories import account
from tests.foundation.imports.files import GOOD, HEADER, csv_text, send, store, xlsx

BAD = ("", "\u574f", *[""] * 9)


@pytest.fixture(autouse=True)
def own_ring(settings: Settings, tmp_path: Path) -> None:
    settings.KEY_DIR = tmp_path / "keys"
    keyring.create()


def files() -> list[Path]:
    return [path for path in Path(settings.UPLOAD_DIR).rglob("*") if path.is_file()]


def erase_somebody() -> Erasure:
    """Have the data of one person destroyed, from the order to the protocol."""
    officer = actor_of(account(Role.PRIVACY_OFFICER))
    row = erasing.propose_request(subject_ids=new_subjects("test", 1).ids, basis="\u7533\u8bf7", by=officer)
    erasing.approve(erasure=row, by=actor_of(account(Role.LEADER)))
    erasing.execute(erasure=row, by=officer)
    assert drain() == ["done"]
    row.refresh_from_db()
    return row


def test_no_upload_outlives_an_erasure(clerk: Actor) -> None:
    done = store(clerk, send(clerk, xlsx([HEADER, GOOD, BAD])))
    waiting = send(clerk, xlsx([HEADER, GOOD, BAD]), name="\u5c81\u6708\u821f\u7684\u8868.xlsx")
    copies = {path: path.read_bytes() for path in files()}
    assert len(copies) == 12
    keys = [(job.pk, job.owner, job.subject_id, job.sealed_key) for job in (done, waiting)]
    row = erase_somebody()
    assert files() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT h::text FROM imports_importjobhistory h")
        assert "\u5c81\u6708\u821f" not in str(cursor.fetchall()), "the history keeps no name of a file"
    for job in (done, waiting):
        job.refresh_from_db()
        assert (job.sealed_key, job.file_name, job.has_files) == (None, "", False)
    assert (done.state, done.total, done.stored) == ("done", 2, 1)
    assert (waiting.state, bool(waiting.error), bool(waiting.hint)) == ("cancelled", True, True)
    with pytest.raises(Conflict):
        confirm(job=waiting, new=True, changed=True, by=clerk)
    for attempt in (lambda: preview.bad_cells(waiting, 1), lambda: result.build(done)):
        with pytest.raises(Conflict):
            attempt()
    # Somebody kept a copy of the folder and of the two rows: their keys are gone.
    for path, data in copies.items():
        path.write_bytes(data)
    for _pk, owner, subject, stored in keys:
        with pytest.raises(Conflict):
            sealed.read_all(owner, SOURCE, sealed.opened_key(owner, subject, stored))
    lines = {one["key"]: one["count"] for one in row.protocol.data["files"]}
    assert lines["imports"] == 2
    assert "\u8fde\u540c\u5bc6\u94a5\u9500\u6bc1 2 \u4efd" in protocol.as_text(row.protocol)
    assert AuditRecord.objects.get(verb="privacy.erased").body["files"] == sum(lines.values())
    assert destroy_all() == 0, "nothing twice"
    assert delete_due() == 0


def test_an_upload_made_afterwards_is_not_touched(clerk: Actor) -> None:
    erase_somebody()
    job = store(clerk, send(clerk, xlsx([HEADER, GOOD])))
    assert (job.state, job.stored, job.has_files) == ("done", 1, True)


def test_one_that_waits_for_its_check_is_never_read(clerk: Actor) -> None:
    job = upload(key="sample", scope_code="7", name="\u8868.xlsx", chunks=[xlsx([HEADER, GOOD])], by=clerk)
    assert destroy_all() == 1
    assert drain() == ["done"]
    job.refresh_from_db()
    assert (job.state, job.total, files()) == ("cancelled", 0, [])


def test_one_that_is_being_checked_leaves_nothing(clerk: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = checking._check

    def check(*given: Any) -> Any:
        found = kept(*given)
        assert destroy_all() == 1
        return found

    monkeypatch.setattr(checking, "_check", check)
    job = send(clerk, xlsx([HEADER, GOOD, BAD]))
    assert (job.state, job.total, files()) == ("cancelled", 0, [])


def test_one_that_is_being_stored_stops_at_its_next_batch(
    clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [HEADER, *((f"A-{n}", *GOOD[1:]) for n in range(3 * BATCH))]
    job = send(clerk, csv_text(rows).encode(), name="\u8868.csv")
    assert job.found_new == 3 * BATCH
    kept = storing._batch
    seen: list[int] = []

    def batch(*given: Any) -> None:
        kept(*given)
        seen.append(given[-1])
        if len(seen) == 1:
            assert destroy_all() == 1

    monkeypatch.setattr(storing, "_batch", batch)
    job = store(clerk, job)
    assert (job.state, seen, job.stored_new) == ("cancelled", [0], BATCH)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM import_sample")
        assert cursor.fetchone() == (BATCH,)
    assert files() == []
    with pytest.raises(Conflict):
        resume(job=job, by=clerk)


def test_a_failure_in_the_middle_leaves_rows_that_ask_again(
    clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import transaction

    first, second = send(clerk, xlsx([HEADER, GOOD])), send(clerk, xlsx([HEADER, GOOD]))
    kept = housekeeping._destroy

    def once(job: ImportJob) -> None:
        if job.pk == second.pk:
            raise RuntimeError
        kept(job)

    with monkeypatch.context() as patched:
        patched.setattr(housekeeping, "_destroy", once)
        with pytest.raises(RuntimeError), transaction.atomic():
            destroy_all()
    first.refresh_from_db()
    assert first.has_files
    assert destroy_all() == 2
    assert files() == []


def test_the_key_goes_with_the_files_when_their_time_is_over(clerk: Actor) -> None:
    from datetime import timedelta

    from django.db.models.functions import Now

    job = store(clerk, send(clerk, xlsx([HEADER, GOOD])))
    ImportJob.objects.filter(pk=job.pk).update(finished_at=Now() - timedelta(hours=25))
    assert delete_due() == 1
    assert job.subject is not None
    assert Subject.objects.get(pk=job.subject.pk).wrapped is None
    assert not Subject.objects.exclude(kind=sealed.KIND).filter(wrapped__isnull=True).exists()
