"""Splitting a duty paragraph into its clauses."""

from __future__ import annotations

import re

from pingzhan.domain.organisation.reading import words
from pingzhan.domain.organisation.reading.compact import NEWLINE, Compact

_TRIM = ";。,"
_ORDINAL = re.compile(r"[一二三四五六七八九十]是")


def split(
    c: Compact, a: int, b: int, numbers: tuple[tuple[int, int], ...]
) -> tuple[list[tuple[int, int]], int]:
    """Return the ranges of the clauses in ``chars[a:b]`` and where the duties end.

    A number, or 一是, 二是, begins a clause; so does a piece after a semicolon or full stop that begins
    with a duty verb. Any other piece goes on with the clause before it ("对违反工作要求的，通报批评"),
    unless the first piece had no duty verb either. A paragraph that begins otherwise after a full stop is
    no duty any more.
    """
    starts = dict(numbers)
    pieces: list[tuple[int, int, bool]] = []
    i, numbered = a, False
    for p in range(a, b + 1):
        if p in starts or p == b or (p > a and c.chars[p - 1] in ";。"):
            if p > i:
                pieces.append((i, p, numbered))
            numbered = p in starts
            i = starts.get(p, p)
    clauses: list[tuple[int, int]] = []
    verbs = False
    for start, end, by_number in pieces:
        verb = bool(words.DUTY_VERB.match(c.chars, start))
        if not clauses:
            verbs = verb
            clauses.append((start, end))
        elif by_number or verb or _ORDINAL.match(c.chars, start):
            clauses.append((start, end))
        elif c.chars[start - 1] == "。" and c.gap(start) == NEWLINE:
            return _trimmed(c, clauses), start
        elif verbs:
            clauses[-1] = (clauses[-1][0], end)
        else:
            clauses.append((start, end))
    return _trimmed(c, clauses), b


def _trimmed(c: Compact, clauses: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the clauses without the marks that end them; empty ones vanish."""
    kept = []
    for start, stop in clauses:
        end = stop
        while end > start and c.chars[end - 1] in _TRIM:
            end -= 1
        if end > start:
            kept.append((start, end))
    return kept
