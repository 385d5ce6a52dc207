"""When the last response had ended: what was collected for it is kept no longer (PHERL 8, ERL 85)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from pingzhan.domain.command.models import Activation


def last_response_end(now: datetime) -> datetime | None:
    """Return when the last real response had ended, seen from ``now``; None while one goes on or without any.

    Drills are not responses. Two queries.
    """
    begun = Activation.objects.filter(world=0, at__lte=now)
    if begun.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=now)).exists():
        return None
    return begun.order_by("-ended_at").values_list("ended_at", flat=True).first()
