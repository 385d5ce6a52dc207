"""Uploaded files live a day after the import has ended, then key, files and file name are gone."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.imports import preview, result
from pingzhan.foundation.imports.actions import cancel
from pingzhan.foundation.imports.housekeeping import DRAFT_SECONDS, delete_drafts, delete_due
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.kernel.errors import Conflict
from tests.foundation.imports.files import GOOD, HEADER, send, store, xlsx


def files() -> list[Path]:
    return [path for path in Path(settings.UPLOAD_DIR).rglob("*") if path.is_file()]


def test_files_key_and_name_go_after_a_day(clerk: Actor) -> None:
    job = store(clerk, send(clerk, xlsx([HEADER, GOOD, ("", "坏", *[""] * 9)])))
    waiting = send(clerk, xlsx([HEADER, GOOD]))
    assert len(files()) == 12
    assert delete_due() == 0
    ImportJob.objects.filter(pk=job.pk).update(finished_at=Now() - timedelta(hours=25))
    assert delete_due() == 1
    job.refresh_from_db()
    assert (job.sealed_key, job.file_name, job.has_files, job.total) == (None, "", False, 2)
    assert len(files()) == 6
    with pytest.raises(Conflict):
        preview.bad_cells(job, 1)
    with pytest.raises(Conflict):
        result.build(job)
    assert preview.rows(waiting, 1) == []


def test_an_import_nobody_confirms_is_cancelled(clerk: Actor) -> None:
    job = send(clerk, xlsx([HEADER, GOOD]))
    ImportJob.objects.filter(pk=job.pk).update(created_at=Now() - timedelta(days=8))
    assert delete_due() == 0
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_drafts_of_killed_workers_are_removed(clerk: Actor) -> None:
    job = send(clerk, xlsx([HEADER, GOOD]))
    folder = Path(settings.UPLOAD_DIR) / "aa"
    folder.mkdir(exist_ok=True)
    old, young = folder / "abc.99", folder / "abd.98"
    for path in (old, young):
        path.write_bytes(b"x")
    past = time.time() - DRAFT_SECONDS - 60
    os.utime(old, (past, past))
    assert delete_drafts() == 1
    assert not old.exists()
    assert young.exists()
    cancel(job=job, by=clerk)


def test_counts_that_do_not_add_up_are_refused_by_the_database(clerk: Actor) -> None:
    job = store(clerk, send(clerk, xlsx([HEADER, GOOD])))
    with pytest.raises(IntegrityError, match="import_stored_adds_up"), transaction.atomic():
        ImportJob.objects.filter(pk=job.pk).update(refused=1)
    with pytest.raises(IntegrityError, match="import_found_adds_up"), transaction.atomic():
        ImportJob.objects.filter(pk=job.pk).update(found_new=2)
