"""What stands above the body: red head, number, rule, title, recipients."""

from __future__ import annotations

from typing import Any

from docx.shared import Mm

from pingzhan.foundation.documents import setting
from pingzhan.foundation.documents.content import PaperContent, chinese_date, joined
from pingzhan.foundation.documents.word import oxml
from pingzhan.foundation.documents.word.sheet import CHARACTER_PT, LINE_PT, Sheet, dress, run

_RIGHT_TAB_PT = setting.TYPE_WIDTH_PT - CHARACTER_PT


def red_head(sheet: Sheet, paper: PaperContent) -> None:
    """Write 份号, secrecy and urgency, the red mark 35 mm under the top, the number and the red rule."""
    marks = [word for word in (paper.copy_no, paper.secrecy.printed, paper.urgency.printed) if word]
    for word in [*marks, "", "", ""][:3]:
        sheet.paragraph(word, font=oxml.HEITI)
    _marks(sheet, paper, before=mark_gap())
    sheet.blank(2)
    line = sheet.paragraph(align="center")
    if paper.kind.goes_up:
        dress(line, left=CHARACTER_PT)
        _right_tab(line)
        run(line, f"{_number(paper)}\t签发人\uff1a")
        run(line, paper.signer, font=oxml.KAITI)
    else:
        run(line, _number(paper))
    _rule_below(line, eighths=18, space=6)
    sheet.blank(2)


def letter_head(sheet: Sheet, paper: PaperContent) -> None:
    """Write the head of a 信函: mark 30 mm from the edge, double rules 170 mm wide, number at the right (10.1)."""
    section = sheet.document.sections[0]
    # The type stands a little under the top of its line.
    section.header_distance = Mm(28.3)
    mark = section.first_page_header.paragraphs[0]
    size = setting.mark_size(len(paper.mark))
    dress(mark, line=size + 8, align="center")
    run(mark, paper.mark, font=oxml.XIAOBIAOSONG, size=size, color=setting.RED, squeeze=False)
    _wide_rule(section.first_page_header.add_paragraph(), "thickThinSmallGap", line=6)
    foot = section.first_page_footer.paragraphs[0]
    _wide_rule(foot, "thinThickSmallGap", line=1)
    marks = [word for word in (paper.copy_no, paper.secrecy.printed, paper.urgency.printed) if word]
    for position, word in enumerate(marks or [""]):
        line = sheet.paragraph(word, font=oxml.HEITI)
        if position == 0:
            _right_tab(line, setting.TYPE_WIDTH_PT)
            run(line, f"\t{_number(paper)}")
    sheet.blank(2)


def brief_head(sheet: Sheet, paper: PaperContent) -> None:
    """Write the head of a 日报, 周报 or 简报: red name, issue number, who and when, red rule."""
    for word in filter(None, (paper.secrecy.printed, paper.urgency.printed)):
        sheet.paragraph(word, font=oxml.HEITI)
    name = paper.mark or str(paper.kind.label)
    sheet.paragraph(
        name,
        font=oxml.XIAOBIAOSONG,
        size=setting.mark_size(len(name)),
        line=setting.MARK_LINE_PT,
        before=LINE_PT,
        align="center",
        color=setting.RED,
    )
    sheet.paragraph(_number(paper), align="center")
    line = sheet.paragraph()
    _right_tab(line)
    day = chinese_date(paper.dated) if paper.dated else ""
    run(line, f"\u3000{'、'.join(paper.organs)}\t{day}")
    _rule_below(line, eighths=18, space=4)
    sheet.blank()


def title(sheet: Sheet, lines: list[str]) -> None:
    """Write the title, each of its lines a line, and an empty line below (7.3.1)."""
    for line in lines:
        sheet.paragraph(
            line, font=oxml.XIAOBIAOSONG, size=22, line=33, align="center", keep_next=True, keep_lines=True
        )
    sheet.blank(keep=True)


def recipients(sheet: Sheet, paper: PaperContent) -> None:
    """Write to whom the paper goes, flush left, ended by a full-width colon (7.3.2)."""
    sheet.paragraph(joined(paper.recipients) + "\uff1a", align="both", keep_next=True)


def _mark_line(size: float) -> float:
    """Return the exact pitch of the red head; ten points more than the type, which stand above it."""
    return size + 10


def mark_gap() -> float:
    """Return the space that brings the mark to 35 mm under the top, after three lines, in points."""
    return max(0.0, 35 * 72 / 25.4 - 3 * LINE_PT - 7)


def _marks(sheet: Sheet, paper: PaperContent, before: float) -> None:
    """Write the red mark; joint papers have one line for each organ and 文件 beside them."""
    joint = paper.organs[1:]
    if not joint:
        _mark(sheet.document.add_paragraph(), paper.mark, before=before)
        return
    tail = "文件" if paper.mark.endswith("文件") else ""
    names = [paper.mark.removesuffix("文件"), *joint]
    table = sheet.document.add_table(rows=len(names), cols=2)
    table.autofit = False
    size = setting.mark_size(max(map(len, names)) + 3)
    for row, name in zip(table.rows, names, strict=True):
        row.cells[0].width, row.cells[1].width = Mm(126), Mm(30)
        paragraph = row.cells[0].paragraphs[0]
        _mark(paragraph, name, size=size, before=before if name == names[0] else 0.0, align="distribute")
    merged = table.cell(0, 1).merge(table.cell(len(names) - 1, 1))
    merged.vertical_alignment = 1
    _mark(merged.paragraphs[0], tail, size=size, before=before)


def _mark(
    paragraph: Any, text: str, *, before: float = 0.0, align: str = "center", size: float | None = None
) -> None:
    size = size or setting.mark_size(len(text))
    dress(paragraph, line=_mark_line(size), before=before, align=align)
    run(paragraph, text, font=oxml.XIAOBIAOSONG, size=size, color=setting.RED, squeeze=False)


def _number(paper: PaperContent) -> str:
    return paper.number or "\u3000" * 8


def _right_tab(paragraph: Any, at: float = _RIGHT_TAB_PT) -> None:
    tabs = oxml.set_paragraph(paragraph._p.get_or_add_pPr(), "tabs")
    tabs.append(oxml.element("tab", val="right", pos=round(at * 20)))


def _rule_below(paragraph: Any, *, eighths: int, space: int) -> None:
    borders = oxml.set_paragraph(paragraph._p.get_or_add_pPr(), "pBdr")
    borders.append(oxml.border("bottom", eighths=eighths, space=space, color=setting.RED))


def _wide_rule(paragraph: Any, kind: str, *, line: float) -> None:
    """Draw a double rule of 170 mm, centred on the sheet: 8 mm and 6 mm wider than the type area."""
    dress(paragraph, line=line)
    oxml.set_paragraph(
        paragraph._p.get_or_add_pPr(), "ind", left=round(-8 * 1440 / 25.4), right=round(-6 * 1440 / 25.4)
    )
    borders = oxml.set_paragraph(paragraph._p.get_or_add_pPr(), "pBdr")
    borders.append(oxml.border("bottom", kind=kind, eighths=24, color=setting.RED))
