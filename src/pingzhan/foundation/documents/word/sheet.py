"""A document being written, with the paragraphs and runs that papers are made of."""

from __future__ import annotations

from typing import Any

from docx.document import Document

from pingzhan.foundation.documents.word import oxml

BODY_PT = 16.0
"""3号."""
LINE_PT = 28.9
"""Exact; 22 of them fit into 225 mm, 22 of 29 pt do not."""
CHARACTER_PT = BODY_PT - 0.25


class Sheet:
    """The body of a document; paragraphs go to its end."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def paragraph(
        self,
        text: str = "",
        *,
        font: str = oxml.FANGSONG,
        size: float = BODY_PT,
        line: float = LINE_PT,
        **more: Any,
    ) -> Any:
        """Add a paragraph and return it; see ``dress`` for what else can be said of it."""
        made = self.document.add_paragraph()
        dress(made, line=line, **more)
        if text:
            run(made, text, font=font, size=size, color=more.get("color", ""))
        return made

    def blank(self, count: int = 1, *, keep: bool = False) -> None:
        """Add empty lines."""
        for _ in range(count):
            self.paragraph(keep_next=keep)


def dress(
    paragraph: Any,
    *,
    line: float = LINE_PT,
    before: float = 0.0,
    align: str = "left",
    first: float = 0.0,
    left: float = 0.0,
    right: float = 0.0,
    keep_next: bool = False,
    keep_lines: bool = False,
    color: str = "",
) -> None:
    """Set a paragraph: pitch and indents in points (``first`` may be negative), ``align`` as Word names it.

    ``first`` of two characters is written in characters too, so that it follows a change of size.
    """
    del color
    properties = paragraph._p.get_or_add_pPr()
    oxml.set_lines(properties, line, before=before)
    oxml.set_paragraph(properties, "widowControl", val=0)
    # No air between Chinese and figures: 2026年 is one word here. Some programs do not take it from the style.
    oxml.set_paragraph(properties, "autoSpaceDE", val=0)
    oxml.set_paragraph(properties, "autoSpaceDN", val=0)
    if line != LINE_PT:
        # Some programs stretch even an exact line to whole lines of the grid.
        oxml.set_paragraph(properties, "snapToGrid", val=0)
    if keep_next:
        oxml.set_paragraph(properties, "keepNext")
    if keep_lines:
        oxml.set_paragraph(properties, "keepLines")
    indents: dict[str, object] = {}
    if left:
        indents["left"] = round(left * 20)
    if right:
        indents["right"] = round(right * 20)
    if first > 0:
        indents["firstLine"] = round(first * 20)
        if abs(first - 2 * CHARACTER_PT) < 0.1:
            indents["firstLineChars"] = 200
    elif first < 0:
        indents["hanging"] = round(-first * 20)
    if indents:
        oxml.set_paragraph(properties, "ind", **indents)
    oxml.set_paragraph(properties, "jc", val=align)


def run(
    paragraph: Any,
    text: str,
    *,
    font: str = oxml.FANGSONG,
    size: float = BODY_PT,
    color: str = "",
    squeeze: bool = True,
) -> Any:
    """Add a run of text to a paragraph and return it."""
    made = paragraph.add_run(text)
    oxml.set_font(made._r.get_or_add_rPr(), font, size, color=color, squeeze=squeeze)
    return made
