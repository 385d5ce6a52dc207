"""Person-level coverage, computed by the ledgers when it is asked for and stored nowhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple


class Slot(NamedTuple):
    """The period a coverage is asked for: [t0, t1); ``n`` is the minute of the day at which it begins."""

    n: int
    t0: datetime
    t1: datetime


CoverageFn = Callable[[Sequence[int], date, Slot], Mapping[int, tuple[int, int]]]
"""``fn(unit_ids, day, slot) -> {unit_id: (expected, done)}``, one query for all units."""

_coverage: dict[str, CoverageFn] = {}


def register_coverage(evidence: str, fn: CoverageFn) -> None:
    """Have ``fn`` say how many are expected and how many were done for every slot of this evidence.

    An obligation of this evidence is then closed by ``satisfy`` only when done reaches expected (nobody
    expected counts as done). Called from ready(); a repeated call replaces the former.
    """
    _coverage[str(evidence)] = fn


def coverage_of(
    evidence: str, unit_ids: Sequence[int], day: date, slot: Slot
) -> Mapping[int, tuple[int, int]]:
    """Return (expected, done) by unit, nothing where the evidence has no coverage."""
    fn = _coverage.get(evidence)
    return fn(unit_ids, day, slot) if fn is not None else {}


def has_coverage(evidence: str) -> bool:
    """Return whether the evidence is judged by coverage."""
    return evidence in _coverage


def covered() -> tuple[str, ...]:
    """Return the kinds of evidence that are judged by coverage."""
    return tuple(_coverage)
