"""The check of an uploaded file: read, judge every row, keep what the preview and the storing need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.foundation.imports.actions import (
    CHANGED,
    CHECK,
    ERRORS,
    FILES,
    KEPT,
    REFUSED,
    ROWS,
    SOURCE,
    end,
    key_of,
)
from pingzhan.foundation.imports.cells import Bad, Cell, Reader, as_masked, as_text, reader_of
from pingzhan.foundation.imports.guard import Form, check
from pingzhan.foundation.imports.models import ImportJob, ImportState
from pingzhan.foundation.imports.reading import Book, Table, open_book
from pingzhan.foundation.imports.sheets import column_letters
from pingzhan.foundation.imports.spec import (
    BATCH,
    CellError,
    Column,
    Context,
    ImportSpec,
    Kind,
    Outcome,
    Row,
    import_of,
)
from pingzhan.foundation.privacy import sealed_files as sealed
from pingzhan.foundation.runs.models import RunRow, RunState
from pingzhan.foundation.runs.registry import Run, work
from pingzhan.kernel.errors import DomainError

PAGE = 200
"""Entries of the preview in one frame."""
ROW_PAGE = BATCH
_SHOWN = 60


class Frames:
    """Collects entries and writes them in frames of equal length, so that a page is found by its number."""

    def __init__(self, owner: str, name: str, key: bytes, length: int) -> None:
        self._writer = sealed.Writer(owner, name, key)
        self._waiting: list[Any] = []
        self._length = length
        self.count = 0

    def add(self, entry: Any) -> None:
        """Append an entry."""
        self._waiting.append(entry)
        self.count += 1
        if len(self._waiting) >= self._length:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.add_json(self._waiting)
            self._waiting = []

    def close(self) -> int:
        """Write the rest; return the number of frames."""
        self._flush()
        self._writer.close()
        return self._writer.frames

    def discard(self) -> None:
        """Give up."""
        self._writer.discard()


@dataclass
class Tally:
    """The counts of the check, and which reasons occurred how often in which column."""

    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    cells: int = 0
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)

    def reason(self, title: str, message: str) -> None:
        """Count a reason; beyond 200 different ones only their number grows."""
        known = (title, message)
        if known in self.reasons or len(self.reasons) < 200:
            self.reasons[known] = self.reasons.get(known, 0) + 1
        self.cells += 1


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it; lively() is the way back."""
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def lively(spec: ImportSpec) -> dict[int, Any]:
    """Return, by the place of a column, the function that turns a JSON value into the column's type."""
    ways = {Kind.DATE: date.fromisoformat, Kind.TIME: time.fromisoformat, Kind.DECIMAL: Decimal}
    return {at: ways[one.kind] for at, one in enumerate(spec.columns) if one.kind in ways}


def finished(row: RunRow) -> None:
    """Bring the import to the end its run came to, unless the work itself did."""
    job = ImportJob.objects.select_for_update(no_key=True, of=("self",)).filter(run_id=row.pk).first()
    if job is None or job.is_final or job.state == ImportState.READY:
        return
    if row.state == RunState.CANCELLED:
        end(job, ImportState.CANCELLED)
    elif row.state == RunState.DEAD:
        with translation.override(job.language):
            end(
                job,
                ImportState.FAILED,
                error=_("系统处理这个文件时出错，没有完成。"),
                hint=_("请稍后再试；仍不行时请告诉系统管理员后台任务号 %(run)d。") % {"run": row.pk},
            )


@transaction.atomic
def fail(job_id: int, error: DomainError) -> None:
    """End an import with the sentence of an error, unless it has ended."""
    job = ImportJob.objects.select_for_update(no_key=True, of=("self",)).get(pk=job_id)
    if not job.is_final:
        words = " ".join(filter(None, [error.place, error.message]))
        end(job, ImportState.FAILED, error=words, hint=error.hint)


