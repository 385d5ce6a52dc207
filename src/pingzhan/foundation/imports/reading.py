"""Reading a file that was found fit: which sheets, which header, and the rows as they stand."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from pingzhan.foundation.imports.cells import Cell
from pingzhan.foundation.imports.guard import Form, Inside
from pingzhan.foundation.imports.sheets import SheetFacts, column_letters
from pingzhan.foundation.imports.spec import Column, ImportSpec
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import fold
from pingzhan.kernel.formulas import COMMENT, unprotect

HEADER_ROWS = 20
"""The header is looked for in this many rows: a title and a note often stand above it."""
XLS_ROWS = 65_535
"""A sheet of the old format that is this long was probably cut off: Public Health England lost 15,841 cases
of October 2020 that way."""
MAX_FIELD = 32_767
_MARKS = re.compile(r"[\s*:()\[\]_.,/\\-]+")


@dataclass
class Table:
    """A sheet whose header was understood. Columns and rows count from 1 as in the spreadsheet program."""

    sheet: str
    header_row: int
    header: list[str]
    """The headings as they stand, from column ``first_column``."""
    first_column: int
    places: dict[str, int]
    """Column key -> index into a row."""
    extra: list[str]
    missing: list[str]
    """Keys of optional columns that the sheet lacks."""
    rows: Iterator[tuple[int, Sequence[Cell]]]
    """Row number and cells from ``first_column``; rows without any content are left out."""
    length: int
    facts: SheetFacts = field(default_factory=SheetFacts)

    def reference(self, key: str, row: int) -> str:
        """Return the address of a cell, C7; the row alone for a column that the sheet lacks."""
        place = self.places.get(key)
        return str(row) if place is None else f"{column_letters(self.first_column + place)}{row}"


@dataclass
class Book:
    """All that will be read of a file, and sheets that will not."""

    tables: list[Table]
    ignored: list[str]
    encoding: str = ""


def open_book(spec: ImportSpec, data: bytes, form: Form, inside: Inside) -> Book:
    """Return the tables of a file. Raises Invalid, naming what is missing, when none has the header."""
    if form is Form.CSV:
        return _open_csv(spec, data)
    try:
        return _open_workbook(spec, data, form, inside)
    except (CalamineError, OSError, ValueError) as error:
        if "assword" in str(error):
            raise Invalid(
                _("文件设了打开密码，读不出来。"),
                hint=_("请在 Excel 里去掉密码，保存后再上传。"),
                code="upload_password",
            ) from error
        raise _unreadable() from error
    except BaseException as error:
        # The reader is compiled code; what it cannot digest may come as a panic, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise _unreadable() from None


def _unreadable() -> Invalid:
    return Invalid(
        _("文件损坏或不是 Excel 工作簿，读不出来。"),
        hint=_("请用 Excel 打开并重新保存后再上传。"),
        code="upload_damaged",
    )


def _open_workbook(spec: ImportSpec, data: bytes, form: Form, inside: Inside) -> Book:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    tables: list[Table] = []
    ignored: list[str] = []
    best: _Match | None = None
    for meta in book.sheets_metadata:
        try:
            sheet = book.get_sheet_by_name(meta.name)
        except CalamineError:
            ignored.append(meta.name)
            continue
        if sheet.start is None:
            continue
        if form is Form.XLS and sheet.total_height >= XLS_ROWS:
            raise Invalid(
                _("工作表“%(sheet)s”到了 .xls 格式的行数上限，后面的行可能已被截掉，没有读入。")
                % {"sheet": meta.name},
                hint=_("请把原始数据存成 .xlsx 或 .csv 后再上传。"),
                code="upload_xls_rows",
            )
        top, left = sheet.start
        found = _header_of(spec, _numbered(sheet.iter_rows(), top + 1))
        if found is None or meta.visible != SheetVisibleEnum.Visible:
            ignored.append(meta.name)
            continue
        if found.missing_required:
            best = best or found
            ignored.append(meta.name)
            continue
        rows = _below(sheet.iter_rows(), top + 1, found.row)
        facts = inside.sheets.get(meta.name, SheetFacts())
        if form is Form.XLS:
            facts = SheetFacts(
                merged=[(a + 1, b + 1, c + 1, d + 1) for (a, b), (c, d) in sheet.merged_cell_ranges or ()]
            )
        length = max(0, top + sheet.height - found.row)
        tables.append(
            _table(spec, found, sheet=meta.name, first_column=left + 1, rows=rows, length=length, facts=facts)
        )
    return _checked(spec, Book(tables, ignored), best)


def _blank(row: Sequence[Cell]) -> bool:
    return all(cell == "" or (type(cell) is str and cell.isspace()) for cell in row)


def _below(rows: Iterator[Any], first: int, header: int) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Yield the rows below the heading that hold anything, with their numbers."""
    for number, row in enumerate(rows, first):
        if number > header and not _blank(row):
            yield number, row


def _numbered(rows: Iterator[Any], first: int) -> Iterator[tuple[int, Sequence[Cell]]]:
    return enumerate(rows, first)


