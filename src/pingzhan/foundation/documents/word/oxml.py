"""The few pieces of WordprocessingML that python-docx has no words for."""

from __future__ import annotations

from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

XIAOBIAOSONG = "方正小标宋简体"
FANGSONG = "仿宋_GB2312"
KAITI = "楷体_GB2312"
HEITI = "黑体"
SONGTI = "宋体"
LATIN = "Times New Roman"

# The schema fixes the order of the children; Word refuses a file that breaks it.
_PARAGRAPH_ORDER = tuple(
    """
    pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs
    suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd
    snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment
    textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange
    """.split()  # noqa: SIM905 - a list of forty strings would hide the order
)
_RUN_ORDER = tuple(
    """
    rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid
    vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em
    lang eastAsianLayout specVanish oMath
    """.split()  # noqa: SIM905
)
_SECTION_ORDER = tuple(
    """
    headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType pgNumType
    cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings
    """.split()  # noqa: SIM905
)


def element(tag: str, **attributes: object) -> Any:
    """Return an element ``w:tag`` with attributes of the same name space."""
    made = OxmlElement(f"w:{tag}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    return made


def _place(parent: Any, child: Any, order: tuple[str, ...]) -> Any:
    """Put a child where the schema wants it, instead of one of the same name."""
    name = child.tag.rpartition("}")[2]
    for old in parent.findall(child.tag):
        parent.remove(old)
    later = {qn(f"w:{tag}") for tag in order[order.index(name) + 1 :]}
    before = next((one for one in parent if one.tag in later), None)
    if before is None:
        parent.append(child)
    else:
        before.addprevious(child)
    return child


def set_paragraph(properties: Any, tag: str, **attributes: object) -> Any:
    """Set one property of a paragraph or paragraph style (``w:pPr``)."""
    return _place(properties, element(tag, **attributes), _PARAGRAPH_ORDER)


def set_run(properties: Any, tag: str, **attributes: object) -> Any:
    """Set one property of a run or style (``w:rPr``)."""
    return _place(properties, element(tag, **attributes), _RUN_ORDER)


def set_section(properties: Any, tag: str, **attributes: object) -> Any:
    """Set one property of a section (``w:sectPr``)."""
    return _place(properties, element(tag, **attributes), _SECTION_ORDER)


def set_font(properties: Any, east: str, size: float, *, color: str = "", squeeze: bool = True) -> None:
    """Set type face and size of ``w:rPr``; ``squeeze`` takes a quarter point off each character.

    28 characters of 16 pt are wider than 156 mm; with -0.25 pt each they fit.
    """
    set_run(properties, "rFonts", ascii=LATIN, hAnsi=LATIN, eastAsia=east, cs=LATIN, hint="eastAsia")
    if color:
        set_run(properties, "color", val=color)
    if squeeze:
        set_run(properties, "spacing", val=-5)
    set_run(properties, "kern", val=0)
    set_run(properties, "sz", val=round(size * 2))
    set_run(properties, "szCs", val=round(size * 2))
    set_run(properties, "lang", val="en-US", eastAsia="zh-CN")


def set_lines(properties: Any, line_pt: float, *, before: float = 0.0, after: float = 0.0) -> None:
    """Set exact line pitch and the space around, in points, in ``w:pPr``."""
    set_paragraph(
        properties,
        "spacing",
        before=round(before * 20),
        beforeAutospacing=0,
        after=round(after * 20),
        afterAutospacing=0,
        line=round(line_pt * 20),
        lineRule="exact",
    )


def border(
    side: str, *, kind: str = "single", eighths: int = 6, space: int = 0, color: str = "000000"
) -> Any:
    """Return one border of a paragraph or cell; ``eighths`` of a point thick, ``space`` points away."""
    return element(side, val=kind, sz=eighths, space=space, color=color)


def field(instruction: str, text: str = "1") -> list[Any]:
    """Return the run contents of a field such as PAGE; ``text`` stands until it is computed."""
    code = element("instrText")
    code.text = f" {instruction} "
    code.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    shown = element("t")
    shown.text = text
    return [
        element("fldChar", fldCharType="begin"),
        code,
        element("fldChar", fldCharType="separate"),
        shown,
        element("fldChar", fldCharType="end"),
    ]
