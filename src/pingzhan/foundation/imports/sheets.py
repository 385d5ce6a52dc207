"""One pass over an XML part of a workbook: refuses declarations, and measures a sheet."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from pingzhan.kernel.errors import Invalid

MAX_CELLS = 6_000_000
"""Rows times columns of the area with content: 200,000 rows of 30 columns."""
MAX_COLUMNS = 300
MAX_LISTED = 50_000
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})\Z")
Range = tuple[int, int, int, int]


@dataclass
class SheetFacts:
    """What a sheet contains beside its values. Rows and columns count from 1."""

    rows: int = 0
    columns: int = 0
    hidden_rows: int = 0
    formulas: int = 0
    unreadable: set[tuple[int, int]] = field(default_factory=set)
    """Cells whose formula has no stored result, or an error as result: a reader sees them empty."""
    merged: list[Range] = field(default_factory=list)
    """First row, first column, last row, last column."""


def column_number(letters: str) -> int:
    """Return 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """Return A for 1, AA for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class Scanner:
    """Feed it the pieces of a part; it raises Invalid for what must not be read."""

    def __init__(self, *, cells: bool) -> None:
        self.facts = SheetFacts()
        self._row = self._column = 0
        self._formula = self._result = False
        self._letters: dict[str, int] = {}
        self._parser = expat.ParserCreate()
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser.StartDoctypeDeclHandler = self._declaration
        self._parser.EntityDeclHandler = self._declaration
        self._parser.buffer_text = True
        if cells:
            self._parser.StartElementHandler = self._start

    def feed(self, chunk: bytes) -> None:
        """Read on."""
        try:
            self._parser.Parse(chunk, False)
        except expat.ExpatError as error:
            raise _damaged() from error

    def close(self) -> SheetFacts:
        """End the part and return the facts."""
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise _damaged() from error
        self._cell_ended()
        return self.facts

    def _declaration(self, *_args: Any) -> None:
        raise Invalid(
            _("文件里有外部实体或文档类型声明，没有读入。"),
            hint=_("正常的 Excel 文件没有这种内容，请用 Excel 重新保存后再上传。"),
            code="upload_entity",
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self._cell(attributes)
        elif name == "row":
            self._cell_ended()
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() and len(number) <= 7 else self._row + 1
            self._column = 0
            if attributes.get("hidden") in ("1", "true"):
                self.facts.hidden_rows += 1
        elif name in {"v", "is"}:
            self._has_value()
        elif name == "f":
            self._formula = True
            self.facts.formulas += 1
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _cell(self, attributes: dict[str, str]) -> None:
        if self._formula:
            self._cell_ended()
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
            return
        letters = reference.rstrip("0123456789")
        column = self._letters.get(letters)
        if column is None:
            if not _REFERENCE.match(reference):
                raise _damaged()
            column = self._letters[letters] = column_number(letters)
        self._column = column
        row = reference[len(letters) :]
        if len(row) > 7:
            raise _damaged()
        self._row = int(row) if row else self._row
        if attributes.get("t") == "e":
            self._unreadable()

    def _unreadable(self) -> None:
        if len(self.facts.unreadable) >= MAX_LISTED:
            raise Invalid(
                _("表格里没有结果的公式太多。"),
                hint=_("请在 Excel 里复制全表，选择性粘贴为数值后再上传。"),
                code="upload_formulas",
            )
        self.facts.unreadable.add((self._row, self._column))

    def _has_value(self) -> None:
        if self._formula:
            # An empty <v/> is no result, so wait for text.
            self._parser.CharacterDataHandler = self._text
        facts = self.facts
        grown = False
        if self._row > facts.rows:
            facts.rows, grown = self._row, True
        if self._column > facts.columns:
            facts.columns, grown = self._column, True
        if grown and (facts.columns > MAX_COLUMNS or facts.rows * facts.columns > MAX_CELLS):
            raise Invalid(
                _("表格太大：有内容的区域到第 %(rows)d 行、%(column)s 列。")
                % {"rows": facts.rows, "column": column_letters(facts.columns)},
                hint=_("请删掉表格以外的多余内容，或分成几个文件导入。"),
                code="upload_area",
            )

    def _text(self, text: str) -> None:
        if text.strip():
            self._result = True

    def _cell_ended(self) -> None:
        if self._formula:
            if not self._result:
                self._unreadable()
            self._formula = self._result = False
            self._parser.CharacterDataHandler = None

    def _merge(self, reference: str) -> None:
        first, _colon, last = reference.partition(":")
        ends = [_REFERENCE.match(one) for one in (first, last)]
        if ends[0] is None or ends[1] is None:
            return
        if len(self.facts.merged) >= MAX_LISTED:
            raise Invalid(_("表格里的合并单元格太多。"), hint=_("请取消合并后再上传。"), code="upload_merged")
        (a, b), (c, d) = ends[0].groups(), ends[1].groups()
        self.facts.merged.append((int(b), column_number(a), int(d), column_number(c)))


def _damaged() -> Invalid:
    return Invalid(
        _("文件损坏或不是 Excel 工作簿，读不出来。"),
        hint=_("请用 Excel 打开并重新保存后再上传。"),
        code="upload_damaged",
    )
