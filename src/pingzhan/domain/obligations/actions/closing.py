"""Evidence closes obligations: called by the actions of the ledgers in their own transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from pingzhan.domain.obligations.actions.lateness import begin_lateness
from pingzhan.domain.obligations.actions.locking import wait_for_generation
from pingzhan.domain.obligations.actions.tally_marks import mark_days
from pingzhan.domain.obligations.coverage import Slot, coverage_of, covered
from pingzhan.domain.obligations.evidence import Evidence
from pingzhan.domain.obligations.models import Obligation
from pingzhan.foundation.access.actor import Actor


@dataclass(frozen=True)
class _Match:
    id: int
    day: date
    unit: int
    evidence: str
    slot: Slot
    need: int
    got: int
    count: int
    at: datetime
    ref_kind: str
    ref_id: int
    written: datetime | None = None


def satisfy(
    *,
    unit_id: int,
    evidence: str,
    at: datetime | None = None,
    subject_id: int = 0,
    ref: tuple[str, int],
    count: int | None = None,
    measures: tuple[str, ...] = (),
    by: Actor,
) -> int:
    """Close, or count towards, the obligations of this evidence whose period contains ``at``; return how many closed.

    Call it in the transaction of the ledger's action, after writing the evidence and before record(). Nothing
    due is no error. An obligation whose evidence has a coverage is closed when all expected were done. What an
    event brought about is closed by evidence of the same ``subject_id`` at any time after the event. With
    ``measures`` (keys) only what these measures demand is closed: a step of work that several share.
    """
    return satisfy_many([Evidence(unit_id, str(evidence), ref, at, subject_id, count, measures)], by=by)


@transaction.atomic
def satisfy_many(evidence: Sequence[Evidence], *, by: Actor) -> int:
    """Do the same for many pieces at once: three statements, and one for each kind and period with a coverage."""
    del by  # the ledger's own action checked him and records him
    if not evidence:
        return 0
    wait_for_generation(sorted({one.unit_id for one in evidence}))
    return close_many(evidence)


def close_many(evidence: Sequence[Evidence]) -> int:
    """Close what this evidence closes; the caller has made sure that no other process is making obligations."""
    if not evidence:
        return 0
    rows = _matches(evidence)
    ready = _ready(rows)
    partial = [row for row in rows if row.need > 1]
    if partial:
        ready += _count_towards(partial)
    closed = _close(ready)
    mark_days(row.day for row in ready)
    return closed


def close_one(row: Obligation, *, at: datetime, ref: tuple[str, int], count: int) -> int:
    """Close, or count towards, this one obligation and no other; return how many closed. The caller holds its lock."""
    match = _Match(
        row.pk, row.day, row.unit_id, row.demand.evidence, Slot(row.slot, row.t0, row.t1), row.need, row.got, count,
        at, *ref,
    )  # fmt: skip
    ready = [match] if row.need == 1 else _count_towards([match])
    closed = _close(ready)
    mark_days(one.day for one in ready)
    return closed


_MATCH = """
WITH given AS (
    SELECT unit_id, kind, coalesce(at, statement_timestamp()) AS at, subject_id, ref_kind, ref_id, count,
        measures, written
    FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[], %s::text[], %s::bigint[], %s::int[],
        %s::text[], %s::timestamptz[])
        AS i(unit_id, kind, at, subject_id, ref_kind, ref_id, count, measures, written)
), met AS MATERIALIZED (
    SELECT o.id, o.day, o.unit_id, d.evidence, o.slot, o.t0, o.t1, o.need, o.got, i.count, i.at, i.ref_kind, i.ref_id,
        i.written
    FROM given i
    JOIN obligations_obligation o ON o.unit_id = i.unit_id AND o.state IN ('open', 'late') AND o.t0 <= i.at
    JOIN obligations_demand d ON d.id = o.demand_id AND d.evidence = i.kind
    WHERE CASE WHEN o.slot < 0 THEN o.subject_id = i.subject_id ELSE i.at < o.t1 END
        AND (i.measures = '' OR EXISTS (SELECT 1 FROM obligations_duty u
            WHERE u.id = o.duty_id AND u.key = ANY(string_to_array(i.measures, ' '))))
    ORDER BY o.id FOR NO KEY UPDATE OF o
)
SELECT id, day, unit_id, evidence, slot, t0, t1, need, got, count, at, ref_kind, ref_id, written FROM (
    SELECT met.*, row_number() OVER (PARTITION BY id ORDER BY at DESC, ref_id DESC) AS n FROM met
) m WHERE n = 1 OR need > 1 ORDER BY id, n
"""
"""What each obligation is closed by, the latest first: one piece, or all of them where several are needed.