def _open_csv(spec: ImportSpec, data: bytes) -> Book:
    text, encoding = decode(data)
    csv.field_size_limit(MAX_FIELD * 4)
    try:
        lines = [
            _plain(line)
            for line in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False)
        ]
    except csv.Error as error:
        raise Invalid(
            _("CSV 文件的格式不对，读不出来。"), hint=_("请另存为 .xlsx 后再上传。"), code="upload_damaged"
        ) from error
    found = _header_of(spec, enumerate(lines, 1))
    if found is None:
        return _checked(spec, Book([], []), None)
    if found.missing_required:
        return _checked(spec, Book([], []), found)
    width = len(lines[found.row - 1])
    rows = (
        (number, line) for number, line in enumerate(lines[found.row :], found.row + 1) if not _blank(line)
    )
    table = _table(
        spec,
        found,
        sheet="",
        first_column=1,
        rows=rows,
        length=len(lines) - found.row,
        facts=SheetFacts(columns=width),
    )
    return _checked(spec, Book([table], [], encoding), None)


def _plain(line: list[str]) -> list[str]:
    """Return a line without protection of formula-like text; a comment is a line without content."""
    return [] if line and line[0].startswith(COMMENT) else [unprotect(cell) for cell in line]


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of a CSV file and its encoding: UTF-8 with or without mark, UTF-16 with mark, GB18030."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if marked else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, encoding
    raise Invalid(
        _("看不出 CSV 文件的编码。"),
        hint=_("请用 Excel 打开，另存为“CSV UTF-8”或 .xlsx 后再上传。"),
        code="upload_encoding",
    )


def _delimiter(text: str) -> str:
    line = next((line for line in text[:20_000].splitlines() if line.strip()), "")
    return max(",\t;", key=line.count)


@dataclass
class _Match:
    row: int
    header: list[str]
    places: dict[str, int]
    extra: list[str]
    doubled: list[str]
    missing_required: list[Column]


def heading(text: object) -> str:
    """Return a heading as it is compared: folded, without blanks and marks, case aside."""
    return _MARKS.sub("", fold(str(text))).casefold()


def _known(spec: ImportSpec) -> dict[str, str]:
    """Return folded heading -> column key: titles in every language of the product, and the aliases."""
    known: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for column in spec.columns:
                known.setdefault(heading(column.title), column.key)
    for column in spec.columns:
        for name in column.aliases:
            known.setdefault(heading(name), column.key)
    return known


def _header_of(spec: ImportSpec, rows: Iterator[tuple[int, Sequence[Cell]]]) -> _Match | None:
    """Return the row among the first ones that carries most headings; None when none carries two."""
    known = _known(spec)
    best: _Match | None = None
    for seen, (number, row) in enumerate(rows):
        if seen >= HEADER_ROWS:
            break
        texts = [str(cell) if isinstance(cell, str) else "" for cell in row]
        places: dict[str, int] = {}
        extra: list[str] = []
        doubled: list[str] = []
        for index, text in enumerate(texts):
            key = known.get(heading(text)) if text.strip() else None
            if key is None:
                if text.strip():
                    extra.append(text.strip())
            elif key in places:
                doubled.append(text.strip())
            else:
                places[key] = index
        if len(places) > (len(best.places) if best else min(1, len(spec.columns) - 1)):
            missing = [one for one in spec.columns if one.required and one.key not in places]
            best = _Match(number, texts, places, extra, doubled, missing)
    return best


def _table(
    spec: ImportSpec,
    found: _Match,
    *,
    sheet: str,
    first_column: int,
    rows: Iterator[tuple[int, Sequence[Cell]]],
    length: int,
    facts: SheetFacts,
) -> Table:
    if found.doubled:
        raise Invalid(
            _("表头里有重复的列：%(columns)s。") % {"columns": "、".join(found.doubled)},
            hint=_("请只保留一列后再上传。"),
            place=sheet,
            code="upload_doubled",
        )
    missing = [one.key for one in spec.columns if one.key not in found.places]
    return Table(
        sheet, found.row, found.header, first_column, found.places, found.extra, missing, rows, length, facts
    )


def _checked(spec: ImportSpec, book: Book, best: _Match | None) -> Book:
    if book.tables:
        if sum(table.length for table in book.tables) > spec.max_rows + HEADER_ROWS:
            raise Invalid(
                _("表格超过 %(limit)d 行。") % {"limit": spec.max_rows},
                hint=_("请分成几个文件导入。"),
                code="upload_rows",
            )
        return book
    if best is not None:
        raise Invalid(
            _("缺少必填的列：%(columns)s。")
            % {"columns": "、".join(str(one.title) for one in best.missing_required)},
            hint=_("请在表头补上这些列，或用下载的模板填写。"),
            code="upload_missing",
        )
    raise Invalid(
        _("没有找到表头：前 %(rows)d 行里没有认得的列名。") % {"rows": HEADER_ROWS},
        hint=_("请用下载的模板填写，列名不要改。"),
        code="upload_header",
    )
