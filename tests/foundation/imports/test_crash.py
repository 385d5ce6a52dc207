"""A worker that is killed in the middle loses nothing and doubles nothing; the next one goes on."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection

from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.imports.actions import confirm, upload
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.imports.spec import BATCH, register_import, unregister_import
from pingzhan.foundation.runs.models import RunRow
from tests.factories.accounts import actor_with
from tests.foundation.children import environment
from tests.foundation.imports import sample
from tests.foundation.imports.files import HEADER, csv_text

ROWS = 5 * BATCH
WORKER = """
import sys, time
import django
django.setup()
from pingzhan.foundation.imports import spec, storing
from pingzhan.foundation.runs.lanes import drain_once
from tests.foundation.imports import sample
slow = float(sys.argv[1])
kept = sample.SPEC.store
def store(judged, ctx):
    kept(judged, ctx)
    print("batch", flush=True)
    time.sleep(slow)
object.__setattr__(sample.SPEC, "store", store)
spec.register_import(sample.SPEC)
drain_once(60.0)
"""


@pytest.fixture
def table(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    with connection.cursor() as cursor:
        cursor.execute(sample.TABLE)
    register_import(sample.SPEC)
    yield
    unregister_import(sample.SPEC.key)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE import_sample")


def worker(slow: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(slow)],
        env={**environment(), "PINGZHAN_UPLOAD_DIR": str(django_settings.UPLOAD_DIR)},
        stdout=subprocess.PIPE,
        text=True,
    )


def stored() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(max(writes), 0) FROM import_sample")
        row = cursor.fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def expire_leases() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE runs_runrow SET lease_until = now() - interval '1 s' WHERE state = 'running'")


@pytest.mark.crash
def test_a_killed_worker_loses_and_doubles_nothing(table: None) -> None:
    clerk = actor_with(Role.COMPANY, path="/7/")
    rows = [(f"A-{n:05d}", f"第{n}件", *[""] * 9) for n in range(ROWS)]
    job = upload(
        key="sample", scope_code="7", name="a.csv", chunks=[csv_text([HEADER, *rows]).encode()], by=clerk
    )
    assert worker(0).wait(120) == 0
    confirm(job=ImportJob.objects.get(pk=job.pk), new=True, changed=True, by=clerk)

    first = worker(30.0)
    assert first.stdout is not None
    assert first.stdout.readline() == "batch\n"  # written, not committed yet
    first.kill()
    first.wait()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and stored()[0]:
        time.sleep(0.05)
    assert stored() == (0, 0)

    expire_leases()
    second = worker(0.3)
    assert second.stdout is not None
    for _batch in range(3):
        assert second.stdout.readline() == "batch\n"
    second.kill()
    second.wait()
    half = stored()[0]
    assert half in (2 * BATCH, 3 * BATCH)
    job.refresh_from_db()
    assert (job.state, job.stored_new, job.summary["batches"]) == ("storing", half, half // BATCH)

    expire_leases()
    assert worker(0).wait(120) == 0
    job.refresh_from_db()
    assert (job.state, job.stored_new, job.total) == ("done", ROWS, ROWS)
    assert stored() == (ROWS, 1)
    assert RunRow.objects.get(kind="imports.store").tries == 3


@pytest.mark.crash
def test_a_check_that_was_killed_starts_again(table: None) -> None:
    clerk = actor_with(Role.COMPANY, path="/7/")
    data = csv_text([HEADER, *[(f"A-{n}", "件", *[""] * 9) for n in range(30_000)]]).encode()
    job = upload(key="sample", scope_code="7", name="a.csv", chunks=[data], by=clerk)
    first = worker(0)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and ImportJob.objects.get(pk=job.pk).state != "checking":
        time.sleep(0.01)
    first.kill()
    first.wait()
    if ImportJob.objects.get(pk=job.pk).state == "checking":
        expire_leases()
        assert worker(0).wait(120) == 0
    job.refresh_from_db()
    assert (job.state, job.found_new, job.total) == ("ready", 30_000, 30_000)
