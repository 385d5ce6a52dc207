"""Readings go in by whole batches: one statement for the facts and the counts of the teams."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

LOCK = 0x4EA1
"""First half of the advisory lock of an enterprise's counts: two batches never count one worker twice."""
AHEAD, OLDEST = timedelta(minutes=10), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Fact:
    """A sound reading, ready to be stored."""

    day: date
    slot: int
    employment_id: int
    enterprise_id: int
    team_id: int
    result: int
    tenths: int | None
    fever: bool
    late: bool
    source: int
    device_id: int | None
    measured_at: datetime
    uuid: uuids.UUID
    corrects: int | None = None


_COLUMNS = tuple(Fact.__slots__)
_TYPES = (
    "date", "smallint", "bigint", "bigint", "bigint", "smallint", "smallint", "bool", "bool", "smallint",
    "bigint", "timestamptz", "uuid", "bigint",
)  # fmt: skip
_STORE = f"""
WITH incoming AS MATERIALIZED (
    SELECT * FROM unnest({", ".join(f"%s::{kind}[]" for kind in _TYPES)}) AS i({", ".join(_COLUMNS)})
), known AS MATERIALIZED (
    SELECT DISTINCT r.employment_id, r.day, r.slot FROM incoming i
    JOIN health_reading r ON r.employment_id = i.employment_id AND r.day = i.day AND r.slot = i.slot
), stored AS (
    INSERT INTO health_reading ({", ".join(_COLUMNS)}) SELECT {", ".join(_COLUMNS)} FROM incoming
    ON CONFLICT (employment_id, day, slot, uuid) DO NOTHING
    RETURNING uuid, id, employment_id, enterprise_id, team_id, day, slot, result, fever
), first AS (
    SELECT DISTINCT ON (employment_id, day, slot) * FROM stored s
    WHERE NOT EXISTS (SELECT 1 FROM known k
        WHERE k.employment_id = s.employment_id AND k.day = s.day AND k.slot = s.slot)
    ORDER BY employment_id, day, slot, id DESC
), counted AS (
    INSERT INTO health_teamcount AS c (enterprise_id, team_id, day, slot, done, absent, fevers)
    SELECT enterprise_id, team_id, day, slot, count(*), count(*) FILTER (WHERE result >= 2),
        count(*) FILTER (WHERE fever)
    FROM first GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (enterprise_id, team_id, day, slot) DO UPDATE
    SET done = c.done + excluded.done, absent = c.absent + excluded.absent, fevers = c.fevers + excluded.fevers
)
SELECT s.uuid, s.enterprise_id, s.day, s.slot, f.id IS NULL FROM stored s LEFT JOIN first f ON f.id = s.id
"""  # noqa: S608 - our own column names
_TEAMS = """
INSERT INTO health_teamcount (enterprise_id, team_id, day, slot, done, absent, fevers)
SELECT DISTINCT enterprise_id, team_id, day, slot, 0, 0, 0 FROM health_reading
WHERE day = %(day)s AND slot = %(slot)s AND enterprise_id = %(unit)s
ON CONFLICT (enterprise_id, team_id, day, slot) DO NOTHING
"""
"""Rows for teams to which somebody was moved after he was counted in another one."""
_RECOUNT = """
WITH held AS (
    SELECT DISTINCT ON (r.employment_id) r.team_id, r.employment_id, r.result, r.fever FROM health_reading r
    WHERE r.day = %(day)s AND r.slot = %(slot)s AND r.enterprise_id = %(unit)s
    ORDER BY r.employment_id, r.id DESC
), sums AS (
    SELECT team_id, count(*) AS done, count(*) FILTER (WHERE result >= 2) AS absent,
        count(*) FILTER (WHERE fever) AS fevers FROM held GROUP BY 1
)
UPDATE health_teamcount c SET done = coalesce(s.done, 0), absent = coalesce(s.absent, 0),
    fevers = coalesce(s.fevers, 0)
FROM health_teamcount k LEFT JOIN sums s ON s.team_id = k.team_id
WHERE k.id = c.id AND c.enterprise_id = %(unit)s AND c.day = %(day)s AND c.slot = %(slot)s
"""


def _array(values: list[Any]) -> str:
    """Return values as the text of an array: the driver's own way takes four times as long for thousands of rows.

    All are numbers, truth values, dates, moments and UUIDs, whose texts need no quotes.
    """
    first = next((one for one in values if one is not None), None)
    text: Callable[[Any], str] = datetime.isoformat if isinstance(first, datetime) else str
    return "{" + ",".join("NULL" if one is None else text(one) for one in values) + "}"


def make_days(days: Iterable[date]) -> None:
    """Make sure that these days have a partition."""
    with connection.cursor() as cursor:
        for day in sorted(set(days)):
            cursor.execute("SELECT health_make_day(%s)", [day])


def lock_counts(unit_ids: Iterable[int]) -> None:
    """Hold the counts of these enterprises until the end of the transaction, in the order of their numbers."""
    with connection.cursor() as cursor:
        for unit in sorted(set(unit_ids)):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, unit % 2**31])


def store(facts: Sequence[Fact]) -> set[uuids.UUID]:
    """Store the facts that are new, keep the counts of the teams, and return which were new.

    The counts of a team are summed up; where somebody was entered again they are taken from the facts.
    """
    if not facts:
        return set()
    make_days(one.day for one in facts)
    lock_counts(one.enterprise_id for one in facts)
    columns = [_array([getattr(one, name) for one in facts]) for name in _COLUMNS]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, columns)
        rows = cursor.fetchall()
        for unit, day, slot in sorted({(row[1], row[2], row[3]) for row in rows if row[4]}):
            cursor.execute(_TEAMS, {"unit": unit, "day": day, "slot": slot})
            cursor.execute(_RECOUNT, {"unit": unit, "day": day, "slot": slot})
    return {row[0] for row in rows}
