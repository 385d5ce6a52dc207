"""Boards: the zone at a glance, what a work group watches, the enterprises somebody answers for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from pingzhan.domain.obligations.queries.compliance import UnitState, unit_states
from pingzhan.domain.obligations.queries.now import business_now
from pingzhan.domain.obligations.queries.today import title_column
from pingzhan.domain.territory.models import Unit

BACK = timedelta(days=7)
"""How long what is late from former days stays on the boards."""


@dataclass(frozen=True)
class Tile:
    """Counts of today, with what is late from the last week: of the zone, a group, or a measure."""

    key: str
    label: str
    open: int
    late: int
    done: int
    waived: int
    units_late: int


_TILE = """
SELECT {key}, {label},
    count(*) FILTER (WHERE o.state = 'open' AND o.due_at > now.at),
    count(*) FILTER (WHERE o.state = 'late' OR (o.state = 'open' AND o.due_at <= now.at)),
    count(*) FILTER (WHERE o.state = 'done'), count(*) FILTER (WHERE o.state = 'waived'),
    count(DISTINCT o.unit_id) FILTER (WHERE o.state = 'late' OR (o.state = 'open' AND o.due_at <= now.at))
FROM (SELECT statement_timestamp() AS at) now, (
    SELECT unit_id, demand_id, state, due_at FROM obligations_obligation
    WHERE day = %(day)s AND NOT (state = 'withdrawn')
    UNION ALL
    SELECT unit_id, demand_id, state, due_at FROM obligations_obligation
    WHERE state = 'late' AND day >= %(first)s AND day < %(day)s
) o
JOIN territory_unit u ON u.id = o.unit_id AND u.path LIKE %(path)s
JOIN obligations_demand d ON d.id = o.demand_id {where}
{group}
"""


def _tiles(scope: Unit, key: str, label: str, group: str, where: str = "", **extra: Any) -> list[Tile]:
    day = business_now()[1]
    given: dict[str, Any] = {"path": scope.path + "%", "day": day, "first": day - BACK, **extra}
    with connection.cursor() as cursor:
        cursor.execute(_TILE.format(key=key, label=label, group=group, where=where), given)
        return [Tile(str(row[0]), str(row[1]), *row[2:]) for row in cursor.fetchall()]


def board(scope: Unit) -> Tile:
    """Return the counts of a zone, area or enterprise for desk and wall. Two queries."""
    return _tiles(scope, "''::text", "''::text", "")[0]


def groups_board(scope: Unit) -> list[Tile]:
    """Return the counts by watching group, the most late first. Two queries."""
    found = _tiles(scope, "d.group_code", "d.group_code", "GROUP BY 1")
    return sorted(found, key=lambda one: (-one.late, one.key))


def measures_board(scope: Unit, groups: Collection[str]) -> list[Tile]:
    """Return the counts of each measure that these groups watch, the most late first. Two queries."""
    found = _tiles(
        scope,
        "d.duty_id",
        f"max({title_column()})",
        "GROUP BY 1",
        "AND d.group_code = ANY(%(groups)s)",
        groups=list(groups),
    )
    return sorted(found, key=lambda one: (-one.late, -one.open, one.label))


@dataclass(frozen=True)
class Why:
    """Why a unit is red: the gravest of what it owes, how many there are, since when."""

    state: UnitState
    worst: str
    worst_due: datetime | None


def why_red(unit_ids: Collection[int]) -> dict[int, Why]:
    """Return how each unit stands and the gravest thing it owes. Three queries."""
    units = list(unit_ids)
    states = unit_states(units)
    now = business_now()[0]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT ON (o.unit_id) o.unit_id, {title_column()}, o.due_at"  # noqa: S608
            " FROM obligations_obligation o JOIN obligations_demand d ON d.id = o.demand_id"
            " WHERE o.unit_id = ANY(%s) AND o.state IN ('open', 'late') AND o.due_at <= %s AND o.due_at > %s"
            " ORDER BY o.unit_id, d.severity DESC, o.due_at",
            [units, now, now - BACK],
        )
        worst = {unit: (title, due) for unit, title, due in cursor.fetchall()}
    return {unit: Why(states[unit], *worst.get(unit, ("", None))) for unit in units}


def next_due(unit_ids: Collection[int], evidence: str) -> dict[int, datetime]:
    """Return when each unit's next obligation of an evidence is due (a visit, say). One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.unit_id, min(o.due_at) FROM obligations_obligation o"
            " JOIN obligations_demand d ON d.id = o.demand_id AND d.evidence = %s"
            " WHERE o.unit_id = ANY(%s) AND o.state IN ('open', 'late') GROUP BY 1",
            [evidence, list(unit_ids)],
        )
        return dict(cursor.fetchall())
