"""Spreadsheets of an enterprise's ledgers: in, out, and in again."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.exports.listing import lines, listing_for
from pingzhan.foundation.imports import preview
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.imports.spec import import_of
from tests.foundation.imports.files import send, xlsx


def sent(by: Actor, key: str, rows: list[list[Any]], scope: str = "P1") -> ImportJob:
    """Upload rows under the headings of an import and check them."""
    rows = [[str(cell) if isinstance(cell, Promise) else cell for cell in row] for row in rows]
    job = send(
        by,
        xlsx([[str(one.title) for one in import_of(key).columns], *rows]),
        name="t.xlsx",
        key=key,
        scope=scope,
    )
    assert job.error == ""
    return job


def told(job: ImportJob) -> tuple[int, int, int, int]:
    """How many rows are new, changed, the same, refused."""
    return job.found_new, job.found_changed, job.found_same, job.found_refused


def places(job: ImportJob) -> list[tuple[int, str]]:
    """Row and heading of each cell that was refused."""
    return sorted((one.row, one.title) for one in preview.bad_cells(job, 1))


def out(by: Actor, key: str, whole: bool = False, **params: str) -> list[list[Any]]:
    """The lines of an export as whoever takes it sees them."""
    listing = listing_for(by, key)
    return [list(line) for line in lines(listing, listing.queryset(by, params), whole=whole)]


def again(by: Actor, key: str, scope: str = "P1", *, whole: bool = False) -> tuple[int, int, int, int]:
    """Send what was taken out in again, and say what would happen."""
    width = len(import_of(key).columns)
    rows = [["" if cell is None else cell for cell in line[:width]] for line in out(by, key, whole)]
    return told(sent(by, key, rows, scope))
