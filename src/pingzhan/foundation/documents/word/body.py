"""Paragraphs, headings, tables, attachment note, sign-off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from docx.oxml.ns import qn

from pingzhan.foundation.documents.content import (
    Block,
    Heading,
    PaperContent,
    Paragraph,
    Table,
    chinese_date,
)
from pingzhan.foundation.documents.enums import Form
from pingzhan.foundation.documents.setting import TYPE_WIDTH_PT, sign_off_indents, text_width
from pingzhan.foundation.documents.word import oxml
from pingzhan.foundation.documents.word.sheet import CHARACTER_PT, Sheet, dress, run

_INDENT = 2 * CHARACTER_PT
_HEADING_FONTS = {1: oxml.HEITI, 2: oxml.KAITI, 3: oxml.FANGSONG, 4: oxml.FANGSONG}
TABLE_PT, TABLE_LINE_PT = 12.0, 20.0
CELL_MARGINS_PT = 12.0
SHORT_WORD = 4
"""Characters of a text that stays on one line, as the head of a column."""
RUN_AIR = 1.1
"""Figures of some faces are wider than half a character."""
_RUN = re.compile("[!-~]+")


def write(sheet: Sheet, paper: PaperContent) -> None:
    """Write the blocks and all that belongs to them; the sign-off never stands alone on a page."""
    signed = bool(paper.organs and paper.form is not Form.BRIEF)
    write_blocks(sheet, paper.blocks, keep_last=signed)
    if paper.attachments:
        _attachments(sheet, paper.attachments, keep=signed)
    if signed:
        _sign_off(sheet, paper)
    if paper.note:
        sheet.paragraph(f"\uff08{paper.note}\uff09", first=_INDENT)


def write_blocks(sheet: Sheet, blocks: Sequence[Block], *, keep_last: bool) -> None:
    """Write the blocks; ``keep_last`` ties the last one to what follows."""
    last = len(blocks) - 1
    for position, block in enumerate(blocks):
        keep = keep_last and position == last
        match block:
            case Heading():
                _heading(sheet, block, keep=keep)
            case Paragraph(text):
                made = sheet.paragraph(text, align="both", first=_INDENT, keep_next=keep)
                if keep and text_width(text, CHARACTER_PT) < 3 * TYPE_WIDTH_PT:
                    # Some renderers break even inside a kept paragraph: a short one stays whole.
                    oxml.set_paragraph(made._p.get_or_add_pPr(), "keepLines")
            case Table(rows):
                _table(sheet, rows)


def _heading(sheet: Sheet, block: Heading, *, keep: bool) -> None:
    made = sheet.paragraph(
        block.text,
        font=_HEADING_FONTS[block.level],
        align="both",
        first=_INDENT,
        keep_next=keep or (not block.rest and text_width(block.text, CHARACTER_PT) < TYPE_WIDTH_PT),
    )
    oxml.set_paragraph(made._p.get_or_add_pPr(), "outlineLvl", val=block.level - 1)
    if block.rest:
        run(made, block.rest)


def _attachments(sheet: Sheet, names: tuple[str, ...], *, keep: bool) -> None:
    """Write 附件 one line under the body, two characters in; names after the first under the first (7.3.4)."""
    sheet.blank(keep=keep)
    label = 3 * CHARACTER_PT
    for position, name in enumerate(names, 1):
        number = f"{position}." if len(names) > 1 else ""
        hanging = label + len(number) * CHARACTER_PT / 2
        head = f"附件\uff1a{number}" if position == 1 else number
        made = sheet.paragraph(
            head + name,
            left=_INDENT + hanging,
            first=-hanging if position == 1 else -len(number) * CHARACTER_PT / 2,
            keep_next=keep,
        )
        oxml.set_paragraph(made._p.get_or_add_pPr(), "keepLines")


def _sign_off(sheet: Sheet, paper: PaperContent) -> None:
    """Write the organ over the date; two lines above leave room for the seal (7.3.5)."""
    sheet.blank(2, keep=True)
    day = chinese_date(paper.dated) if paper.dated else "　　　　年　月　日"
    for organ in paper.organs:
        right, _ = sign_off_indents(organ, day, CHARACTER_PT)
        sheet.paragraph(organ, align="right", right=right, keep_next=True)
    _, right = sign_off_indents(paper.organs[-1], day, CHARACTER_PT)
    sheet.paragraph(day, align="right", right=right)


def _table(sheet: Sheet, rows: tuple[tuple[str, ...], ...]) -> None:
    """Write a ruled table of small type; its head is repeated on each page, no row is broken."""
    table = sheet.document.add_table(rows=len(rows), cols=len(rows[0]))
    table.style = "Table Grid"
    table.autofit = False
    widths, centred = column_widths(rows), centred_columns(rows)
    for number, (line, texts) in enumerate(zip(table.rows, rows, strict=True)):
        properties = line._tr.get_or_add_trPr()
        properties.append(oxml.element("cantSplit"))
        if number == 0:
            properties.append(oxml.element("tblHeader"))
        for cell, text, width, middle in zip(line.cells, texts, widths, centred, strict=True):
            _cell(
                cell,
                text,
                width,
                head=number == 0,
                middle=middle or number == 0,
                keep=number < len(rows) - 1 and number < 2,
            )
    for column, width in zip(table.columns, widths, strict=True):
        column.width = round(width * 12700)
    # A paragraph of six points parts the table from what follows without taking a line.
    sheet.paragraph(line=6)


def _cell(cell: Any, text: str, width: float, *, head: bool, middle: bool, keep: bool) -> None:
    cell.width = round(width * 12700)
    properties = cell._tc.get_or_add_tcPr()
    for old in properties.findall(qn("w:vAlign")):
        properties.remove(old)
    properties.append(oxml.element("vAlign", val="center"))
    paragraph = cell.paragraphs[0]
    dress(paragraph, line=TABLE_LINE_PT, align="center" if middle else "left", keep_next=keep)
    run(paragraph, text, font=oxml.HEITI if head else oxml.FANGSONG, size=TABLE_PT, squeeze=False)


def centred_columns(rows: tuple[tuple[str, ...], ...]) -> list[bool]:
    """Return for each column whether it stands in the middle: figures and a few words do, sentences do not."""
    return [all(len(row[at]) <= 8 for row in rows) for at in range(len(rows[0]))]


def column_widths(rows: tuple[tuple[str, ...], ...]) -> list[float]:
    """Return the widths of the columns in points, together the type area, by the longest texts.

    No column is narrower than what cannot be broken in it (a number, a short head), while there is room.
    """
    columns = range(len(rows[0]))
    longest = [max(min(text_width(row[at], 1.0), 24.0) for row in rows) + 1.5 for at in columns]
    widths = [TYPE_WIDTH_PT * one / sum(longest) for one in longest]
    least = [max(_unbreakable(row[at]) for row in rows) for at in columns]
    if sum(least) > TYPE_WIDTH_PT:
        return widths
    spare = [max(0.0, width - need) for width, need in zip(widths, least, strict=True)]
    lacking = sum(max(0.0, need - width) for width, need in zip(widths, least, strict=True))
    share = lacking / sum(spare) if lacking else 0.0
    return [max(width, need) - room * share for width, need, room in zip(widths, least, spare, strict=True)]


def _unbreakable(text: str) -> float:
    """Return the width in points of the longest run that no line break may part, with the cell's margins."""
    runs = [text] if len(text) <= SHORT_WORD else _RUN.findall(text)
    return max((text_width(run, TABLE_PT) for run in runs), default=0.0) * RUN_AIR + CELL_MARGINS_PT
