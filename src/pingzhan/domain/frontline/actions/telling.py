"""Telling others after the commit that a zone's plan changed."""

from __future__ import annotations

from django.db import transaction

from pingzhan.domain.frontline import events
from pingzhan.domain.frontline.models import Place
from pingzhan.foundation.live import announce


def tell(zone_id: int) -> None:
    """Announce to open pages, and send plan_changed after the commit."""
    announce(events.LIVE_TOPIC, {"zone": zone_id})
    transaction.on_commit(
        lambda: events.plan_changed.send_robust(sender=Place, event=events.PlanChanged(zone_id))
    )
