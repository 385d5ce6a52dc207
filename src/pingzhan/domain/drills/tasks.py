"""The loops of drills: situations that fall due, and what a failed follower left undone."""

from __future__ import annotations

from pingzhan.domain.drills.actions.injecting import inject_due
from pingzhan.domain.drills.actions.reviewing import draft_missing
from pingzhan.domain.drills.actions.running import settle_ended

INJECT_SECONDS = 5.0
"""How late a situation may be handed out."""
SETTLE_SECONDS = 60.0


def inject_loop() -> None:
    """Hand out the situations whose time has come."""
    inject_due()


def settle_loop() -> None:
    """Close drills whose order is over and draft reviews that are missing."""
    settle_ended()
    draft_missing()
