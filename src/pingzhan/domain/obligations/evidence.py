"""What a ledger tells obligations: one piece of evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence: of which unit and kind, when, of what it speaks, and where it is kept.

    ``at`` None means now. ``count`` is how many pieces it stands for where several are needed. ``measures`` are
    the keys of the measures it speaks for, where several share its kind; none of them: for all. ``written_at`` is
    when it was written, for what was there before the obligation; None means now.
    """

    unit_id: int
    kind: str
    ref: tuple[str, int]
    at: datetime | None = None
    subject_id: int = 0
    count: int | None = None
    measures: tuple[str, ...] = ()
    written_at: datetime | None = None
