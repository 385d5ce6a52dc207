"""A change of posture or of the sets in force is marked in its own transaction; what is due follows the marks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models.functions import Now

from pingzhan.domain.command.api import Reconciled
from pingzhan.domain.command.models import Activation, ScopeState
from pingzhan.domain.obligations.actions.settling import Settled, settle, units_below
from pingzhan.domain.obligations.enums import MarkKind
from pingzhan.domain.obligations.events import LIVE_TOPIC, WAKE_CHANNEL
from pingzhan.domain.obligations.models import Mark
from pingzhan.domain.obligations.queries.now import business_now
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce


def follow(result: Reconciled, activation: Activation | None, at: datetime) -> None:
    """Mark the scopes of an order of the real world (command.api.register_follower).

    Rows in the order's own transaction: either both are there or neither, whenever the machine stops. One order
    may switch several scopes; those are the ones whose state it changed at its own time.
    """
    if activation is None or result.state.world_no:
        return
    levels: dict[str, int | None] = dict(
        ScopeState.objects.filter(
            world=0, changed_at=at, unit__path__startswith=result.state.zone.path
        ).values_list("unit__path", "activation__level")
    )
    levels[activation.unit.path] = None if activation.ended_at is not None else activation.level
    _mark(levels, MarkKind.SWITCH, at)


def set_changed(zone: Unit, at: datetime) -> None:
    """Mark a zone whose measure sets in force changed (measures.api.register_change_listener).

    In the transaction of the change. What is only planned is marked when it begins (mark_forces).
    """
    if at <= business_now()[0]:
        _mark({zone.path: None}, MarkKind.SET, at)


def mark_forces() -> int:
    """Mark zones whose sets in force changed without anybody's telling: a planned set or the end of a term came.

    Returns how many. One query when nothing changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.path, max(c.at) FROM measures_force f JOIN measures_slot s ON s.id = f.slot_id"
            " JOIN territory_unit u ON u.id = s.zone_id"
            " CROSS JOIN LATERAL (VALUES (f.starts_at), (coalesce(f.ended_at, f.ends_at))) AS c(at)"
            " WHERE c.at <= statement_timestamp() GROUP BY u.path"
            " HAVING max(c.at) > coalesce((SELECT max(m.at) FROM obligations_mark m"
            " WHERE m.path = u.path AND m.kind = 'set'), '-infinity')"
        )
        rows = cursor.fetchall()
    for path, at in rows:
        _mark({path: None}, MarkKind.SET, at)
    return len(rows)


def _mark(levels: Mapping[str, int | None], kind: MarkKind, at: datetime) -> None:
    Mark.objects.bulk_create(
        Mark(path=path, kind=kind, at=at, level=level) for path, level in sorted(levels.items())
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [WAKE_CHANNEL])


@transaction.atomic
def regenerate(*, by: Actor) -> Settled:
    """Bring every unit below an open mark in line; safe to be killed and to run twice at once.

    Marks another process holds are left to it.
    """
    marks = list(
        Mark.objects.filter(settled_at__isnull=True)
        .order_by("id")
        .select_for_update(skip_locked=True, no_key=True)
    )
    if not marks:
        return Settled()
    day = business_now()[1]
    settled = settle(units_below({mark.path for mark in marks}), day)
    Mark.objects.filter(pk__in=[mark.pk for mark in marks]).update(settled_at=Now())
    announce(LIVE_TOPIC, {"units": settled.units})
    record(
        "obligations.regenerate",
        by=by,
        unit_path=min((mark.path for mark in marks), key=len),
        body={
            "marks": len(marks), "units": settled.units, "made": settled.made, "withdrawn": settled.withdrawn,
        },
    )  # fmt: skip
    return settled
