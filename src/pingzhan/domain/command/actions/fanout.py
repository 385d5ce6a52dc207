"""Telling all workers of a scope after an order: a copy ready for each, and one message to each enterprise.

100,000 workers get no message of their own (command.md section 19: providers would need hours): each has one copy
of the broadcast that he reads under his own code, and the contact of each enterprise passes it on. The switch
writes one row; this runs after its commit, in chunks. Cursor and rows of a chunk move in one transaction, so a
process killed at any point is continued and each worker has exactly one copy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.command import wording
from pingzhan.domain.command.models import Broadcast, BroadcastCopy
from pingzhan.domain.organisation.enums import PostRole, ResponsibilityKind
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.foundation.messages import DRILL_PREFIX, NewNotice, enqueue_bulk

CHUNK = 5_000
"""Copies written in one transaction (command.md section 9)."""

Audience = Callable[[str, int, int], Sequence[int]]
"""``fn(unit path, after, limit)``: ids of readers greater than ``after``, ascending, at most ``limit``."""

_audiences: dict[str, Audience] = {}

#: Who passes a broadcast on in an enterprise, the first that has a seat.
PASSES_ON = (PostRole.FIRM_CONTACT, PostRole.FIRM_LEAD, PostRole.FIRM_TEAM, PostRole.FIRM_OFFICER)


@dataclass(frozen=True)
class Chunk:
    """What one step of a fan-out wrote."""

    broadcast: int
    copies: int
    enterprises: int
    done: bool


def register_audience(name: str, fn: Audience) -> None:
    """Say who the readers of an audience are; called from the ready() of the module that knows them.

    A broadcast to 'workers:/1/3/' asks the audience 'workers' for the unit path '/1/3/'. An audience nobody
    registered has no readers.
    """
    _audiences[name] = fn


def fan_out_broadcasts() -> int:
    """Write what is missing of every unfinished broadcast; return how many copies were new.

    Call it outside a transaction; any number of processes may run it at once.
    """
    copies = 0
    while (chunk := fan_out_chunk()) is not None:
        copies += chunk.copies
    return copies


@transaction.atomic
def fan_out_chunk() -> Chunk | None:
    """Write the next chunk of the oldest unfinished broadcast nobody else is at; None when nothing is left."""
    broadcast = (
        Broadcast.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .select_related("activation__unit")
        .filter(done_at__isnull=True)
        .order_by("id")
        .first()
    )
    if broadcast is None:
        return None
    name, _colon, path = broadcast.audience_query.partition(":")
    told = tell_enterprises(broadcast, path) if broadcast.cursor == 0 else 0
    audience = _audiences.get(name)
    readers = list(audience(path, broadcast.cursor, CHUNK)) if audience is not None else []
    copies = write_copies(broadcast.pk, readers)
    done = len(readers) < CHUNK
    if readers:
        broadcast.cursor = readers[-1]
    if done:
        broadcast.done_at = Now()
    broadcast.save(update_fields=["cursor", "done_at"])
    if done:
        _finish(broadcast)
    return Chunk(broadcast.pk, copies, told, done)


def write_copies(broadcast: int, readers: Sequence[int]) -> int:
    """Give each reader his copy, one statement; return how many were new."""
    if not readers:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO command_broadcastcopy (broadcast_id, reader) SELECT %s, r FROM unnest(%s::bigint[]) AS r"
            " ON CONFLICT (reader, broadcast_id) DO NOTHING",
            [broadcast, list(readers)],
        )
        return int(cursor.rowcount)


_WHO_PASSES_ON = """
SELECT u.id, u.path, o.id, o.account_id FROM territory_unit u
LEFT JOIN LATERAL (
    SELECT s.person_id FROM command_seat s JOIN organisation_post p ON p.id = s.post_id
    WHERE s.unit_id = u.id AND s.world = %(world)s AND s.closed_at IS NULL AND p.role = ANY(%(roles)s)
    ORDER BY array_position(%(roles)s, p.role), s.seat_no LIMIT 1
) seated ON true
LEFT JOIN LATERAL (
    SELECT r.person_id FROM organisation_responsibility r
    WHERE r.unit_id = u.id AND r.kind = %(responsible)s ORDER BY r.rank, r.id LIMIT 1
) answers ON true
JOIN organisation_person o ON o.id = coalesce(seated.person_id, answers.person_id)
WHERE u.kind = %(kind)s AND u.path LIKE %(below)s ORDER BY u.id
"""


def tell_enterprises(broadcast: Broadcast, path: str) -> int:
    """Write one message for each enterprise of the scope, to whoever passes it on there; return how many.

    That is its contact, else another of its own posts, else the official who answers for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _WHO_PASSES_ON,
            {
                "world": broadcast.world,
                "roles": [str(role) for role in PASSES_ON],
                "responsible": str(ResponsibilityKind.ENTERPRISE),
                "kind": str(UnitKind.ENTERPRISE),
                "below": f"{path}%",
            },
        )
        rows = cursor.fetchall()
    title = (DRILL_PREFIX if broadcast.world else "") + _("请转达本企业全体员工：%(words)s") % {
        "words": words(broadcast)
    }
    return enqueue_bulk(
        [
            NewNotice(
                dedupe=f"broadcast:{broadcast.pk}:{unit}",
                recipient=person,
                account=account,
                kind="broadcast",
                channel="auto",
                title=title,
                subject_kind="broadcast",
                subject_id=broadcast.pk,
                world=broadcast.world,
                priority=4,
                unit_path=unit_path,
            )
            for unit, unit_path, person, account in rows
        ]
    )


def words(broadcast: Broadcast) -> str:
    """Return what a broadcast says. The activation with its unit must be loaded."""
    unit = broadcast.activation.unit.name
    if broadcast.level is None:
        return _("%(unit)s已转入平时，请恢复正常生产和工作，继续做好日常防护。") % {"unit": unit}
    return _("%(unit)s已转入%(posture)s，请按所在企业的安排执行防控措施，有不适立即报告。") % {
        "unit": unit,
        "posture": wording.posture_name(broadcast.level),
    }


def _finish(broadcast: Broadcast) -> None:
    unit = broadcast.activation.unit
    copies = BroadcastCopy.objects.filter(broadcast=broadcast.pk).count()
    enterprises = Unit.objects.filter(kind=UnitKind.ENTERPRISE, path__startswith=unit.path).count()
    announce("command", {"broadcast": broadcast.pk})
    record(
        "command.broadcast",
        by=system_actor(_("系统")),
        subject=("broadcast", broadcast.pk),
        unit_path=unit.path,
        world=broadcast.world,
        body={"workers": copies, "enterprises": enterprises},
    )
