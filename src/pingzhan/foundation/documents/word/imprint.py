"""The imprint (版记) at the foot of the last page."""

from __future__ import annotations

import math
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from pingzhan.foundation.documents.content import PaperContent, chinese_date, joined
from pingzhan.foundation.documents.enums import Form
from pingzhan.foundation.documents.setting import TYPE_WIDTH_PT, text_width
from pingzhan.foundation.documents.word import oxml
from pingzhan.foundation.documents.word.sheet import Sheet, dress, run

SMALL_PT, SMALL_LINE_PT = 14.0, 24.0
"""4号."""

_BOX = """
<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
 <wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="1" behindDoc="0" locked="0"
  layoutInCell="1" allowOverlap="0">
  <wp:simplePos x="0" y="0"/>
  <wp:positionH relativeFrom="margin"><wp:align>left</wp:align></wp:positionH>
  <wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>
  <wp:extent cx="{wide}" cy="{high}"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapTopAndBottom/>
  <wp:docPr id="1" name="版记"/><wp:cNvGraphicFramePr/>
  <a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
   <wps:wsp><wps:cNvSpPr txBox="1"/>
    <wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>
     <a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr>
    <wps:txbx><w:txbxContent/></wps:txbx>
    <wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"><a:noAutofit/></wps:bodyPr>
   </wps:wsp></a:graphicData></a:graphic>
 </wp:anchor>
</w:drawing>
"""


def imprint_lines(paper: PaperContent) -> list[tuple[str, str]]:
    """Return the lines of the imprint, left and right part; a 信函 has no printing line (10.1)."""
    lines: list[tuple[str, str]] = []
    if paper.copy_to:
        label = "报送\uff1a" if paper.form is Form.BRIEF else "抄送\uff1a"
        lines.append((f"{label}{joined(paper.copy_to)}。", ""))
    if paper.printer and paper.form is not Form.LETTER:
        lines.append((paper.printer, f"{chinese_date(paper.printed)}印发" if paper.printed else ""))
    return lines


def write(sheet: Sheet, paper: PaperContent) -> None:
    """Write copies and printing line into a box that stands on the lower edge of the type area (7.4.1).

    A box, because frames of paragraphs lose either their place or their rules in some programs. It is anchored
    to a last paragraph that takes almost no room, and pushes text away, so nothing is ever printed under it.
    """
    lines = imprint_lines(paper)
    if not lines:
        return
    anchor = sheet.paragraph(line=1)
    box, content = _box(sum(_height(left, right) for left, right in lines))
    anchor.add_run()._r.append(box)
    table = _table(content, ruled=paper.form is not Form.LETTER)
    for left, right in lines:
        row, cell = oxml.element("tr"), oxml.element("tc")
        width = oxml.element("tcPr")
        width.append(oxml.element("tcW", w=round(TYPE_WIDTH_PT * 20), type="dxa"))
        paragraph = Paragraph(oxml.element("p"), anchor._parent)
        cell.extend([width, paragraph._p])
        row.append(cell)
        table.append(row)
        _line(paragraph, left, right)
    # A box must end with a paragraph.
    end = Paragraph(oxml.element("p"), anchor._parent)
    content.append(end._p)
    dress(end, line=1)


def _height(left: str, right: str) -> float:
    """Return how high a line of the imprint is set, in points; long lists of copies run on."""
    room = TYPE_WIDTH_PT - (2 if right else 5) * SMALL_PT
    return SMALL_LINE_PT * max(1, math.ceil(text_width(left + right, SMALL_PT) / room))


def _box(height: float) -> tuple[Any, Any]:
    """Return a drawing that stands at the foot of the type area, and the element its paragraphs go into."""
    wide, high = round(TYPE_WIDTH_PT * 12700), round((height + 3) * 12700)
    drawing = parse_xml(_BOX.format(wide=wide, high=high))
    content = drawing.find(f".//{qn('w:txbxContent')}")
    return drawing, content


def _line(paragraph: Any, left: str, right: str) -> None:
    if right:
        dress(paragraph, line=SMALL_LINE_PT, left=SMALL_PT)
        tabs = oxml.set_paragraph(paragraph._p.get_or_add_pPr(), "tabs")
        tabs.append(oxml.element("tab", val="right", pos=round((TYPE_WIDTH_PT - SMALL_PT) * 20)))
    else:
        # 抄送 with its colon is three characters wide; further lines begin under the first name.
        dress(paragraph, line=SMALL_LINE_PT, left=4 * SMALL_PT, first=-3 * SMALL_PT, right=SMALL_PT)
    run(paragraph, f"{left}\t{right}" if right else left, size=SMALL_PT, squeeze=False)


def _table(content: Any, *, ruled: bool) -> Any:
    """Add a table of one column as wide as the type area: thick rules above and below, thin between."""
    table, properties = oxml.element("tbl"), oxml.element("tblPr")
    properties.append(oxml.element("tblW", w=round(TYPE_WIDTH_PT * 20), type="dxa"))
    if ruled:
        borders = oxml.element("tblBorders")
        for side, eighths in (("top", 8), ("bottom", 8), ("insideH", 4)):
            borders.append(oxml.border(side, eighths=eighths))
        properties.append(borders)
    properties.append(oxml.element("tblLayout", type="fixed"))
    margins = oxml.element("tblCellMar")
    for side in ("left", "right"):
        margins.append(oxml.element(side, w=0, type="dxa"))
    properties.append(margins)
    grid = oxml.element("tblGrid")
    grid.append(oxml.element("gridCol", w=round(TYPE_WIDTH_PT * 20)))
    table.extend([properties, grid])
    content.append(table)
    return table
