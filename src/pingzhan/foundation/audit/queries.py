"""What the 留痕 page asks: pieces of the trail, found fast however long it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q, QuerySet

from pingzhan.foundation import clock
from pingzhan.foundation.audit.verbs import read_verbs

if TYPE_CHECKING:
    from pingzhan.foundation.audit.models import AuditRecord

MAX_NAMES = 500
"""Names of actors that a part of a name may stand for; with more the part is too short to be meant."""


@dataclass(frozen=True)
class TrailFilter:
    """What to show; an empty field does not restrict. ``actor`` is part of a name.

    ``unit_path`` shows the unit and all below it. ``start`` and ``end`` are local days, both included. ``reads``
    shows only who looked at personal data.
    """

    verb: str = ""
    actor: str = ""
    unit_path: str = ""
    start: date | None = None
    end: date | None = None
    world: int | None = None
    subject_kind: str = ""
    subject_id: str = ""
    operation: str = ""
    reads: bool = False


def trail(*, paths: Collection[str], only: TrailFilter | None = None) -> QuerySet[AuditRecord]:
    """Return the records of the units under ``paths``, newest first; take pieces by ``id__lt``, never by count.

    ``paths`` is ``actor.paths(Permission.VIEW_AUDIT)``: nothing held, nothing shown.
    """
    from pingzhan.foundation.audit.models import AuditRecord

    wanted = only or TrailFilter()
    found = AuditRecord.objects.filter(covered(paths))
    if wanted.verb:
        found = found.filter(verb=wanted.verb)
    if wanted.reads:
        found = found.filter(verb__in=read_verbs())
    if wanted.actor:
        found = found.filter(actor_name__in=_names_with(wanted.actor))
    if wanted.unit_path:
        found = found.filter(unit_path__startswith=wanted.unit_path)
    if wanted.start is not None:
        found = found.filter(id__gte=_first_id_from(_midnight(wanted.start)))
    if wanted.end is not None:
        found = found.filter(id__lt=_first_id_from(_midnight(wanted.end + timedelta(days=1))))
    if wanted.world is not None:
        found = found.filter(world=wanted.world)
    if wanted.subject_kind:
        found = found.filter(subject_kind=wanted.subject_kind, subject_id=wanted.subject_id)
    if wanted.operation:
        found = found.filter(operation=wanted.operation)
    return found.order_by("-id")


def covered(paths: Collection[str]) -> Q:
    """Return the condition that a record belongs to one of the units or to one below it."""
    if "/" in paths:
        return Q()
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(unit_path__startswith=path)
    return condition


def _midnight(day: date) -> datetime:
    return clock.midnight(day)


def _first_id_from(moment: datetime) -> int:
    """Return the id of the first record at or after a moment, one more than the last when there is none.

    Times rise with the ids, because both are given under the chain's lock.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((SELECT id FROM audit_auditrecord WHERE at >= %s ORDER BY at, id LIMIT 1),"
            " (SELECT max(id) + 1 FROM audit_auditrecord), 1)",
            [moment],
        )
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


_NAMES = """
WITH RECURSIVE names AS (
    (SELECT actor_name AS name FROM audit_auditrecord ORDER BY actor_name LIMIT 1)
    UNION ALL
    SELECT (SELECT actor_name FROM audit_auditrecord WHERE actor_name > names.name
            ORDER BY actor_name LIMIT 1)
    FROM names WHERE names.name IS NOT NULL
)
SELECT name FROM names WHERE position(lower(%s) IN lower(name)) > 0 LIMIT %s
"""


def _names_with(part: str) -> list[str]:
    """Return the actors' names that contain a text: the index is visited once per name, not per record."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [part, MAX_NAMES])
        return [row[0] for row in cursor.fetchall()]
