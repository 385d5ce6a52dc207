"""What the wall adds to 值班台: posts by enterprise, how far the orders to posts have got. One query each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Min, Q

from pingzhan.domain.command.models import Seat
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.messages.models import NoticeState


@dataclass(frozen=True)
class UnitSeats:
    """Open chairs of one enterprise; ``waiting_since`` is when the oldest unconfirmed one was given."""

    filled: int
    confirmed: int
    arrived: int
    waiting_since: datetime | None


def seats_by_unit(zone: Unit, world: int = 0) -> dict[int, UnitSeats]:
    """Return the open chairs of each enterprise of a zone that has any. One query."""
    rows = (
        Seat.objects.filter(world=world, zone=zone, closed_at__isnull=True, unit__kind=UnitKind.ENTERPRISE)
        .values("unit")
        .order_by()
        .annotate(
            filled=Count("id"),
            confirmed=Count("id", filter=Q(acked_at__isnull=False)),
            arrived=Count("id", filter=Q(arrived_at__isnull=False)),
            since=Min("opened_at", filter=Q(acked_at__isnull=True)),
        )
    )
    return {
        row["unit"]: UnitSeats(row["filled"], row["confirmed"], row["arrived"], row["since"]) for row in rows
    }


@dataclass(frozen=True)
class OrderNotices:
    """Order notices of the open chairs: all, handed over to a channel, given up."""

    total: int
    sent: int
    dead: int

    @property
    def percent(self) -> int:
        """Return the share handed over, rounded down, so that 100 means all."""
        return self.sent * 100 // self.total if self.total else 0


SENT = (NoticeState.SENT, NoticeState.DELIVERED, NoticeState.READ)


def order_notices(zone: Unit, world: int = 0) -> OrderNotices:
    """Return how far the order notices of a zone's open chairs have got. One query.

    It looks up the notices chair by chair: as a plain join the planner reads the notices of all years.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(sum(n.total), 0)::bigint, coalesce(sum(n.sent), 0)::bigint,
                   coalesce(sum(n.dead), 0)::bigint
            FROM command_seat s CROSS JOIN LATERAL (
                SELECT count(*) AS total, count(*) FILTER (WHERE o.state = ANY(%s)) AS sent,
                       count(*) FILTER (WHERE o.state = %s) AS dead
                FROM outbox_notice o
                WHERE o.subject_kind = 'seat' AND o.subject_id = s.id AND o.kind = 'order' AND o.world = %s
            ) n
            WHERE s.world = %s AND s.zone_id = %s AND s.closed_at IS NULL
            """,
            [[state.value for state in SENT], NoticeState.DEAD.value, world, world, zone.pk],
        )
        row = cursor.fetchone()
    assert row is not None
    return OrderNotices(*row)


def oldest_waiting(zone: Unit, world: int = 0) -> datetime | None:
    """Return since when the longest unconfirmed open chair has waited, None when all are confirmed. One query."""
    found = Seat.objects.filter(world=world, zone=zone, closed_at__isnull=True, acked_at__isnull=True)
    since: datetime | None = found.aggregate(since=Min("opened_at"))["since"]
    return since
