"""The loop of reminders."""

from __future__ import annotations

from pingzhan.domain.orders.actions.moving import move_vanished_everywhere
from pingzhan.domain.orders.actions.reminders import remind_due

REMIND_SECONDS = 30.0
"""How late a reminder may go out."""


def remind_loop() -> None:
    """Send the reminders that are due, and hand over orders whose post is gone (should the follower have failed)."""
    move_vanished_everywhere()
    remind_due()