The rows are locked before anything is counted: of two that bring the last two pieces at once, the second counts with
the first one's.
"""


def _matches(evidence: Sequence[Evidence]) -> list[_Match]:
    with connection.cursor() as cursor:
        cursor.execute(
            _MATCH,
            [
                [one.unit_id for one in evidence],
                [str(one.kind) for one in evidence],
                [one.at for one in evidence],
                [one.subject_id for one in evidence],
                [one.ref[0] for one in evidence],
                [one.ref[1] for one in evidence],
                [1 if one.count is None else one.count for one in evidence],
                [" ".join(one.measures) for one in evidence],
                [one.written_at for one in evidence],
            ],
        )
        return [
            _Match(id_, day, unit, kind, Slot(slot, t0, t1), *rest)
            for id_, day, unit, kind, slot, t0, t1, *rest in cursor.fetchall()
        ]


def _ready(rows: Sequence[_Match]) -> list[_Match]:
    """Return those that one piece closes: without a coverage, or with one that is complete."""
    single = [row for row in rows if row.need == 1]
    by_slot: dict[tuple[str, date, Slot], list[int]] = defaultdict(list)
    judged = set(covered())
    for row in single:
        if row.evidence in judged and row.slot.n >= 0:
            by_slot[row.evidence, row.day, row.slot].append(row.unit)
    found = {key: coverage_of(key[0], sorted(set(units)), key[1], key[2]) for key, units in by_slot.items()}
    ready = []
    for row in single:
        counts = found.get((row.evidence, row.day, row.slot))
        expected, done = (0, 0) if counts is None else counts.get(row.unit, (0, 0))
        if counts is None or done >= expected:
            ready.append(row)
    return ready


def _count_towards(rows: Sequence[_Match]) -> list[_Match]:
    """Write down pieces that count towards several, raise the count and return those now complete."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO obligations_partialevidence (obligation_id, day, ref_kind, ref_id, count, at)"
            " SELECT * FROM unnest(%s::bigint[], %s::date[], %s::text[], %s::bigint[], %s::smallint[],"
            " %s::timestamptz[]) ON CONFLICT (obligation_id, ref_kind, ref_id) DO NOTHING",
            [
                [row.id for row in rows],
                [row.day for row in rows],
                [row.ref_kind for row in rows],
                [row.ref_id for row in rows],
                [row.count for row in rows],
                [row.at for row in rows],
            ],
        )
        complete = _recount([(row.id, row.day) for row in rows])
    closing = {row.id: row for row in reversed(rows) if row.id in complete}
    return list(closing.values())


