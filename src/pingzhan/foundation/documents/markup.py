"""The light text in which a clerk writes the body, and back.

A line is a paragraph. A line that begins with 一、 （一） 1. or （1） is a heading of level 1 to 4; if text follows
its first full stop, that text runs on in the type of the body. Lines between bars are a table whose first line
is the head. Empty lines part paragraphs and mean nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pingzhan.foundation.documents.content import Block, Heading, Paragraph, Table
from pingzhan.kernel import zhpunct

_NUMERALS = "一二三四五六七八九十百"
_LEVELS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"[{_NUMERALS}]+、")),
    (2, re.compile(rf"[(\uff08][{_NUMERALS}]+[)\uff09]")),
    (3, re.compile(r"\d{1,2}[.\uff0e](?!\d)")),
    (4, re.compile(r"[(\uff08]\d{1,2}[)\uff09]")),
)
_RULE_ROW = re.compile(r"^[\s|:\uff1a-]+$")
_LISTED = re.compile(r"^(\d{1,2})(?:、|\uff0e)(?!\d)", re.MULTILINE)
_STOP = "\u3002"


@dataclass(frozen=True)
class Piece:
    """A stretch of a line: as it was typed, as it is now. The two differ where something was mended."""

    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Return whether this stretch was mended."""
        return self.before != self.after


@dataclass(frozen=True)
class Proof:
    """Typed text with its punctuation put right: the text, how many places, the changed lines in pieces."""

    text: str
    count: int
    lines: tuple[tuple[int, tuple[Piece, ...]], ...]


def proofread(text: str) -> Proof:
    """Return the text with full-width punctuation and "1." for "1、" at the start of a line, and what changed.

    ``count`` is the number of places. Line numbers begin at 1. English between Chinese is left alone.
    """
    typed = text.replace("\r\n", "\n").replace("\r", "\n")
    listed = _LISTED.sub(r"\1.", typed)
    # Line by line: an open bracket of one paragraph has nothing to do with the next.
    fixed = "\n".join(zhpunct.fix(line) for line in listed.split("\n"))
    lines: list[tuple[int, tuple[Piece, ...]]] = []
    count = 0
    for number, (old, new) in enumerate(zip(typed.split("\n"), fixed.split("\n"), strict=True), 1):
        if old == new:
            continue
        pieces = _pieces(old, new)
        count += sum(len(piece.before) for piece in pieces if piece.changed)
        lines.append((number, pieces))
    return Proof(fixed, count, tuple(lines))


def _pieces(old: str, new: str) -> tuple[Piece, ...]:
    """Return the two lines, which have one length, cut where they begin or cease to differ."""
    found: list[Piece] = []
    start = 0
    for at in range(1, len(old) + 1):
        if at == len(old) or (old[at] == new[at]) != (old[start] == new[start]):
            found.append(Piece(old[start:at], new[start:at]))
            start = at
    return tuple(found)


def parse(text: str) -> tuple[Block, ...]:
    """Return the blocks of a text; nothing of it is dropped but empty lines, rules of tables and outer blanks."""
    blocks: list[Block] = []
    rows: list[tuple[str, ...]] = []
    for raw in [*text.splitlines(), ""]:
        line = raw.strip().strip("\u3000")
        if line.startswith("|") and line.count("|") > 1:
            if not _RULE_ROW.match(line):
                rows.append(tuple(cell.strip() for cell in line.strip("|").split("|")))
            continue
        if rows:
            blocks.append(_table(rows))
            rows = []
        if line:
            blocks.append(_line(line))
    return tuple(blocks)


def _line(line: str) -> Block:
    for level, pattern in _LEVELS:
        if pattern.match(line):
            head, stop, rest = line.partition(_STOP)
            return Heading(level, head + stop, rest) if rest else Heading(level, line)
    return Paragraph(line)


def _table(rows: Sequence[tuple[str, ...]]) -> Table:
    """Return the rows made equally long: a missing cell is empty, the head grows for one too many."""
    width = max(len(row) for row in rows)
    return Table(tuple(row + ("",) * (width - len(row)) for row in rows))


def render(blocks: Sequence[Block]) -> str:
    """Return the text of blocks: ``parse(render(blocks))`` gives blocks that print the same."""
    parts: list[str] = []
    for block in blocks:
        match block:
            case Heading(_, text, rest):
                parts.append(text + rest)
            case Paragraph(text):
                parts.append(text)
            case Table(rows):
                parts.append("\n".join("| " + " | ".join(map(_cell, row)) + " |" for row in rows))
    return "\n".join(parts)


def _cell(text: str) -> str:
    """Return a cell that cannot be taken for two."""
    return " ".join(text.split()).replace("|", "\uff5c")
