"""Reading the rows of a table into groups, entries and duties."""

from __future__ import annotations

import re

from pingzhan.domain.organisation.reading import words
from pingzhan.domain.organisation.reading.draft import UNREAD, Draft
from pingzhan.domain.organisation.reading.layout import GroupDraft
from pingzhan.domain.organisation.reading.members import Member, parse
from pingzhan.domain.organisation.reading.tables import Cell, Table

_ROLE = re.compile(rf"{words.ROLE}$")
_LEADING = re.compile(r"(?:领导小组|指挥部|委员会)$")
_DEFAULT_ROLE = "成员"


def read_table(draft: Draft, table: Table, group: GroupDraft | None) -> None:
    """Read a table; blank cells of the group and role columns repeat the cell above (merged cells).

    What stands in a column whose head is unknown stays unread.
    """
    draft.paint(table.a, table.b, "list")
    for row in table.rows:
        for cell in row:
            draft.paint(cell.a, cell.b, UNREAD)
    for head in table.heads:
        draft.paint(head.a, head.b, "list")
    role = ""
    for row in table.rows:
        cells = dict(zip(table.columns, row, strict=False))
        named = cells.get("group")
        if named is not None and named.text:
            group = _group(draft, named)
            role = ""
        if group is None:
            group = GroupDraft("领导小组", "leading", table.a, table.a)
            draft.groups.append(group)
        written = cells.get("role")
        if written is not None and written.text:
            role = written.text.rstrip(":")
            draft.paint(written.a, written.b, "list")
        number = cells.get("number")
        if number is not None:
            draft.paint(number.a, number.b, "list")
        for column, cell in zip(table.columns, row, strict=False):
            if cell.a == cell.b:
                continue
            if column.startswith("role:"):
                draft.add_members(group, column.removeprefix("role:"), cell.a, cell.b)
            elif column == "duty":
                draft.add_duties(group, cell.a, cell.b)
        _read_person(draft, group, role, cells)


def _group(draft: Draft, cell: Cell) -> GroupDraft:
    """Return the group of a cell, a known one when the table or the text named it before."""
    name = draft.c.clean(cell.a, cell.b)
    draft.paint(cell.a, cell.b, "heading")
    for known in draft.groups:
        if known.name == name:
            return known
    group = GroupDraft(name, "leading" if _LEADING.search(name) else "work", cell.a, cell.b)
    draft.groups.append(group)
    return group


def _read_person(draft: Draft, group: GroupDraft, role: str, cells: dict[str, Cell]) -> None:
    """Read the name and title columns of one row."""
    cell = cells.get("name")
    if cell is None or cell.a == cell.b:
        return
    title = cells.get("title") or cells.get("unit")
    found = parse(draft.c, cell.a, cell.b, role=role)
    if title is not None and title.a < title.b and not role and _ROLE.match(title.text):
        # The column says 职务 but holds the role in the group.
        role = title.text
        draft.paint(title.a, title.b, "list")
        title = cells.get("unit")
    role = role or _DEFAULT_ROLE
    single = len(found.entries) == 1 and found.entries[0].title is None and found.entries[0].name is not None
    if single and title is not None and title.a < title.b:
        only = found.entries[0]
        draft.paint(title.a, title.b, "entry")
        draft.add(group, role, Member(only.a, only.b, only.name, (title.a, title.b), None))
    else:
        draft.add_members(group, role, cell.a, cell.b)
