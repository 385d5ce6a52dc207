"""Seats whose next step is due, and what is to be done with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from pingzhan.domain.command import ladder as ladders
from pingzhan.domain.command.assignment import SeatKey
from pingzhan.domain.command.ladder import Rung


class Due(NamedTuple):
    """A seat whose next step is due, as it was taken."""

    id: int
    post_code: str
    seat_no: int
    person: int
    unit_id: int
    post_id: int | None
    opened_at: datetime
    step_no: int
    ladder: tuple[Rung, ...]
    regime: str
    posture: str
    duty_key: str
    duty_version: int | None
    done: tuple[Rung, ...]

    @property
    def key(self) -> SeatKey:
        """Return post code and seat number."""
        return SeatKey(self.post_code, self.seat_no)

    @property
    def step(self) -> int:
        """Return how many steps are done once the due ones are."""
        return ladders.step_after(self.ladder, self.step_no, self.done)

    def place_of(self, action: str) -> int | None:
        """Return the place in the ladder of the first due rung of this kind, None when none is due."""
        first = min(self.step_no, len(self.ladder) - 1)
        for n, rung in enumerate(self.done):
            if rung.action == action:
                return min(first + n, len(self.ladder) - 1)
        return None


@dataclass
class Plan:
    """What is to be done with the due seats of one zone."""

    passed: list[Due] = field(default_factory=list)
    unfilled: list[Due] = field(default_factory=list)
    named: list[Due] = field(default_factory=list)
    called: list[Due] = field(default_factory=list)
    notified: list[Due] = field(default_factory=list)
    waiting: list[Due] = field(default_factory=list)

    @property
    def staying(self) -> list[Due]:
        """Return the seats that stay with their holders and have climbed."""
        return [*self.unfilled, *self.named, *self.called, *self.notified]
