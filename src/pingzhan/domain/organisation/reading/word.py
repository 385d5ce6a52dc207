"""The text of a Word document's body, in document order.

Read from the XML itself: the library's own ``text`` leaves out text boxes, content controls and tracked insertions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BOX = f"{_W}txbxContent"
#: Deleted text, properties, and the second copy of a drawing are not read.
_SKIPPED = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", f"{_W}rPr", f"{_W}instrText", _FALLBACK})
_MARKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def lines(body: Any) -> Iterator[str]:
    """Yield paragraphs, and rows of tables with their cells parted by tabs; a table stands between blank lines."""
    for child in body:
        if child.tag == f"{_W}p":
            yield _text(child)
            for box in _boxes(child):
                yield from lines(box)
        elif child.tag == f"{_W}tbl":
            yield ""
            for row in child.iter(f"{_W}tr"):
                if _table_of(row) is child:
                    yield "\t".join(_cells(row))
            yield ""
        elif child.tag not in _SKIPPED:
            yield from lines(child)


def _text(paragraph: Any) -> str:
    parts: list[str] = []

    def walk(node: Any) -> None:
        for child in node:
            if child.tag in _SKIPPED or child.tag == _BOX:
                continue
            if child.tag == f"{_W}t":
                parts.append(child.text or "")
            elif child.tag in _MARKS:
                parts.append(_MARKS[child.tag])
            else:
                walk(child)

    walk(paragraph)
    return "".join(parts)


def _boxes(node: Any) -> Iterator[Any]:
    for child in node:
        if child.tag == _BOX:
            yield child
        elif child.tag not in _SKIPPED:
            yield from _boxes(child)


def _table_of(row: Any) -> Any:
    above = row.getparent()
    while above is not None and above.tag != f"{_W}tbl":
        above = above.getparent()
    return above


def _cells(row: Any) -> Iterator[str]:
    """Yield one text for each column of the grid; a merged cell has its text in the first, the others are empty."""
    for cell in row.iter(f"{_W}tc"):
        above = cell.getparent()
        while above is not row and above.tag != f"{_W}tc":
            above = above.getparent()
        if above is not row:
            continue  # a cell of a table inside a cell; its text belongs to the outer one
        merged = cell.find(f"{_W}tcPr/{_W}vMerge")
        span = cell.find(f"{_W}tcPr/{_W}gridSpan")
        continued = merged is not None and merged.get(f"{_W}val", "continue") != "restart"
        yield "" if continued else " ".join(" ".join(lines(cell)).split())
        for _extra in range(int(span.get(f"{_W}val", "1")) - 1 if span is not None else 0):
            yield ""
