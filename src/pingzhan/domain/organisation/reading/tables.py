"""Tables in a text: rows of cells parted by tabs or upright strokes, under a row of column heads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pingzhan.domain.organisation.reading import words
from pingzhan.domain.organisation.reading.compact import Compact

_STROKES = "\t|\uff5c\u2502\u2503"
_RULE_LINE = re.compile(r"^[\s|+\-=\uff5c\u2500-\u257f:]*$")
_GROUP_HEADS = frozenset(
    {"组别", "工作组", "工作组名称", "小组", "组名", "名称", "机构", "工作专班", "专班", "小组名称"}
)
_ROLE_HEADS = frozenset(
    {"角色", "组内职务", "职务分工", "担任职务", "分工", "身份", "岗位", "组内分工", "指挥部职务"}
)
_NAME_HEADS = frozenset({"姓名", "人员", "人员姓名", "责任人", "名单", "组成人员", "成员名单"})
_TITLE_HEADS = frozenset(
    {
        "职务",
        "单位及职务",
        "单位职务",
        "现任职务",
        "工作单位及职务",
        "所在单位及职务",
        "单位和职务",
        "单位、职务",
    }
)
_UNIT_HEADS = frozenset({"单位", "工作单位", "所在单位", "部门"})
_NUMBER_HEADS = frozenset({"序号", "编号"})
_OTHER_HEADS = frozenset({"备注", "联系电话", "电话", "手机", "手机号码", "联系方式"})
_DUTY_HEAD = re.compile(rf"{words.DUTY}$")
_ROLE_HEAD = re.compile(rf"{words.ROLE}$")


@dataclass(frozen=True)
class Cell:
    """A cell as a range of the compact text; empty when ``a == b``."""

    a: int
    b: int
    text: str


@dataclass(frozen=True)
class Table:
    """A table: the range it covers, what each column holds, and its rows below the heads.

    A column is group, role, name, title, unit, duty, number, other, or ``role:组长`` for the holders of one
    role.
    """

    a: int
    b: int
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    heads: tuple[Cell, ...]


@dataclass(frozen=True)
class _Line:
    """A line of the source as cells (none in a drawn rule), or as ordinary text (``cells`` is None)."""

    start: int
    end: int
    cells: tuple[Cell, ...] | None


def find_tables(c: Compact) -> tuple[Table, ...]:
    """Return the tables of a text whose column heads are known words."""
    tables: list[Table] = []
    block: list[_Line] = []
    for line in [*_lines(c), _Line(0, 0, None)]:
        if line.cells is not None:
            block.append(line)
            continue
        table = _table(c, block)
        if table is not None:
            tables.append(table)
        block = []
    return tuple(tables)


def _lines(c: Compact) -> Iterator[_Line]:
    for number, start in enumerate(c.lines):
        end = c.lines[number + 1] if number + 1 < len(c.lines) else len(c.source)
        line = c.source[start:end].rstrip("\r\n")
        if line.strip() and _RULE_LINE.match(line):
            yield _Line(start, end, ())
        elif any(stroke in line for stroke in _STROKES):
            yield _Line(start, end, _cells(c, start, line))
        else:
            yield _Line(start, end, None)


def _cells(c: Compact, start: int, line: str) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    at = 0
    stripped = line.strip()
    framed = bool(stripped) and stripped[0] in _STROKES[1:]
    for part in re.split(f"[{_STROKES}]", line):
        a, b = c.index(start + at), c.index(start + at + len(part))
        cells.append(Cell(a, b, c.chars[a:b]))
        at += len(part) + 1
    if framed:
        cells = cells[1:]
        if cells and cells[-1].a == cells[-1].b:
            cells = cells[:-1]
    return tuple(cells)


def _table(c: Compact, block: list[_Line]) -> Table | None:
    for n, line in enumerate(block[:5]):
        row = line.cells or ()
        columns = tuple(_column(cell.text) for cell in row)
        known = [column for column in columns if column]
        filled = [cell for cell in row if cell.text]
        people = any(column == "name" or column.startswith("role:") for column in known)
        if not people or len(known) < 2 or len(known) * 2 < len(filled):
            continue
        rows = tuple(later.cells for later in block[n + 1 :] if later.cells)
        first = n
        while first and block[first - 1].cells == ():
            first -= 1
        a, b = c.index(block[first].start), c.index(block[-1].end)
        if rows and b > a:
            return Table(a, b, tuple(column or "other" for column in columns), rows, row)
    return None


def _column(text: str) -> str:
    """Return what a column with this head holds; the empty string when the head is unknown."""
    plain = re.sub(r"\(.*?\)", "", text)
    for heads, column in (
        (_GROUP_HEADS, "group"),
        (_ROLE_HEADS, "role"),
        (_NAME_HEADS, "name"),
        (_TITLE_HEADS, "title"),
        (_UNIT_HEADS, "unit"),
        (_NUMBER_HEADS, "number"),
        (_OTHER_HEADS, "other"),
    ):
        if plain in heads:
            return column
    if _ROLE_HEAD.match(plain):
        return f"role:{plain}"
    return "duty" if _DUTY_HEAD.match(plain) else ""
