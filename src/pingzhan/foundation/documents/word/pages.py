"""Paper, margins, grid, styles, page numbers."""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn
from docx.shared import Mm

from pingzhan.foundation.documents import setting
from pingzhan.foundation.documents.content import PaperContent
from pingzhan.foundation.documents.enums import Form
from pingzhan.foundation.documents.word import oxml
from pingzhan.foundation.documents.word.sheet import BODY_PT, LINE_PT, Sheet, dress, run

GRID_TWIPS = 579
"""28.95 pt; 580 x 22 is more than 225 mm, and the page then takes 21 lines."""

NUMBER_PT = 14.0
"""4号."""
FOOTER_MM = 25.4
"""Page number above the paper's edge, so that its dashes are 7 mm under the type area (7.5)."""
LETTER_RULE_MM = 20.0
"""The lower rule of a 信函 above the paper's edge (10.1); its page numbers are lifted from there."""


def prepare(sheet: Sheet, paper: PaperContent) -> None:
    """Set up the only section, the base style and the page numbers."""
    document = sheet.document
    section = document.sections[0]
    section.page_width, section.page_height = Mm(setting.PAGE_MM[0]), Mm(setting.PAGE_MM[1])
    section.top_margin, section.bottom_margin = Mm(setting.TOP_MM), Mm(setting.BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(setting.LEFT_MM), Mm(setting.RIGHT_MM)
    section.header_distance, section.footer_distance = Mm(15), Mm(FOOTER_MM)
    oxml.set_section(section._sectPr, "docGrid", type="lines", linePitch=GRID_TWIPS)
    _base_style(document)
    document.settings.odd_and_even_pages_header_footer = True
    compat = oxml.element("compat")
    compat.append(
        oxml.element(
            "compatSetting", name="compatibilityMode", uri="http://schemas.microsoft.com/office/word", val=15
        )
    )
    settings = document.settings.element
    for old in settings.findall(qn("w:compat")):
        settings.remove(old)
    before = next((one for one in settings if one.tag in _AFTER_COMPAT), None)
    if before is None:
        settings.append(compat)
    else:
        before.addprevious(compat)
    letter = paper.form is Form.LETTER
    if letter:
        section.footer_distance = Mm(LETTER_RULE_MM)
    for footer, align in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        _page_number(footer.paragraphs[0], align, lift=FOOTER_MM - LETTER_RULE_MM if letter else 0.0)
    if letter:
        section.different_first_page_header_footer = True


_AFTER_COMPAT = {
    qn(f"w:{tag}")
    for tag in ("docVars", "rsids", "themeFontLang", "clrSchemeMapping", "decimalSymbol", "listSeparator")
} | {"{http://schemas.openxmlformats.org/officeDocument/2006/math}mathPr"}


def _base_style(document: Any) -> None:
    style = document.styles["Normal"].element
    oxml.set_font(style.get_or_add_rPr(), oxml.FANGSONG, BODY_PT)
    properties = style.get_or_add_pPr()
    oxml.set_lines(properties, LINE_PT)
    oxml.set_paragraph(properties, "autoSpaceDE", val=0)
    oxml.set_paragraph(properties, "autoSpaceDN", val=0)


def _page_number(paragraph: Any, align: str, *, lift: float) -> None:
    """Write "— 1 —", one character in from the outer edge, ``lift`` millimetres above the footer's lower edge."""
    outer = (NUMBER_PT, 0.0) if align == "left" else (0.0, NUMBER_PT)
    dress(paragraph, line=NUMBER_PT, align=align, left=outer[0], right=outer[1])
    oxml.set_lines(paragraph._p.get_or_add_pPr(), NUMBER_PT, after=lift * 72 / 25.4)
    for part in ("\u2014 ", None, " \u2014"):
        made = run(paragraph, part or "", font=oxml.SONGTI, size=NUMBER_PT, squeeze=False)
        fonts = made._r.rPr.find(qn("w:rFonts"))
        fonts.set(qn("w:ascii"), oxml.SONGTI)
        fonts.set(qn("w:hAnsi"), oxml.SONGTI)
        if part is None:
            for one in oxml.field("PAGE"):
                made._r.append(one)
