"""From a paper to PDF and to pictures.

The text goes to typst as data (JSON), never as source, so nothing a person writes can become a command.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst

from pingzhan.foundation.documents import setting
from pingzhan.foundation.documents.content import (
    Heading,
    PaperContent,
    Table,
    block_json,
    chinese_date,
    joined,
)
from pingzhan.foundation.documents.enums import Form
from pingzhan.foundation.documents.pdf import fonts
from pingzhan.foundation.documents.word.body import column_widths, is_short
from pingzhan.foundation.documents.word.imprint import imprint_lines

CHARACTER_PT = 15.75
"""28 characters of 16 pt are wider than 156 mm; 15.75 pt fits."""


@dataclass(frozen=True)
class Rendered:
    """A PDF and the official faces that had to be replaced in it."""

    pdf: bytes
    substituted: tuple[fonts.Substitution, ...]


def write_pdf(paper: PaperContent, own_fonts: Mapping[str, str] | None = None) -> Rendered:
    """Return the paper as PDF; the same paper gives the same pages on the same machine."""
    made, families = _compile(paper, own_fonts, "pdf", None)
    assert isinstance(made, bytes)
    return Rendered(made, tuple(fonts.substitutions(families, own_fonts)))


def pictures(
    paper: PaperContent,
    *,
    ppi: float = 96.0,
    limit: int | None = None,
    own_fonts: Mapping[str, str] | None = None,
) -> list[bytes]:
    """Return a PNG of each page, at most ``limit`` of them."""
    made, _families = _compile(paper, own_fonts, "png", ppi)
    pages = made if isinstance(made, list) else [made]
    return pages[:limit]


@lru_cache(maxsize=1)
def _source() -> bytes:
    return Path(__file__).with_name("paper.typ").read_bytes()


def _compile(
    paper: PaperContent, own: Mapping[str, str] | None, kind: Literal["pdf", "png"], ppi: float | None
) -> tuple[bytes | list[bytes], frozenset[str]]:
    library, families = fonts.library()
    data = {**_data(paper), "fonts": fonts.chosen(families, own)}
    made: bytes | list[bytes] = typst.compile(
        _source(),
        format=kind,
        ppi=ppi,
        font_paths=library,
        sys_inputs={"paper": json.dumps(data, ensure_ascii=False)},
    )
    return made, families


def _data(paper: PaperContent) -> dict[str, Any]:
    """Return the paper as paper.typ reads it: all rules of setting decided here, none there."""
    day = chinese_date(paper.dated) if paper.dated else "　　　　年　月　日"
    number = paper.number or "\u3000" * 8
    mark = paper.mark or str(paper.kind.label)
    names = [mark]
    tail = ""
    if paper.form is Form.HEAD and len(paper.organs) > 1:
        tail = "文件" if mark.endswith("文件") else ""
        names = [mark.removesuffix("文件"), *paper.organs[1:]]
    return {
        "form": str(paper.form),
        "goes_up": paper.kind.goes_up,
        "marks": names,
        "mark_tail": tail,
        "mark_size": setting.mark_size(max(map(len, names)) + (3 if tail else 0)),
        "top": [w for w in (paper.copy_no, paper.secrecy.printed, paper.urgency.printed) if w],
        "number": number,
        "signer": paper.signer,
        "organ": "、".join(paper.organs),
        "date": day,
        "title": setting.title_lines(paper),
        "plain_title": " ".join(paper.title.split()),
        "recipients": joined(paper.recipients) + "\uff1a" if paper.recipients else "",
        "blocks": [_block(one) for one in paper.blocks],
        "attachments": list(paper.attachments),
        "sign_off": _sign_off(paper, day),
        "note": f"\uff08{paper.note}\uff09" if paper.note else "",
        "imprint": [list(one) for one in imprint_lines(paper)],
        "red": setting.RED,
    }


def _block(block: Any) -> dict[str, Any]:
    found = block_json(block)
    if isinstance(block, Table):
        found["widths"] = column_widths(block.rows)
        found["short"] = [[is_short(cell) for cell in row] for row in block.rows]
    elif isinstance(block, Heading):
        wide = setting.text_width(block.text, CHARACTER_PT) >= setting.TYPE_WIDTH_PT
        found["sticky"] = not block.rest and not wide
    return found


def _sign_off(paper: PaperContent, day: str) -> list[dict[str, Any]]:
    """Return the lines of the sign-off with their right indents; a 简报 has none."""
    if not paper.organs or paper.form is Form.BRIEF:
        return []
    lines = [
        {"text": organ, "right": setting.sign_off_indents(organ, day, CHARACTER_PT)[0]}
        for organ in paper.organs
    ]
    return [*lines, {"text": day, "right": setting.sign_off_indents(paper.organs[-1], day, CHARACTER_PT)[1]}]
