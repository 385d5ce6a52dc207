"""Template, filling, import, export and import again: nothing is added, lost or altered on the way."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.exports.listing import OutColumn
from pingzhan.foundation.exports.writers import write
from pingzhan.foundation.imports import guard, reading
from pingzhan.foundation.imports.cells import as_shown, reader_of
from pingzhan.foundation.imports.guard import Form
from pingzhan.foundation.imports.spec import Column, Kind
from pingzhan.foundation.imports.template import build
from pingzhan.kernel.folding import tidy
from tests.foundation.imports import sample
from tests.foundation.imports.files import GOOD, HEADER, ID, send, store

ROWS: list[tuple[Any, ...]] = [
    GOOD,
    ("A-002", "=1+1", ID, "05435000001", "1900-01-01", 0, "0.25", "损坏", "否", "鲁MD12345", "@cmd"),
    ("A-003", '-只，“引号”"', None, None, None, 1_000_000, None, None, None, None, "'=x"),
    ("##4", "+一 '单", None, None, "2026-12-31", None, "12345.678", None, None, None, "## 不是注释"),
    ("00123", "0012", None, None, None, None, None, None, None, None, "_x000D_"),
]


def kept() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(sample.KEYS)} FROM import_sample ORDER BY code")
        return list(cursor.fetchall())


def filled_by_openpyxl(rows: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(build(sample.SPEC)))
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, 2):
        for at, value in enumerate(row, 1):
            cell = sheet.cell(number, at)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def filled_by_xlsxwriter(rows: Sequence[Sequence[Any]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("零件")
        for number, row in enumerate([HEADER, *rows]):
            for at, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, at, value)
                elif value is not None:
                    sheet.write_number(number, at, value)
    return file.getvalue()


def exported(form: str) -> bytes:
    """What an export with the import's own columns writes."""

    def nth(at: int) -> Callable[[Any], Any]:
        return lambda row: row[at]

    columns = tuple(OutColumn(one.key, one.title, nth(at)) for at, one in enumerate(sample.COLUMNS))
    rows = (
        [
            value
            if isinstance(value, (int, date, Decimal)) and not isinstance(value, bool)
            else as_shown(column, value)
            for column, value in zip(sample.COLUMNS, row, strict=True)
        ]
        for row in kept()
    )
    file = io.BytesIO()
    assert write(file, form, title="零件", columns=columns, rows=rows, notes=[("导出人", "林知远")]) == len(
        kept()
    )
    return file.getvalue()


@pytest.mark.parametrize("fill", [filled_by_openpyxl, filled_by_xlsxwriter])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_round_trip_is_the_identity(clerk: Actor, fill: Any, form: str) -> None:
    job = store(clerk, send(clerk, fill(ROWS)))
    assert (job.stored_new, job.refused) == (5, 0), job.summary["reasons"]
    before = kept()
    data = exported(form)
    again = send(clerk, data, f"零件.{form}")
    assert (again.found_same, again.total) == (5, 5), (again.error, again.summary)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM import_sample")
    store(clerk, send(clerk, data, f"零件.{form}"))
    assert kept() == before
    assert exported("csv").split(b"##")[0] == (data if form == "csv" else exported("csv")).split(b"##")[0]


def test_the_template_is_what_its_columns_say() -> None:
    book = openpyxl.load_workbook(io.BytesIO(build(sample.SPEC)))
    sheet, notes = book.worksheets
    assert [cell.value for cell in sheet[1]] == list(HEADER)
    assert sheet.freeze_panes == "A2"
    assert [sheet.column_dimensions[letter].width > 5 for letter in "ABCDEFGHIJK"] == [True] * 11
    lists = {str(one.sqref).split(":")[0]: one.formula1 for one in sheet.data_validations.dataValidation}
    assert lists == {"H2": '"完好\x2c损坏"', "I2": '"是\x2c否"'}
    styles = {letter: sheet.column_dimensions[letter].number_format for letter in "ACDE"}
    assert styles == {"A": "@", "C": "@", "D": "@", "E": "yyyy-mm-dd"}
    assert notes.title == "填写说明"
    told = [row[0].value for row in notes.iter_rows()]
    assert [title for title in told if title in HEADER] == list(HEADER)


def test_an_empty_template_has_no_rows(clerk: Actor) -> None:
    job = send(clerk, build(sample.SPEC))
    assert (job.state, job.total) == ("ready", 0)


COLUMN = Column("text", "文字", max_length=500)
_texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60).map(tidy).filter(bool)


@settings(deadline=None, max_examples=60)
@given(st.lists(_texts, min_size=1, max_size=5), st.sampled_from(["xlsx", "csv"]))
def test_any_text_survives_both_forms(texts: list[str], form: str) -> None:
    from tests.foundation.imports.sample import SPEC

    file = io.BytesIO()
    rows: Iterator[list[Any]] = ([f"A-{n}", text] for n, text in enumerate(texts))
    columns = (OutColumn("code", "编号", lambda row: row), OutColumn("name", "名称", lambda row: row))
    write(file, form, title="[文]/字", columns=columns, rows=rows, notes=[])
    data = file.getvalue()
    kind = Form(form)
    book = reading.open_book(SPEC, data, kind, guard.check(data, kind))
    (table,) = book.tables
    read = reader_of(COLUMN)
    assert [read(cells[1]) for _number, cells in table.rows] == texts


@settings(deadline=None, max_examples=60)
@given(st.sampled_from("=+-@\t\r"), _texts)
def test_what_looks_like_a_formula_is_text_in_a_workbook_and_harmless_in_csv(mark: str, rest: str) -> None:
    columns = (OutColumn("name", "名称", lambda row: row),)
    for form in ("xlsx", "csv"):
        file = io.BytesIO()
        write(file, form, title="名", columns=columns, rows=iter([[mark + rest]]), notes=[])
        file.seek(0)
        if form == "csv":
            lines = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))
            assert not lines[1][0].startswith(("=", "+", "-", "@", "\t", "\r"))
        else:
            cell = openpyxl.load_workbook(file).worksheets[0]["A2"]
            assert cell.data_type == "s"


@settings(deadline=None)
@given(
    st.sampled_from([Kind.DATE, Kind.INTEGER, Kind.DECIMAL, Kind.BOOLEAN]),
    st.dates(date(1800, 1, 1), date(2199, 12, 31)),
    st.integers(-(10**14), 10**14),
    st.decimals(-(10**9), 10**9, places=4),
    st.booleans(),
)
def test_shown_values_are_read_back(kind: Kind, day: date, whole: int, part: Decimal, yes: bool) -> None:
    column = Column("x", "值", kind)
    value = {Kind.DATE: day, Kind.INTEGER: whole, Kind.DECIMAL: part, Kind.BOOLEAN: yes}[kind]
    assert reader_of(column)(as_shown(column, value)) == value


def test_batches_of_a_file_are_one_after_another(clerk: Actor) -> None:
    rows = [(f"A-{n:05d}", f"第{n}件", *[None] * 9) for n in range(4_500)]
    job = store(clerk, send(clerk, filled_by_xlsxwriter(rows)))
    assert (job.state, job.stored_new, job.summary["batches"]) == ("done", 4_500, 3)
    assert [row[0] for row in kept()] == [row[0] for row in rows]
    assert list(itertools.islice((row[1] for row in kept()), 2)) == ["第0件", "第1件"]
