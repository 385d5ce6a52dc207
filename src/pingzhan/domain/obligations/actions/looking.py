"""Looking at what is due, which first makes sure that it is there: the first look after a switch is right at once."""

from __future__ import annotations

from datetime import date

from django.db import connection

from pingzhan.domain.obligations.actions.settling import settle
from pingzhan.domain.obligations.queries.now import business_now
from pingzhan.domain.obligations.queries.today import Due, list_of


def today(unit_id: int, *, everything: bool = False) -> list[Due]:
    """Return what the unit has to do today, the most urgent first.

    Of an enterprise, what it and its people answer for; ``everything`` adds what the zone and its departments
    owe it. Makes it first when nobody did yet today, or when posture or measures of the unit changed and the loop has
    not come by.
    """
    now, day = business_now()
    if _is_stale(unit_id, day):
        settle([unit_id], day)
    return list_of(unit_id, day, now, everything=everything)


def _is_stale(unit_id: int, day: date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((SELECT day FROM obligations_unitday WHERE unit_id = u.id), '-infinity') < %s"
            " OR EXISTS (SELECT 1 FROM obligations_mark m WHERE m.settled_at IS NULL"
            " AND left(u.path, length(m.path)) = m.path) FROM territory_unit u WHERE u.id = %s",
            [day, unit_id],
        )
        row = cursor.fetchone()
    return bool(row and row[0])
