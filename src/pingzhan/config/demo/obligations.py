"""A week of duties behind the demo zone: most done in time, some too late, a few still owed, two waived."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection

from pingzhan.domain.command.enums import Posture
from pingzhan.domain.measures.enums import EndKind, Evidence
from pingzhan.domain.measures.models import Force
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.obligations.models import UnitDay
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor

DAYS = 7
WAIVED = {
    "disinfect": "车间停产检修，经主管工作组同意",
    "canteen": "食堂改造期间由集中配餐代替，已现场核实",
}
"""Kinds of measures of which one enterprise is let off what it still owes, and why."""


def demo_duties(zone: Unit, by: Actor) -> None:
    """Make the duties of the last week and of today. The ledgers of today close some of them."""
    now, today = obligations.business_now()
    units = Unit.objects.filter(
        path__startswith=zone.path, kind__in=(UnitKind.ZONE, UnitKind.ENTERPRISE)
    ).values_list("pk", flat=True)
    first = now - timedelta(days=DAYS + 1)
    # No action puts a set in force in the past: here it was tried out for a week before it holds for good.
    for force in Force.objects.filter(slot__zone=zone, slot__posture=Posture.ROUTINE, end_kind=""):
        Force.objects.create(
            slot=force.slot,
            version=force.version,
            basis=force.basis,
            document=force.document,
            reason="试行一周",
            starts_at=first,
            ends_at=force.starts_at,
            ended_at=force.starts_at,
            end_kind=EndKind.EXPIRED,
            end_reason="试行期满",
            put_by_name=by.name,
            ended_by_name=by.name,
        )
    UnitDay.objects.bulk_create(
        UnitDay(unit_id=unit, day=today - timedelta(days=DAYS + 1), since=first) for unit in units
    )
    for ago in range(DAYS, -1, -1):
        obligations.generate(today - timedelta(days=ago), by=by)


def demo_week(zone: Unit, by: Actor, *, seed: int = 7) -> None:
    """Say what became of the last week's duties, the same for the same seed; count the days."""
    today = obligations.business_now()[1]
    kept = [one.value for one in Evidence if obligations.has_ledger(one.value)]
    given: dict[str, Any] = {
        "path": zone.path + "%",
        "today": today,
        "seed": seed,
        "ledgers": kept,
        "by": by.name,
        "kinds": list(WAIVED),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, given)
        cursor.execute(_ENTERED, given)
        for statement in (_VISITS, _VEHICLES, _DECLARE, _PIECES):
            cursor.execute(statement, given)
        cursor.execute(_OWED, given)
        owed = cursor.fetchall()
    for pk, kind in owed:
        obligations.waive(pk, reason=WAIVED[kind], by=by)
    obligations.sweep(by=by)
    obligations.tally(_days(today))


def _days(today: date) -> list[date]:
    return [today - timedelta(days=ago) for ago in range(1, DAYS + 1)]


_CLOSE = """
WITH firm AS (
    SELECT id, code, kind, CASE row_number() OVER (PARTITION BY kind ORDER BY code) %% 6 WHEN 4 THEN 24 WHEN 1 THEN 10
        ELSE 2 END AS lax
    FROM territory_unit WHERE path LIKE %(path)s
), drawn AS (
    SELECT o.id, o.day, o.t0, o.t1, o.due_at, f.lax, f.kind = 'zone' AS zone, %(today)s - o.day AS ago,
        (hashtext(concat_ws('/', %(seed)s::int, f.code, y.key, o.slot, %(today)s - o.day)) & 2147483647) %% 100 AS n
    FROM obligations_obligation o JOIN firm f ON f.id = o.unit_id JOIN obligations_duty y ON y.id = o.duty_id
    WHERE o.day < %(today)s AND o.state = 'open' AND o.slot >= 0
        AND o.due_at <= statement_timestamp()
), fate AS (
    SELECT id, day, due_at, t1,
        NOT zone AND n < lax * 1.5 AND due_at < statement_timestamp() - interval '1 hour' AS late,
        due_at - (due_at - greatest(t0, due_at - interval '6 hours')) * (0.1 + (n * 7 %% 80) / 100.0) AS early,
        least(due_at + (n %% 7 + 1) * interval '1 hour', statement_timestamp()) AS after
    FROM drawn WHERE zone OR NOT (lax > 2 AND ago <= 3 AND n * 2 < lax)
)
UPDATE obligations_obligation o SET state = 'done', got = o.need,
    done_at = CASE WHEN f.late THEN least(f.after, f.t1 - interval '5 minutes') ELSE f.early END,
    closed_at = CASE WHEN f.late THEN f.after ELSE least(f.early + interval '4 minutes', f.due_at) END,
    late_at = CASE WHEN f.late THEN f.due_at + interval '1 minute' END
FROM fate f WHERE o.id = f.id AND o.day = f.day
"""
"""One firm in six is careless and one in six a little; what they did not do of the last three days is still owed."""

