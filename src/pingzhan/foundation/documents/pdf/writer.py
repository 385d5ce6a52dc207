"""From a paper to PDF and to pictures.

The text goes to typst as data (JSON), never as source, so nothing a person writes can become a command.
"""

from __future__ import annotations

import json
import math
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
from pingzhan.foundation.documents.word.body import centred_columns, column_widths
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
    inputs = _fitting({**_data(paper), "fonts": fonts.chosen(families, own)}, library)
    made: bytes | list[bytes] = typst.compile(
        _source(), format=kind, ppi=ppi, font_paths=library, sys_inputs=inputs
    )
    return made, families


@dataclass(frozen=True)
class _Way:
    """A way to lay out the last page: most papers come out well in the first."""

    hold_up_to: int
    leading: float = 13.24
    seal_lines: int = 2


_WAYS = (_Way(3), _Way(0), _Way(3, seal_lines=1), _Way(11), _Way(3, leading=14.6), _Way(3, leading=16.0))
"""Two lines of seal room, then less, then 21 and 20 lines a page: the standard itself says to adjust spacing
where a sign-off would stand alone (7.3.5.5)."""


def _fitting(data: dict[str, Any], library: typst.Fonts) -> dict[str, str]:
    """Return the inputs of the first way in which no sign-off stands alone and page 1 has text of the body."""
    first: dict[str, str] | None = None
    for way in _WAYS:
        length = data["last_lines"]
        more = {
            "hold_last": 0 < length <= way.hold_up_to,
            "leading": way.leading,
            "seal_lines": way.seal_lines,
        }
        inputs = {"paper": json.dumps({**data, **more}, ensure_ascii=False)}
        first = first or inputs
        found = typst.query(_source(), "<place>", field="value", font_paths=library, sys_inputs=inputs)
        places: dict[str, int] = dict(json.loads(found))
        if places.get("begin", 1) == 1 and places.get("end") == places.get("sign", places.get("end")):
            return inputs
    assert first is not None
    return first


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
        "last_lines": _last_lines(paper),
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
        found["centred"] = centred_columns(block.rows)
    elif isinstance(block, Heading):
        wide = setting.text_width(block.text, CHARACTER_PT) >= setting.TYPE_WIDTH_PT
        found["sticky"] = not block.rest and not wide
    return found


def _last_lines(paper: PaperContent) -> int:
    """Return about how many lines the last block takes; 0 when it is a table or nothing follows."""
    last = paper.blocks[-1] if paper.blocks else None
    if last is None or isinstance(last, Table) or paper.form is Form.BRIEF or not paper.organs:
        return 0
    text = last.text + last.rest if isinstance(last, Heading) else last.text
    return math.ceil((setting.text_width(text, CHARACTER_PT) + 2 * CHARACTER_PT) / setting.TYPE_WIDTH_PT)


def _sign_off(paper: PaperContent, day: str) -> list[dict[str, Any]]:
    """Return the lines of the sign-off with their right indents; a 简报 has none."""
    if not paper.organs or paper.form is Form.BRIEF:
        return []
    lines = [
        {"text": organ, "right": setting.sign_off_indents(organ, day, CHARACTER_PT)[0]}
        for organ in paper.organs
    ]
    return [*lines, {"text": day, "right": setting.sign_off_indents(paper.organs[-1], day, CHARACTER_PT)[1]}]