def _recount(keys: Sequence[tuple[int, date]]) -> set[int]:
    """Set ``got`` to what the pieces sum up to; return the obligations that have enough."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE obligations_obligation o SET got = least(coalesce((SELECT sum(p.count) FROM"
            " obligations_partialevidence p WHERE p.obligation_id = o.id), 0), 32767)"
            " FROM unnest(%s::bigint[], %s::date[]) AS k(id, day) WHERE o.id = k.id AND o.day = k.day"
            " RETURNING o.id, o.got >= o.need",
            [[id_ for id_, _day in keys], [day for _id, day in keys]],
        )
        return {id_ for id_, enough in cursor.fetchall() if enough}


def _close(rows: Sequence[_Match]) -> int:
    if not rows:
        return 0
    ordered = sorted(rows, key=lambda row: row.id)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH k AS (SELECT * FROM unnest(%s::bigint[], %s::date[], %s::timestamptz[], %s::text[], %s::bigint[],"
            " %s::timestamptz[]) AS k(id, day, at, ref_kind, ref_id, written)), locked AS ("
            " SELECT o.id, o.day FROM obligations_obligation o JOIN k ON k.id = o.id AND k.day = o.day"
            " ORDER BY o.id FOR NO KEY UPDATE OF o)"
            " UPDATE obligations_obligation o SET state = 'done', done_at = k.at,"
            " closed_at = coalesce(k.written, statement_timestamp()),"
            " got = greatest(o.got, 1), ref_kind = k.ref_kind, ref_id = k.ref_id"
            " FROM k JOIN locked USING (id, day)"
            " WHERE o.id = k.id AND o.day = k.day AND o.state IN ('open', 'late')",
            [
                [row.id for row in ordered],
                [row.day for row in ordered],
                [row.at for row in ordered],
                [row.ref_kind for row in ordered],
                [row.ref_id for row in ordered],
                [row.written for row in ordered],
            ],
        )
        return int(cursor.rowcount)


@transaction.atomic
def unsatisfy(ref: tuple[str, int]) -> int:
    """Open again what this evidence closed, because it was withdrawn or corrected; return how many.

    Open again means late when the due time has passed: that is a lateness, and it is told step by step from now on.
    Where a coverage is still complete without it, or other
    pieces suffice, the obligation stays done. What remains valid otherwise is told by ``satisfy`` once more.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unit_id FROM obligations_obligation WHERE ref_kind = %s AND ref_id = %s UNION"
            " SELECT o.unit_id FROM obligations_partialevidence p JOIN obligations_obligation o"
            " ON o.id = p.obligation_id AND o.day = p.day WHERE p.ref_kind = %s AND p.ref_id = %s ORDER BY 1",
            [*ref, *ref],
        )
        units = [row[0] for row in cursor.fetchall()]
    if not units:
        return 0
    wait_for_generation(units)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.id FROM obligations_obligation o WHERE o.id IN (SELECT obligation_id FROM"
            " obligations_partialevidence WHERE ref_kind = %s AND ref_id = %s) ORDER BY o.id FOR NO KEY UPDATE",
            list(ref),
        )
        cursor.execute(
            "DELETE FROM obligations_partialevidence WHERE ref_kind = %s AND ref_id = %s RETURNING obligation_id, day",
            list(ref),
        )
        pieces = cursor.fetchall()
    enough = _recount(pieces) if pieces else set()
    short = [id_ for id_, _day in pieces if id_ not in enough]
    _name_others(enough, ref)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.id, o.day, o.unit_id, d.evidence, o.slot, o.t0, o.t1 FROM obligations_obligation o"
            " JOIN obligations_demand d ON d.id = o.demand_id"
            " WHERE o.state = 'done' AND ((o.ref_kind = %s AND o.ref_id = %s AND o.need = 1) OR o.id = ANY(%s))"
            " ORDER BY o.id FOR NO KEY UPDATE OF o",
            [*ref, short],
        )
        rows = cursor.fetchall()
    judged = set(covered())
    keys = []
    for id_, day, unit, evidence, slot, t0, t1 in rows:
        if evidence in judged and slot >= 0:
            expected, done = coverage_of(evidence, [unit], day, Slot(slot, t0, t1)).get(unit, (0, 0))
            if done >= expected:
                continue
        keys.append((id_, day))
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE obligations_obligation o SET state = CASE WHEN due_at <= statement_timestamp() THEN 'late'"
                " ELSE 'open' END, done_at = NULL, closed_at = NULL, ref_kind = '', ref_id = NULL,"
                " late_at = CASE WHEN due_at <= statement_timestamp() THEN coalesce(late_at, statement_timestamp())"
                " ELSE late_at END,"
                " got = CASE WHEN need = 1 THEN 0 ELSE got END"
                " FROM unnest(%s::bigint[], %s::date[]) AS k(id, day) WHERE o.id = k.id AND o.day = k.day",
                [[id_ for id_, _day in keys], [day for _id, day in keys]],
            )
        begin_lateness(keys)
        mark_days(day for _id, day in keys)
    return len(keys)


def _name_others(enough: Collection[int], ref: tuple[str, int]) -> None:
    """Let obligations that suffice without this piece name the last of the others as what closed them."""
    if enough:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE obligations_obligation o SET (ref_kind, ref_id) = (SELECT p.ref_kind, p.ref_id FROM"
                " obligations_partialevidence p WHERE p.obligation_id = o.id ORDER BY p.at DESC, p.id DESC LIMIT 1)"
                " WHERE o.id = ANY(%s) AND o.state = 'done' AND o.ref_kind = %s AND o.ref_id = %s",
                [sorted(enough), *ref],
            )