@work(CHECK, title=gettext_lazy("检查导入文件"), heavy=True, tries=3, finished=finished)
def check_file(run: Run) -> Mapping[str, Any]:
    """Check the file of an import; starts anew when it was interrupted, as nothing but its files is written."""
    job = ImportJob.objects.get(pk=run.params["job"])
    if job.state not in (ImportState.UPLOADED, ImportState.CHECKING):
        return {"state": job.state}
    ImportJob.objects.filter(pk=job.pk).update(state=ImportState.CHECKING)
    with translation.override(job.language):
        try:
            tally, summary, frames = _check(job, run)
        except DomainError as error:
            fail(job.pk, error)
            return {"refused": error.code}
    return _ready(job.pk, tally, {**summary, "frames": frames})


def _ready(job_id: int, tally: Tally, summary: dict[str, Any]) -> Mapping[str, Any]:
    with transaction.atomic():
        job = ImportJob.objects.select_for_update(no_key=True, of=("self",)).get(pk=job_id)
        if job.state != ImportState.CHECKING:
            if job.files_gone_at is not None:
                # What was just written nobody can read any more.
                sealed.remove(job.owner, FILES)
            return {"state": job.state}
        found = tally.outcomes
        job.found_new, job.found_changed = found[Outcome.NEW], found[Outcome.CHANGED]
        job.found_same, job.found_refused = found[Outcome.SAME], found[Outcome.REFUSED]
        job.total = sum(found.values())
        job.same, job.refused, job.bad_cells = job.found_same, job.found_refused, tally.cells
        job.state = ImportState.READY
        summary["reasons"] = sorted(
            ([title, words, count] for (title, words), count in tally.reasons.items()),
            key=lambda one: -one[2],
        )
        job.summary = summary
        job.save()
    return {"total": job.total, "refused": job.found_refused}


def _check(job: ImportJob, run: Run) -> tuple[Tally, dict[str, Any], dict[str, int]]:
    spec = import_of(job.spec)
    scope = spec.scope_of(run.by, job.scope_code)
    key = key_of(job)
    run.progress(0, 0, _("正在打开文件"))
    data = sealed.read_all(job.owner, SOURCE, key)
    form = Form(job.form)
    inside = check(data, form)
    book = open_book(spec, data, form, inside)
    del data
    context = Context(scope=scope, by=run.by, job_id=job.pk)
    pass_ = Pass(job, key, book, context, run)
    try:
        pass_.go()
    except BaseException:
        pass_.discard()
        raise
    return pass_.tally, pass_.summary(), pass_.close()


@dataclass
class _Way:
    """How the rows of one table are read."""

    table: Table
    index: int
    readers: list[tuple[Column, int, Reader]]
    merged: Merged
    absent: dict[str, None]


@dataclass(slots=True)
class _Read:
    """A row that was read: its table, its cells as they stand, and what is wrong with them."""

    row: Row
    index: int
    cells: Sequence[Cell]
    bad: list[CellError]


