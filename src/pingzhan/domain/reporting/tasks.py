"""The loop of what is due and of reminders."""

from __future__ import annotations

from pingzhan.domain.reporting.actions.generating import make_dues
from pingzhan.domain.reporting.actions.reminding import remind_due

SECONDS = 15.0
"""How late a due report may be listed and a reminder go out."""


def reports_loop() -> None:
    """List what is due and send the reminders that are."""
    make_dues()
    remind_due()
