"""What a unit has to do today, the most urgent first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import get_language

from pingzhan.domain.obligations import settings
from pingzhan.domain.obligations.coverage import Slot, coverage_of, covered
from pingzhan.domain.obligations.enums import State

BACK = timedelta(days=3)
"""How long what is late from former days stays on the list of today."""


@dataclass(frozen=True)
class Due:
    """One line of 今日要办.

    ``period`` is [from, to); ``expected`` and ``done`` count persons or pieces, 0 and 0 where nothing is
    counted. ``version`` is the set version it was demanded by, ``why`` the clause or the waiver's reason,
    ``source`` what brought it into being (enums.Source).
    """

    id: int
    measure: str
    title: str
    evidence: str
    subject: str
    subject_id: int
    day: date
    slot: int
    period: tuple[datetime, datetime]
    due_at: datetime
    state: str
    expected: int
    done: int
    why: str
    version: int
    version_name: str
    item: int
    severity: int
    done_at: datetime | None
    level: int | None
    party: str
    source: str = ""

    @property
    def is_waiting(self) -> bool:
        """Return whether something is to be done."""
        return self.state in (State.OPEN, State.LATE)


_LIST = """
SELECT o.id, y.key, {title}, d.evidence, d.subject, o.subject_id, o.day, o.slot, o.t0, o.t1, o.due_at,
    CASE WHEN o.state = 'open' AND o.due_at <= statement_timestamp() THEN 'late' ELSE o.state END,
    o.need, o.got, CASE WHEN o.state = 'waived' THEN w.reason ELSE d.clause END, d.set_version, d.set_name,
    d.item, d.severity, o.done_at, o.level, d.party, o.source
FROM obligations_obligation o
JOIN obligations_demand d ON d.id = o.demand_id
JOIN obligations_duty y ON y.id = o.duty_id
JOIN territory_unit u ON u.id = o.unit_id
LEFT JOIN obligations_waiver w ON w.id = o.waiver_id
WHERE o.unit_id = %(unit)s AND NOT (o.state = 'withdrawn') AND o.t0 < %(ends)s
    AND (%(everything)s OR u.kind <> 'enterprise' OR d.party IN ('employer', 'individual'))
    AND (o.day = %(day)s
        OR (o.state IN ('open', 'late') AND (o.t1 > statement_timestamp() OR o.due_at > %(back)s))
        OR (o.state = 'done' AND o.day > %(day)s AND o.closed_at >= %(begins)s))
"""
_ORDER = {State.LATE: 0, State.OPEN: 1, State.DONE: 2, State.WAIVED: 3}


def title_column(alias: str = "d") -> str:
    """Return the SQL of a demand's words in the reader's language."""
    if (get_language() or "").startswith("en"):
        return f"coalesce(nullif({alias}.title_en, ''), {alias}.title)"
    return f"{alias}.title"


def list_of(unit_id: int, day: date, now: datetime, *, everything: bool = False) -> list[Due]:
    """Return the obligations of a unit: those of the day, those still running and those lately missed.

    One query, and one for each counted evidence and period. An open one past its due time reads as late, even
    when no sweep has come by yet.
    """
    clock = settings.business_clock()
    given: dict[str, Any] = {
        "unit": unit_id,
        "day": day,
        "begins": clock.begins(day),
        "ends": clock.begins(day + timedelta(days=1)),
        "back": now - BACK,
        "everything": everything,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LIST.replace("{title}", title_column()), given)
        rows = [_due(row) for row in cursor.fetchall()]
    found = _with_coverage(rows, unit_id)
    return sorted(
        found, key=lambda one: (_ORDER[State(one.state)], one.due_at, -one.severity, one.item, one.id)
    )


def _due(row: Sequence[Any]) -> Due:
    id_, measure, title, evidence, subject, subject_id, day, slot, t0, t1, due_at, state, need, got, *rest = (
        row
    )
    several = need > 1
    counts = (need, got) if several else (0, 0)
    return Due(
        id_, measure, title, evidence, subject, subject_id, day, slot, (t0, t1), due_at, state, *counts, *rest
    )


def _with_coverage(rows: list[Due], unit_id: int) -> list[Due]:
    judged = set(covered())
    asked: dict[tuple[str, date, Slot], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for one in rows:
        if one.evidence in judged and one.slot >= 0:
            asked[one.evidence, one.day, Slot(one.slot, *one.period)] = (0, 0)
    for key in asked:
        asked[key] = coverage_of(key[0], [unit_id], key[1], key[2]).get(unit_id, (0, 0))
    return [
        _counted(one, *asked[one.evidence, one.day, Slot(one.slot, *one.period)])
        if one.evidence in judged and one.slot >= 0
        else one
        for one in rows
    ]


def _counted(one: Due, expected: int, done: int) -> Due:
    return replace(one, expected=expected, done=done)
