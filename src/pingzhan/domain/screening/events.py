"""What others may hear of testing rounds."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal

LIVE_TOPIC = "screening"
"""Live topic: something of a round, a plan or the samples of a zone changed."""


@dataclass(frozen=True)
class RoundAdopted:
    """A plan is in force: its slots are those of the enterprises."""

    round_id: int
    version_id: int
    zone_id: int


@dataclass(frozen=True)
class PooledPositive:
    """A tube is positive or grey and everybody in it is held; ``persons`` is how many."""

    pursuit_id: int
    tube_id: int
    zone_id: int
    verdict: str
    persons: int


@dataclass(frozen=True)
class PersonPositive:
    """Somebody's own swab is positive. One of ``individual_id`` and ``walk_in_id`` says who he is."""

    hold_id: int
    tube_id: int
    individual_id: int | None
    walk_in_id: int | None
    enterprise_id: int | None


@dataclass(frozen=True)
class PersonCleared:
    """What was said of somebody in a PersonPositive was corrected by the laboratory."""

    hold_id: int


#: Sent after commit with ``event=`` one of the three above; the rows are there for whoever missed it.
pooled_positive = Signal()
person_positive = Signal()
person_cleared = Signal()
