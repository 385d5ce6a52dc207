"""How many areas an obligation of cleaning or airing expects, and how many were done. Computed, never stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from django.db import connection
from django.utils import timezone

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import Slot, register_coverage
from pingzhan.domain.sanitation.enums import Kind

MINUTES = 24 * 60
AFTER_SHIFT = 3000
"""From this number on the slots of obligations are those after a shift."""

_COUNT = """
SELECT a.enterprise_id, count(*), count(*) FILTER (WHERE EXISTS (
    SELECT 1 FROM sanitation_record r WHERE r.area_id = a.id AND r.enterprise_id = a.enterprise_id
        AND r.kind = %(kind)s AND r.at >= %(t0)s AND r.at < %(t1)s AND r.voided_at IS NULL
        AND coalesce(r.minutes, 0) >= r.least))
FROM sanitation_area a
WHERE a.enterprise_id = ANY(%(units)s) AND a.created_at < %(t1)s
    AND (a.retired_at IS NULL OR a.retired_at > least(%(t1)s, statement_timestamp()))
    AND CASE %(which)s WHEN 'key' THEN a.is_key WHEN 'shift' THEN a.by_shift WHEN 'airs' THEN a.airs
        ELSE true END
GROUP BY a.enterprise_id
"""


def which(kind: Kind, slot: Slot) -> str:
    """Return which areas a period of an obligation speaks of: airs, shift, key or all.

    A period of a day that begins at the minute it is named by is a round of key areas; one that ends at it,
    or is numbered after a shift, belongs to a shift; periods of days speak of all areas.
    """
    if kind == Kind.VENTILATION:
        return "airs"
    if slot.n >= AFTER_SHIFT:
        return "shift"
    if slot.n >= MINUTES:
        return "all"
    local = timezone.localtime(slot.t0)
    return "key" if local.hour * 60 + local.minute == slot.n else "shift"


def counter(kind: Kind) -> Callable[[Sequence[int], date, Slot], Mapping[int, tuple[int, int]]]:
    """Return what counts areas for a kind, as obligations ask: one query for all units."""

    def count(unit_ids: Sequence[int], day: date, slot: Slot) -> Mapping[int, tuple[int, int]]:
        del day  # the period says it
        with connection.cursor() as cursor:
            cursor.execute(
                _COUNT,
                {
                    "kind": kind.value,
                    "t0": slot.t0,
                    "t1": slot.t1,
                    "units": list(unit_ids),
                    "which": which(kind, slot),
                },
            )
            return {unit: (expected, done) for unit, expected, done in cursor.fetchall()}

    return count


def register() -> None:
    """Have obligations of both kinds judged by areas."""
    register_coverage(Evidence.DISINFECTION.value, counter(Kind.DISINFECTION))
    register_coverage(Evidence.VENTILATION.value, counter(Kind.VENTILATION))