class Pass:
    """One pass over the rows of a file."""

    def __init__(self, job: ImportJob, key: bytes, book: Book, context: Context, run: Run) -> None:
        self._spec = spec = import_of(job.spec)
        self._book, self._context, self._run = book, context, run
        self._columns = {one.key: one for one in spec.columns}
        self._rows = Frames(job.owner, ROWS, key, ROW_PAGE)
        self._changed = Frames(job.owner, CHANGED, key, PAGE)
        self._errors = Frames(job.owner, ERRORS, key, PAGE)
        self._refused = Frames(job.owner, REFUSED, key, PAGE)
        self._kept = Frames(job.owner, KEPT, key, ROW_PAGE)
        self._seen: dict[Any, tuple[int, int]] = {}
        self._waiting: list[_Read] = []
        self._done = 0
        self._total = sum(table.length for table in book.tables)
        self._filled = 0
        self.tally = Tally()

    def go(self) -> None:
        """Judge every row."""
        for index, table in enumerate(self._book.tables):
            self._context.absent = frozenset(table.missing)
            way = _Way(
                table,
                index,
                [
                    (one, table.places[one.key], reader_of(one))
                    for one in self._spec.columns
                    if one.key in table.places
                ],
                self._merged(table),
                dict.fromkeys(table.missing),
            )
            # The heading first: the result workbook repeats the rows under it.
            self._refused.add(["h", index, table.sheet, table.header, table.first_column])
            for number, cells in table.rows:
                self._row(way, number, cells)
            self._judge(table)

    def _row(self, way: _Way, number: int, cells: Sequence[Cell]) -> None:
        table = way.table
        values: dict[str, Any] = dict(way.absent)
        bad: list[CellError] = []
        if number in way.merged.rows:
            cells = list(cells)
            self._filled += way.merged.fill(number, cells, bad)
        unreadable = table.facts.unreadable
        length = len(cells)
        for column, place, read in way.readers:
            cell = cells[place] if place < length else None
            try:
                if unreadable and (number, table.first_column + place) in unreadable:
                    raise Bad(_("公式没有结果或结果是错误值；请在 Excel 里打开并保存后再上传，或改填数值。"))
                values[column.key] = read(cell)
            except Bad as error:
                bad.append(CellError(column.key, str(error)))
        row = Row(number, table.sheet, values)
        if not bad:
            double = self._double(way.index, row)
            if double is not None:
                bad.append(double)
        self._waiting.append(_Read(row, way.index, cells, bad))
        if len(self._waiting) >= BATCH:
            self._judge(table)

    def _double(self, index: int, row: Row) -> CellError | None:
        """Return the error of a row whose natural key stood in the file before."""
        names = self._spec.natural_key
        known = row.values[names[0]] if len(names) == 1 else tuple(row.values[name] for name in names)
        first = self._seen.setdefault(known, (index, row.number))
        if first == (index, row.number) or known is None:
            return None
        where = (
            _("第 %(row)d 行") % {"row": first[1]}
            if first[0] == index
            else _("工作表“%(sheet)s”第 %(row)d 行")
            % {"sheet": self._book.tables[first[0]].sheet, "row": first[1]}
        )
        return CellError(names[0], _("与%(where)s重复。") % {"where": where})

    def _judge(self, table: Table) -> None:
        if not self._waiting:
            return
        batch, self._waiting = self._waiting, []
        sound = [one.row for one in batch if not one.bad]
        verdicts = self._spec.prepare(sound, self._context) if sound else []
        if len(verdicts) != len(sound):
            raise RuntimeError(
                f"import {self._spec.key}: prepare answered {len(verdicts)} of {len(sound)} rows"
            )
        keys = [one.key for one in self._spec.columns]
        following = iter(verdicts)
        # In the order of the file, whoever refuses.
        for one in batch:
            row, index = one.row, one.index
            if one.bad:
                self._refuse(table, one, one.bad)
                continue
            verdict = next(following)
            values = [plain(row.values[key]) for key in keys]
            if verdict.outcome is Outcome.REFUSED:
                self._refuse(table, one, verdict.errors or [CellError("", _("这一行不能存入。"))])
                if self._spec.refused is not None and verdict.carry is not None:
                    self._kept.add([row.number, index, verdict.carry, values])
                continue
            self.tally.outcomes[verdict.outcome] += 1
            if verdict.outcome is Outcome.SAME:
                continue
            self._rows.add([row.number, index, verdict.outcome.value, values])
            if verdict.outcome is Outcome.CHANGED:
                label = [as_masked(self._columns[name], row.values[name]) for name in self._spec.natural_key]
                changes = [
                    [str(self._columns[name].title), *self._shown_change(name, pair)]
                    for name, pair in verdict.changes.items()
                ]
                self._changed.add([row.number, row.sheet, " ".join(label), changes])
        self._done += len(batch)
        self._run.progress(min(self._done, self._total), max(self._total, self._done), _("正在核对每一行"))

    def _shown_change(self, name: str, pair: tuple[str, str]) -> list[str]:
        column = self._columns[name]
        return [as_masked(column, one) if column.personal else one for one in pair]

    def _refuse(self, table: Table, read: _Read, bad: list[CellError]) -> None:
        row, cells = read.row, read.cells
        self.tally.outcomes[Outcome.REFUSED] += 1
        reasons: list[list[str]] = []
        for error in bad:
            column = self._columns.get(error.column)
            title = str(column.title) if column is not None else ""
            place = table.places.get(error.column)
            letters = "" if place is None else column_letters(table.first_column + place)
            typed = "" if place is None or place >= len(cells) else _typed(cells[place])
            if column is not None and column.personal:
                typed = as_masked(column, typed)
            self.tally.reason(title, error.message)
            self._errors.add([table.sheet, row.number, letters, title, typed[:_SHOWN], error.message])
            reasons.append([letters, title, error.message])
        self._refused.add(["r", row.number, [_typed(cell) for cell in cells], reasons])

    def _merged(self, table: Table) -> Merged:
        names = {table.places[key]: key for key in table.places}
        return Merged(table, names, frozenset(self._spec.natural_key))

    def summary(self) -> dict[str, Any]:
        """Return what to tell about the file: names of columns and sheets and counts, no values."""
        tables = self._book.tables
        titles = {one.key: str(one.title) for one in self._spec.columns}
        return {
            "sheets": [table.sheet for table in tables],
            "ignored_sheets": self._book.ignored[:20],
            "extra": sorted({name for table in tables for name in table.extra})[:50],
            "absent_keys": [table.missing for table in tables],
            "absent": sorted({titles[key] for table in tables for key in table.missing}),
            "hidden_rows": sum(table.facts.hidden_rows for table in tables),
            "formulas": sum(table.facts.formulas for table in tables),
            "filled": self._filled,
            "encoding": self._book.encoding,
            "entries": {
                ROWS: self._rows.count,
                CHANGED: self._changed.count,
                ERRORS: self._errors.count,
                KEPT: self._kept.count,
            },
        }

    def close(self) -> dict[str, int]:
        """End the files; return the number of frames of each."""
        return {
            ROWS: self._rows.close(),
            CHANGED: self._changed.close(),
            ERRORS: self._errors.close(),
            REFUSED: self._refused.close(),
            KEPT: self._kept.close(),
        }

    def discard(self) -> None:
        """Give the files up."""
        for one in (self._rows, self._changed, self._errors, self._refused, self._kept):
            one.discard()


