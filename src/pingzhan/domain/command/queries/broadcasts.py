"""What a worker reads of the broadcasts to all, and how many have looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.db.models.functions import Now

from pingzhan.domain.command.models import Broadcast, BroadcastCopy


@dataclass(frozen=True)
class Progress:
    """How far a broadcast has come: copies written, copies looked at, when the last was written."""

    broadcast: Broadcast
    copies: int
    seen: int


def copies_of(reader: int, limit: int = 20) -> list[BroadcastCopy]:
    """Return the newest broadcasts of a reader with order and unit loaded; one query."""
    return list(
        BroadcastCopy.objects.filter(reader=reader)
        .select_related("broadcast__activation__unit")
        .order_by("-broadcast_id")[:limit]
    )


def mark_copies_seen(reader: int) -> int:
    """Note that a reader has looked at his broadcasts; return how many were new to him."""
    return BroadcastCopy.objects.filter(reader=reader, seen_at__isnull=True).update(seen_at=Now())


def progress(unit_path: str, world: int = 0) -> Progress | None:
    """Return the newest broadcast to a unit or to what is below it, None when there was none. Two queries."""
    newest = (
        Broadcast.objects.filter(world=world, activation__unit__path__startswith=unit_path)
        .select_related("activation__unit")
        .order_by("-id")
        .first()
    )
    if newest is None:
        return None
    counted = BroadcastCopy.objects.filter(broadcast=newest).aggregate(
        all=Count("id"), seen=Count("id", filter=Q(seen_at__isnull=False))
    )
    return Progress(newest, counted["all"], counted["seen"])


def unfinished_since() -> datetime | None:
    """Return when the oldest unfinished broadcast was ordered, None when all are written."""
    return Broadcast.objects.filter(done_at__isnull=True).order_by("at").values_list("at", flat=True).first()
