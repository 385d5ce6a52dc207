"""What the drills module tells others after commit."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True)
class DrillChanged:
    """A drill was started or ended; nothing is told of one that is only prepared."""

    drill_id: int
    world: int
    running: bool


#: Sent after commit with ``event=DrillChanged(...)``.
drill_changed = Signal()