def _typed(cell: Cell) -> str:
    try:
        return as_text(cell)
    except Bad:
        return str(int(cell)) if isinstance(cell, float) else str(cell)


class Merged:
    """Merged cells of a table: what one covers downwards reads as its value, anything else is refused."""

    def __init__(self, table: Table, names: dict[int, str], key: frozenset[str]) -> None:
        self._covers: dict[int, list[tuple[int, int, int, int]]] = {}
        self._tops: dict[tuple[int, int], Cell] = {}
        self._names, self._key, self._left = names, key, table.first_column
        for top, left, bottom, right in table.facts.merged:
            if bottom <= table.header_row:
                continue
            for row in range(top, min(bottom, top + 10_000) + 1):
                self._covers.setdefault(row, []).append((top, left, bottom, right))
        self.rows = self._covers.keys()

    def fill(self, number: int, cells: list[Cell], bad: list[CellError]) -> int:
        """Put the values of merged cells into a row; return how many were put in."""
        filled = 0
        for top, left, _bottom, right in self._covers[number]:
            for column in range(left, right + 1):
                place = column - self._left
                name = self._names.get(place)
                if name is None or place < 0:
                    continue
                while place >= len(cells):
                    cells.append(None)
                if number == top and column == left:
                    self._tops[top, left] = cells[place]
                elif column > left or name in self._key:
                    first = f"{column_letters(left)}{top}"
                    bad.append(
                        CellError(
                            name,
                            _("与 %(cell)s 合并了，分不清是谁的值；请取消合并后逐行填写。") % {"cell": first},
                        )
                    )
                else:
                    cells[place] = self._tops.get((top, left))
                    filled += 1
        return filled
