"""The text without its blanks, every character still knowing its place.

Extracted text breaks lines and puts blanks in the middle of words, names and labels, so words are looked for
here, while the blanks stay known as gaps: they separate the entries of a list.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from pingzhan.domain.organisation.reading.model import Place
from pingzhan.domain.organisation.reading.words import RADICALS
from pingzhan.kernel import zhpunct

BLANK, NEWLINE, CELL = 1, 2, 3

_PAGE_MARK = re.compile(
    r"^[ \t\u3000]*(?:[-\u2010-\u2015\uff0d]+[ \t\u3000]*\d{1,4}[ \t\u3000]*[-\u2010-\u2015\uff0d]+"
    r"|第[ \t]*\d{1,4}[ \t]*页(?:[ \t]*[\uff0c,/]?[ \t]*共[ \t]*\d{1,4}[ \t]*页)?)[ \t\u3000]*\r?$",
    re.MULTILINE,
)
_CIRCLED = re.compile("[\u2460-\u2473]")
_QUOTE_LENGTH = 60


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    """Return a character in its plain width and form; the empty string for one that leaves no mark."""
    if char in RADICALS:
        return RADICALS[char]
    if char == "\u2236":  # the ratio sign is typed as a colon
        return ":"
    if _CIRCLED.match(char):
        return char
    if is_blank(char):
        return ""
    return "".join(c for c in unicodedata.normalize("NFKC", char) if not is_blank(c)) or char


def is_blank(char: str) -> bool:
    """Return whether a character leaves no mark on paper (blanks, control and format characters)."""
    return char.isspace() or unicodedata.category(char) in {"Cc", "Cf", "Zs", "Zl", "Zp"}


@dataclass(frozen=True)
class Compact:
    """``chars`` without blanks, ``at`` the source offset of each, ``gaps`` the kind of blank before each."""

    source: str
    chars: str
    at: tuple[int, ...]
    gaps: tuple[int, ...]
    pages: tuple[tuple[int, int], ...]
    lines: tuple[int, ...]

    def gap(self, i: int) -> int:
        """Return the kind of blank before the i'th character; both ends of the text count as new lines."""
        return self.gaps[i] if 0 < i < len(self.gaps) else NEWLINE

    def span(self, a: int, b: int) -> tuple[int, int]:
        """Return the source offsets of ``chars[a:b]``; ``a < b``."""
        return self.at[a], self.at[b - 1] + 1

    def index(self, offset: int) -> int:
        """Return the first index whose character stands at or after a source offset."""
        return bisect_left(self.at, offset)

    def place(self, a: int, b: int) -> Place:
        """Return the place of ``chars[a:b]``."""
        return self.place_at(*self.span(a, b))

    def place_at(self, start: int, end: int) -> Place:
        """Return the place of source offsets."""
        quote = " ".join(self.source[start:end].split())
        if len(quote) > _QUOTE_LENGTH:
            quote = quote[:_QUOTE_LENGTH] + "\u2026"
        return Place(start, end, bisect_left(self.lines, start + 1), quote)

    def clean(self, a: int, b: int) -> str:
        """Return ``chars[a:b]`` as one would write it: no blanks inside Chinese, full-width punctuation."""
        parts: list[str] = []
        for i in range(a, b):
            char = self.chars[i]
            if parts and self.gaps[i] and parts[-1][-1].isascii() and char.isascii():
                parts.append(" ")
            parts.append(char)
        return zhpunct.fix("".join(parts))


def compact(source: str) -> Compact:
    """Take the blanks and page numbers out of a text. Never raises."""
    pages = tuple(match.span() for match in _PAGE_MARK.finditer(source))
    chars: list[str] = []
    at: list[int] = []
    gaps: list[int] = []
    gap = NEWLINE
    coming = iter(pages)
    page = next(coming, None)
    for i, char in enumerate(source):
        if page is not None and i >= page[1]:
            page = next(coming, None)
        if page is not None and i >= page[0]:
            continue
        folded = _folded(char)
        if not folded:
            if char == "\t":
                gap = max(gap, CELL)
            elif char in "\n\r\u2028\u2029\x0b\x0c\x85":
                gap = max(gap, NEWLINE) if gap != CELL else NEWLINE
            elif unicodedata.category(char) != "Cf":
                gap = max(gap, BLANK)
            continue
        for part in folded:
            chars.append(part)
            at.append(i)
            gaps.append(gap)
            gap = 0
    lines = (0, *(match.end() for match in re.finditer("\n", source)))
    return Compact(source, "".join(chars), tuple(at), tuple(gaps), pages, lines)