_ENTERED = """
UPDATE obligations_obligation o SET closed_at = least(o.done_at + interval '4 minutes', o.due_at)
FROM territory_unit u
WHERE u.id = o.unit_id AND u.path LIKE %(path)s AND o.day < %(today)s AND o.state = 'done' AND o.ref_id IS NOT NULL
    AND o.done_at < o.due_at
"""
"""What the ledgers of the demo closed was entered when it was done, not when the demo was made."""

_PASSAGES = """
UPDATE obligations_obligation o SET ref_kind = '{kind}', ref_id = r.id,
    done_at = r.t_in, closed_at = CASE WHEN o.closed_at > o.due_at THEN o.closed_at ELSE least(r.t_in, o.due_at) END
FROM obligations_demand d, (
    SELECT DISTINCT ON (p.id, p.day) p.id AS obligation, p.day, e.id, e.t_in
    FROM obligations_obligation p JOIN {table} e ON e.enterprise_id = p.unit_id AND e.t_in >= p.t0 AND e.t_in < p.t1
    WHERE p.day < %(today)s AND e.voided_at IS NULL ORDER BY p.id, p.day, e.t_in
) r
WHERE d.id = o.demand_id AND d.evidence = '{evidence}' AND r.obligation = o.id AND r.day = o.day
    AND o.state = 'done' AND o.ref_id IS NULL AND o.need = 1
"""
_VISITS = _PASSAGES.format(kind="gate_visit", table="gate_visit", evidence="visitors")
_VEHICLES = _PASSAGES.format(kind="gate_vehicle", table="gate_vehicleentry", evidence="gate_check")

_DECLARE = """
WITH said AS (
    INSERT INTO obligations_declaration (unit_id, obligation_id, key, note, done_at, count, by_name)
    SELECT o.unit_id, o.id, md5(o.id::text)::uuid, '已按要求办理：' || d.title, o.done_at, o.need, %(by)s
    FROM obligations_obligation o JOIN obligations_demand d ON d.id = o.demand_id
    JOIN territory_unit u ON u.id = o.unit_id
    WHERE u.path LIKE %(path)s AND o.day < %(today)s AND o.state = 'done' AND o.ref_id IS NULL
        AND (u.kind = 'zone' OR NOT (d.evidence = ANY(%(ledgers)s)))
    ORDER BY o.id RETURNING id, obligation_id
)
UPDATE obligations_obligation o SET ref_kind = 'declaration', ref_id = s.id
FROM said s WHERE o.id = s.obligation_id
"""

_PIECES = """
INSERT INTO obligations_partialevidence (obligation_id, day, ref_kind, ref_id, count, at)
SELECT o.id, o.day, o.ref_kind, o.ref_id, o.need, o.done_at
FROM obligations_obligation o JOIN territory_unit u ON u.id = o.unit_id
WHERE u.path LIKE %(path)s AND o.day < %(today)s AND o.state = 'done' AND o.need > 1 AND o.ref_kind = 'declaration'
ON CONFLICT DO NOTHING
"""

_OWED = """
SELECT DISTINCT ON (kind) o.id, split_part(y.key, '.', 1) AS kind
FROM obligations_obligation o JOIN territory_unit u ON u.id = o.unit_id JOIN obligations_duty y ON y.id = o.duty_id
WHERE u.path LIKE %(path)s AND u.kind = 'enterprise' AND o.day < %(today)s AND o.state = 'open'
    AND o.due_at <= statement_timestamp() AND split_part(y.key, '.', 1) = ANY(%(kinds)s)
ORDER BY kind, u.code, o.id
"""
