"""What the command module tells others after commit."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True)
class PostureChanged:
    """The posture of a unit and of everything below it was ordered anew; ``level`` None means routine."""

    world: int
    unit_id: int
    unit_path: str
    level: int | None
    epoch: int


#: Sent after commit with ``event=PostureChanged(...)``.
posture_changed = Signal()
