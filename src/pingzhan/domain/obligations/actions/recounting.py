"""Evidence that was there before its obligation: counted in the transaction that makes the obligation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pingzhan.domain.obligations.actions.closing import close_many
from pingzhan.domain.obligations.evidence import Evidence
from pingzhan.domain.obligations.held import Asked, reader_of


@dataclass(frozen=True)
class Made:
    """New obligations of one kind of evidence and one period: of which units, how many rows, how much is needed."""

    evidence: str
    t0: datetime
    t1: datetime
    need: int
    rows: int
    unit_ids: Sequence[int]


def count_held(made: Sequence[Made]) -> int:
    """Close, or count towards, what was made by what the ledgers hold of it; return how many closed.

    One statement for each kind of evidence that was made, and what a closing takes. Repeated, it finds the same.
    """
    by_kind: dict[str, list[Made]] = defaultdict(list)
    for one in made:
        by_kind[one.evidence].append(one)
    pieces: list[Evidence] = []
    for kind, some in sorted(by_kind.items()):
        reader = reader_of(kind)
        if reader is None:
            continue
        asked = Asked(
            tuple(sorted({unit for one in some for unit in one.unit_ids})),
            tuple(sorted({(one.t0, one.t1) for one in some})),
            max(one.need for one in some),
        )
        pieces += [replace(one, kind=kind) for one in reader(asked)]
    return close_many(pieces)
