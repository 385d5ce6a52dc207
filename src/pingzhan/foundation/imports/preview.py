"""Pages of what the check found, read from the sealed files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pingzhan.foundation.imports.actions import CHANGED, ERRORS, ROWS, key_of
from pingzhan.foundation.imports.cells import as_masked
from pingzhan.foundation.imports.checking import PAGE, ROW_PAGE, lively
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.imports.spec import Column, import_of
from pingzhan.foundation.privacy import sealed_files as sealed

SHOWN = 20
"""Entries on one page of a table."""


@dataclass(frozen=True)
class BadCell:
    """One refused cell, or with an empty column one refused row."""

    sheet: str
    row: int
    letters: str
    title: str
    typed: str
    message: str

    @property
    def place(self) -> str:
        """Return the address as the spreadsheet program writes it."""
        return f"{self.letters}{self.row}" if self.letters else str(self.row)


@dataclass(frozen=True)
class Change:
    """One row that would change: which, and what from what to what."""

    row: int
    sheet: str
    label: str
    changes: list[tuple[str, str, str]]


@dataclass(frozen=True)
class NewRow:
    """One row that would be added."""

    row: int
    cells: list[str]


def bad_cells(job: ImportJob, page: int) -> list[BadCell]:
    """Return one page of the refused cells, in the order of the file; pages count from 1."""
    return [BadCell(*entry) for entry in _page(job, ERRORS, PAGE, page)]


def changes(job: ImportJob, page: int) -> list[Change]:
    """Return one page of the rows that would change."""
    return [
        Change(row, sheet, label, [(one[0], one[1], one[2]) for one in pairs])
        for row, sheet, label, pairs in _page(job, CHANGED, PAGE, page)
    ]


def columns_read(job: ImportJob) -> list[Column]:
    """Return the columns that the file has, in the order of the declaration."""
    absent = [set(keys) for keys in job.summary.get("absent_keys", [])]
    nowhere = set.intersection(*absent) if absent else set()
    return [column for column in import_of(job.spec).columns if column.key not in nowhere]


def rows(job: ImportJob, page: int) -> list[NewRow]:
    """Return one page of the rows that would be stored: the columns_read(), personal numbers masked."""
    spec = import_of(job.spec)
    ways = lively(spec)
    shown = {column.key for column in columns_read(job)}
    found = []
    for number, _table, _outcome, values in _page(job, ROWS, ROW_PAGE, page):
        typed = [ways[at](one) if at in ways and one is not None else one for at, one in enumerate(values)]
        pairs = zip(spec.columns, typed, strict=True)
        found.append(
            NewRow(number, [as_masked(column, value) for column, value in pairs if column.key in shown])
        )
    return found


def count(job: ImportJob, name: str) -> int:
    """Return how many entries a table has."""
    return int(job.summary.get("entries", {}).get(name, 0))


def _page(job: ImportJob, name: str, length: int, page: int) -> Iterable[Any]:
    """Return the entries of a page; a frame holds ``length`` entries, a multiple of SHOWN."""
    start = (max(1, page) - 1) * SHOWN
    if start >= count(job, name):
        return []
    frame = start // length
    found = list(sealed.json_frames(job.owner, name, key_of(job), start=frame, stop=frame + 1))
    return found[0][start % length : start % length + SHOWN] if found else []
