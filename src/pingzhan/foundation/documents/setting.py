"""Measures of GB/T 9704-2012 that both renderers share, and small rules of setting."""

from __future__ import annotations

import re

from pingzhan.foundation.documents.content import PaperContent

PAGE_MM = (210.0, 297.0)
TOP_MM, LEFT_MM, RIGHT_MM, BOTTOM_MM = 37.0, 28.0, 26.0, 35.0
"""Margins; what is left is the type area of 156 x 225 mm (5.2.1)."""

LINES, COLUMNS = 22, 28
"""A full page: 22 lines of 28 characters (5.2.3)."""

MARK_PT, MARK_LINE_PT = 36.0, 46.0
TYPE_WIDTH_PT = 442.2
"""156 mm."""

TITLE_COLUMNS = 19
"""Characters of 22 pt that stand in a line of the title with a little air on both sides."""

RED = "C00000"

_GOOD_AFTER = "的、和与及\uff0c"
_NO_START = "的、和与及》\u201d\uff09\uff0c"
_CLOSED = re.compile(r"《[^》]*》|〔[^〕]*〕\d*号|[0-9A-Za-z]+")


def mark_size(names: int) -> float:
    """Return the type size of the red head, in points, so that ``names`` characters fit the line."""
    return min(MARK_PT, float(int((TYPE_WIDTH_PT - 12) / max(names, 1))))


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is set, in points: ASCII takes half a character."""
    return sum(size / 2 if ord(mark) < 0x2E80 and mark not in "\u201c\u201d\u2014" else size for mark in text)


def sign_off_indents(organ: str, day: str, size: float) -> tuple[float, float]:
    """Return the right indents of organ and date, in points (7.3.5.1).

    The date stands four characters in and the organ is centred over it; an organ too long for that stands at
    the right edge and the date is centred under it.
    """
    difference = text_width(organ, size) - text_width(day, size)
    organ_indent = 4 * size - difference / 2
    if organ_indent >= 0:
        return organ_indent, 4 * size
    return 0.0, difference / 2


def title_lines(content: PaperContent) -> list[str]:
    """Return the lines of the title: the author's own breaks, else broken by meaning into like lengths."""
    own = [line.strip() for line in content.title.splitlines() if line.strip()]
    if len(own) != 1:
        return own
    return break_title(own[0])


def break_title(title: str, width: int = TITLE_COLUMNS) -> list[str]:
    """Return a title in as few lines as it needs, of like length, never broken inside a name in 《》.

    It is broken rather after 的, 和 or a comma than elsewhere, and no line begins with one of them.
    """
    size = text_width(title, 1.0)
    if size <= width:
        return [title]
    count = int(-(-size // width))
    closed = {at for match in _CLOSED.finditer(title) for at in range(match.start() + 1, match.end())}
    lines: list[str] = []
    start = 0
    for left in range(count, 1, -1):
        ideal = start + round((len(title) - start) / left)
        choices = [
            at
            for at in range(start + 1, len(title))
            if at not in closed and title[at] not in _NO_START and text_width(title[start:at], 1.0) <= width
        ]
        if not choices:
            break
        best = min(choices, key=lambda at: abs(at - ideal) - (2.5 if title[at - 1] in _GOOD_AFTER else 0))
        lines.append(title[start:best])
        start = best
    return [*lines, title[start:]]
