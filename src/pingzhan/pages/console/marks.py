"""The hour marks of an emergency, for the desk and the wall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MARK_HOURS = (2, 4, 5, 24)
"""Marks of the clock: on site 2 h, core facts 4 h, publish 5 h, report 24 h (command.md section 18)."""


@dataclass(frozen=True)
class Mark:
    """An hour mark of the clock."""

    hours: int
    at: datetime
    past: bool
    next: bool


def marks(start: datetime, now: datetime) -> list[Mark]:
    """Return the marks of an emergency that began at ``start``; the first one ahead is ``next``."""
    times = [(hours, start + timedelta(hours=hours)) for hours in MARK_HOURS]
    coming = next((hours for hours, at in times if at > now), None)
    return [Mark(hours, at, at <= now, hours == coming) for hours, at in times]
