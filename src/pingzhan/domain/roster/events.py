"""What the roster tells others after commit."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True)
class DutyChanged:
    """Shifts in force of a zone changed: published, swapped, substituted, added or cancelled."""

    zone_id: int
    shift_ids: tuple[int, ...]


#: Sent after commit with ``event=DutyChanged(...)``.
duty_changed = Signal()
