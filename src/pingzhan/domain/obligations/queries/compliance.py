"""Compliance over a period: from the counts of days that are over, live for today and for days that changed since.

A year of 500 enterprises and 40 measures is 7.3 million rows, too many to group for a page; the counts of days
that are over are few (bench/obligations).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from pingzhan.domain.obligations import settings
from pingzhan.domain.obligations.enums import Axis
from pingzhan.domain.obligations.queries.counting import COUNTS, NAMES
from pingzhan.domain.obligations.queries.now import business_now
from pingzhan.domain.obligations.queries.today import title_column
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit

PERCENT = 100


@dataclass(frozen=True)
class Counts:
    """``due`` = ``done`` + ``late``; ``overdue_done`` are those of the done that came too late."""

    due: int = 0
    done: int = 0
    overdue_done: int = 0
    late: int = 0
    waived: int = 0

    @property
    def rate(self) -> float | None:
        """Return the percentage done of what was due, None when nothing was."""
        return round(PERCENT * self.done / self.due, 1) if self.due else None

    @property
    def on_time(self) -> float | None:
        """Return the percentage done in time of what was due, None when nothing was."""
        return round(PERCENT * (self.done - self.overdue_done) / self.due, 1) if self.due else None


@dataclass(frozen=True)
class Line:
    """One line of a table of compliance: ``key`` is the party, item, group code, or the id of unit or measure."""

    key: str
    label: str
    counts: Counts


@dataclass(frozen=True)
class DayPoint:
    """Compliance of one day."""

    day: date
    counts: Counts


def compliance(scope: Unit, *, by: str, t0: date, t1: date) -> list[Line]:
    """Return the counts of the business days [t0, t1) below a unit, the worst first. Two queries.

    ``by`` is one of Axis. Parties, items, groups and measures are those the obligations were demanded with.
    """
    rows = _rows(scope, by, t0, t1)
    lines = [Line(str(key), str(label), Counts(*counts)) for key, label, *counts in rows]
    return sorted(lines, key=lambda one: (-one.counts.late, one.counts.rate or 0, one.label))


def total(scope: Unit, *, t0: date, t1: date) -> Counts:
    """Return all counts of the period in one line. Two queries."""
    return summed(trend(scope, t0=t0, t1=t1))


def summed(points: Sequence[DayPoint]) -> Counts:
    """Return the sum of a trend."""
    return Counts(*(sum(getattr(point.counts, name) for point in points) for name in NAMES))


def trend(scope: Unit, *, t0: date, t1: date) -> list[DayPoint]:
    """Return the counts day by day, days without any obligation left out. Two queries."""
    rows = _rows(scope, None, t0, t1)
    return sorted((DayPoint(key, Counts(*counts)) for key, _label, *counts in rows), key=lambda one: one.day)


def _fresh(t0: date, t1: date) -> tuple[list[date], date]:
    """Return the days of a period whose counts are not, or no longer, right, and the business day.

    They are counted from the ledger. Named one by one, they spare the planner all other months. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement_timestamp(),"
            " ARRAY(SELECT DISTINCT day FROM obligations_tallymark WHERE day >= %s AND day < %s)",
            [t0, t1],
        )
        (now, marked) = cursor.fetchone()
    today = settings.business_clock().day_of(now)
    return sorted({*marked, today} if t0 <= today < t1 else marked), today


_SUMS = ", ".join(f"sum({name})::bigint AS {name}" for name in NAMES)
_AXES: dict[str | None, tuple[str, str]] = {
    None: ("c.day", "''::text"),
    Axis.PARTY: ("d.party", "d.party"),
    Axis.ITEM: ("d.item", "d.item::text"),
    Axis.GROUP: ("d.group_code", "d.group_code"),
    Axis.MEASURE: ("d.duty_id", "max({title})"),
    Axis.UNIT: ("c.unit_id", "max(u.name)"),
}


