"""Writing a list as .xlsx or .csv, row by row, with a note that says who took what out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.foundation.exports.listing import OutColumn, Value
from pingzhan.kernel.errors import Conflict
from pingzhan.kernel.formulas import COMMENT, protect

SHEET_ROWS = 1_048_575
"""Rows of a worksheet below the heading."""
PRECISE = 10**15
FIRST_DAY = date(1900, 3, 1)
"""Spreadsheet programs count a 29 February 1900 that never was; earlier days are written as text."""
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


class Counter:
    """Counts the rows that pass."""

    def __init__(self, rows: Iterable[Sequence[Value]]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Sequence[Value]]:
        for row in self._rows:
            self.count += 1
            yield row


def write(
    file: IO[bytes],
    form: str,
    *,
    title: str,
    columns: Sequence[OutColumn],
    rows: Iterable[Sequence[Value]],
    notes: Sequence[tuple[str, str]],
) -> int:
    """Write the list into an open file and return the number of rows; that number is in the file as well."""
    counted = Counter(rows)
    if form == "csv":
        _csv(file, columns, counted, notes)
    else:
        _xlsx(file, title, columns, counted, notes)
    return counted.count


def _xlsx(
    file: IO[bytes],
    title: str,
    columns: Sequence[OutColumn],
    rows: Counter,
    notes: Sequence[tuple[str, str]],
) -> None:
    options: dict[str, Any] = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        head = book.add_format({"bold": True, "bg_color": "#DCE6F2", "border": 1, "num_format": "@"})
        text = book.add_format({"num_format": "@"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(0, at, str(column.title), head)
        for number, row in enumerate(rows, 1):
            if number > SHEET_ROWS:
                raise Conflict(_("行数超过 Excel 工作表的上限。"), hint=_("请改为导出 CSV，或缩小查询范围。"))
            for at, value in enumerate(row):
                if value is None:
                    continue
                if isinstance(value, bool):
                    sheet.write_string(number, at, "是" if value else "否", text)
                elif (isinstance(value, int) and abs(value) < PRECISE) or (
                    isinstance(value, Decimal) and abs(value) < PRECISE
                ):
                    sheet.write_number(number, at, value)
                elif isinstance(value, datetime):
                    sheet.write_datetime(number, at, timezone.localtime(value).replace(tzinfo=None), moment)
                elif isinstance(value, date) and value >= FIRST_DAY:
                    sheet.write_datetime(number, at, datetime.combine(value, time.min), day)
                else:
                    # Always as text: a name that looks like a formula stays a name.
                    sheet.write_string(number, at, str(value), text)
        told = book.add_worksheet(_("导出说明"))
        told.set_column(0, 0, 14)
        told.set_column(1, 1, 80)
        for at, (name, words) in enumerate([*notes, (_("行数"), str(rows.count))]):
            told.write_string(at, 0, name, head)
            told.write_string(at, 1, words, text)


def _csv(
    file: IO[bytes], columns: Sequence[OutColumn], rows: Counter, notes: Sequence[tuple[str, str]]
) -> None:
    file.write(b"\xef\xbb\xbf")
    out = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([protect(str(column.title)) for column in columns])
        for row in rows:
            writer.writerow([protect(as_text(value)) for value in row])
        told = [f"{name}：{words}" for name, words in notes] + [f"{_('行数')}：{rows.count}"]
        writer.writerow([f"{COMMENT} " + "；".join(told)])
        out.flush()
    finally:
        out.detach()


def as_text(value: Value) -> str:
    """Return a value as CSV holds it: ISO dates, local time, plain digits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _sheet_name(title: str) -> str:
    return "".join("_" if mark in "[]:*?/\\'" else mark for mark in title)[:31] or "1"
