"""Workbooks of workers, and the way of a file through the import."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl

from pingzhan.domain.people.importers.spec import COLUMNS
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.imports.actions import confirm, upload
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.runs.testing import drain
from tests.domain.people.crowd import id_number

TITLES = [str(column.title) for column in COLUMNS]
KEYS = [column.key for column in COLUMNS]


def row(n: int, **cells: Any) -> dict[str, Any]:
    """A sound row for the n'th invented person, some cells replaced."""
    return {
        "name": "\u8c37\u4e00\u9e23",
        "number": id_number(n),
        "phone": f"1540000{n:04d}",
        "address": "\u6c11\u5b89\u8857 7 \u53f7",
        "employee_no": f"A{n}",
        "job": "\u88c5\u914d\u5de5",
        "team": "\u7532\u73ed",
        "joined": "2026-03-02",
        **cells,
    }


def workbook(rows: Sequence[Mapping[str, Any]], keys: Sequence[str] = KEYS) -> bytes:
    """A workbook with the columns of the template."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([TITLES[KEYS.index(key)] for key in keys])
    for one in rows:
        sheet.append([one.get(key) for key in keys])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def send(by: Actor, data: bytes, scope: str) -> ImportJob:
    """Upload and check."""
    job = upload(key="people.workers", scope_code=scope, name="a.xlsx", chunks=[data], by=by)
    drain()
    job.refresh_from_db()
    assert job.error == ""
    return job


def keep(by: Actor, job: ImportJob) -> ImportJob:
    """Confirm and store everything."""
    confirm(job=job, new=True, changed=True, by=by)
    drain()
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    return job


def found(job: ImportJob) -> tuple[int, int, int, int]:
    """New, changed, same, refused."""
    return job.found_new, job.found_changed, job.found_same, job.found_refused