def _rows(scope: Unit, by: str | None, t0: date, t1: date) -> list[tuple[Any, ...]]:
    fresh, today = _fresh(t0, t1)
    given: dict[str, Any] = {
        "path": scope.path + "%",
        "unit": scope.pk,
        "t0": t0,
        "t1": min(t1, today + timedelta(days=1)),
        "fresh": fresh,
    }
    one_unit = scope.kind == UnitKind.ENTERPRISE
    # Of a whole zone the sums are sorted out by place, not the counts of every day.
    whole = by == Axis.UNIT and scope.kind == UnitKind.ZONE
    key, label = _AXES[by]
    label = label.replace("{title}", title_column())
    if one_unit and by is not None:
        source = _LIVE.format(
            counts=COUNTS, days="o.day >= %(t0)s AND o.day < %(t1)s", where="o.unit_id = %(unit)s", join=""
        )
    else:
        if by == Axis.UNIT or one_unit:
            tallied = _UNIT_TALLY.format(
                sums=_TALLIED,
                grain="t.unit_id" if by == Axis.UNIT else "t.day",
                place="" if whole else _PLACED.format(column="t.unit_id"),
            )
        else:
            tallied = _DAY_TALLY.format(
                sums=_TALLIED,
                grain="t.day" if by is None else "t.demand_id",
                place=_PLACED.format(column="t.place_id"),
            )
        live = _LIVE.format(
            counts=COUNTS,
            days="o.day = ANY(%(fresh)s::date[])",
            where="u.path LIKE %(path)s",
            join="JOIN territory_unit u ON u.id = o.unit_id",
        )
        source = f"{tallied} UNION ALL {live}"
    unit = "JOIN territory_unit u ON u.id = c.unit_id AND u.path LIKE %(path)s" if by == Axis.UNIT else ""
    demand = "" if by in (None, Axis.UNIT) else "JOIN obligations_demand d ON d.id = c.demand_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, {label}, {_SUMS} FROM ({source}) c {unit} {demand} GROUP BY 1"  # noqa: S608
            + (", 2" if by in (None, Axis.PARTY, Axis.ITEM, Axis.GROUP) else ""),
            given,
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


_TALLIED = ", ".join(f"sum(t.{name}) AS {name}" for name in NAMES)
# Summed to the one column that the question asks for before anything is joined: the sums of a year are few.
_PLACED = "AND {column} IN (SELECT id FROM territory_unit WHERE path LIKE %(path)s)"
_DAY_TALLY = """
    SELECT max(t.day) AS day, 0::bigint AS unit_id, max(t.demand_id) AS demand_id, {sums}
    FROM obligations_daytally t
    WHERE t.day >= %(t0)s AND t.day < %(t1)s AND t.day <> ALL(%(fresh)s::date[])
        {place}
    GROUP BY {grain}
"""
_UNIT_TALLY = """
    SELECT max(t.day) AS day, max(t.unit_id) AS unit_id, 0::bigint AS demand_id, {sums}
    FROM obligations_unittally t
    WHERE t.day >= %(t0)s AND t.day < %(t1)s AND t.day <> ALL(%(fresh)s::date[])
        {place}
    GROUP BY {grain}
"""
_LIVE = """
    SELECT o.day, o.unit_id, o.demand_id, {counts} FROM obligations_obligation o {join}
    WHERE {days} AND {where} AND NOT (o.state = 'withdrawn') GROUP BY 1, 2, 3
"""


@dataclass(frozen=True)
class UnitState:
    """How a unit stands today: ``colour`` is red (something late), amber (due within two hours), green or grey."""

    unit: int
    open: int
    soon: int
    late: int
    done: int
    waived: int
    since: datetime | None

    @property
    def colour(self) -> str:
        """Return the colour of the unit on the park plan; grey when nothing is demanded of it."""
        if self.late:
            return "red"
        if self.soon:
            return "amber"
        return "green" if self.open or self.done else "grey"


_STATES = """
SELECT o.unit_id, count(*) FILTER (WHERE o.state = 'open' AND o.due_at > now.at),
    count(*) FILTER (WHERE o.state = 'open' AND o.due_at > now.at AND o.due_at <= now.at + interval '2 hours'),
    count(*) FILTER (WHERE o.state = 'late' OR (o.state = 'open' AND o.due_at <= now.at)),
    count(*) FILTER (WHERE o.state = 'done'), count(*) FILTER (WHERE o.state = 'waived'),
    min(o.due_at) FILTER (WHERE o.state = 'late' OR (o.state = 'open' AND o.due_at <= now.at))
FROM (SELECT statement_timestamp() AS at) now, obligations_obligation o
WHERE o.unit_id = ANY(%s) AND NOT (o.state = 'withdrawn')
    AND (o.day = %s OR (o.state IN ('open', 'late') AND o.day < %s AND o.due_at > %s))
GROUP BY 1
"""


def unit_states(unit_ids: Sequence[int]) -> dict[int, UnitState]:
    """Return how each unit stands today, with what it still owes of the last week. Two queries."""
    now, day = business_now()
    with connection.cursor() as cursor:
        cursor.execute(_STATES, [list(unit_ids), day, day, now - timedelta(days=7)])
        found = {row[0]: UnitState(*row) for row in cursor.fetchall()}
    return {unit: found.get(unit, UnitState(unit, 0, 0, 0, 0, 0, None)) for unit in unit_ids}
