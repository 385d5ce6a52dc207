"""What the frontline module tells others after commit."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal

LIVE_TOPIC = "frontline"
"""Topic under which open pages hear of changes."""


@dataclass(frozen=True)
class PlanChanged:
    """Who answers for what, or who stands where, was changed in a zone."""

    zone_id: int


#: Sent after commit with ``event=PlanChanged(...)``.
plan_changed = Signal()
