"""The statements of a generation. Names of tables and columns only; every value is a parameter."""

from __future__ import annotations

FACTS = """
WITH given AS (
    SELECT * FROM unnest(%(units)s::bigint[], %(programs)s::int[], %(levels)s::smallint[])
        AS g(unit_id, program, level)
), facts AS (
    SELECT g.*, t.kind = 'zone' AS zone, coalesce(t.kind = 'zone' OR e.status = 'producing', false) AS runs,
        coalesce(e.canteen::int + e.dormitory::int * 2 + e.imported_goods::int * 4 + e.cold_chain::int * 8, 0)
            AS marks,
        greatest(coalesce(m.at, '-infinity'), coalesce(d.since, %(now)s::timestamptz)) AS since, m.kind AS cause,
        CASE WHEN d.day = %(today)s::date AND %(now)s < %(ends)s AND NOT coalesce(m.waits, false)
            THEN %(now)s::timestamptz ELSE '-infinity' END AS later
    FROM given g JOIN territory_unit t ON t.id = g.unit_id
    LEFT JOIN territory_enterprise e ON e.unit_id = g.unit_id
    LEFT JOIN obligations_unitday d ON d.unit_id = g.unit_id
    LEFT JOIN LATERAL (
        SELECT k.at, k.kind, bool_or(k.settled_at IS NULL) OVER () AS waits FROM obligations_mark k
        WHERE k.at >= %(begins)s AND k.at < %(ends)s AND left(t.path, length(k.path)) = k.path
        ORDER BY k.at DESC, k.id DESC LIMIT 1
    ) m ON true
), line AS (
    SELECT * FROM unnest(
        %(l_program)s::int[], %(l_duty)s::bigint[], %(l_demand)s::bigint[], %(l_zone)s::bool[],
        %(l_needs)s::int[], %(l_make)s::bool[], %(l_day)s::date[], %(l_slot)s::smallint[],
        %(l_t0)s::timestamptz[], %(l_t1)s::timestamptz[], %(l_due)s::timestamptz[], %(l_need)s::smallint[],
        %(l_before)s::int[], %(l_after)s::int[]
    ) AS l(program, duty_id, demand_id, zone, needs, make, day, slot, t0, t1, due_at, need, before, after)
), fit AS MATERIALIZED (
    SELECT f.unit_id, f.level, greatest(f.since, f.later) AS since, f.cause, l.duty_id, l.demand_id, l.make, l.day,
        l.slot, l.t0, l.t1, l.due_at, l.need, l.before, l.after
    FROM facts f JOIN line l ON l.program = f.program AND l.zone = f.zone
    WHERE f.runs AND (l.needs = 0 OR l.needs & f.marks <> 0)
), wanted AS (
    SELECT unit_id, level, since, cause, duty_id, demand_id, make, day, slot, t0, t1, due_at, need
    FROM fit WHERE before = 0 AND after = 0
    UNION ALL
    SELECT f.unit_id, f.level, f.since, f.cause, f.duty_id, f.demand_id, f.make, f.day, p.slot, p.t0, p.t1,
        p.t1, 1::smallint
    FROM fit f JOIN territory_shift s ON s.enterprise_id = f.unit_id AND s.active
    CROSS JOIN LATERAL (
        SELECT (f.day + s.start + CASE WHEN s.start < %(day_start)s::time THEN interval '1 day'
                ELSE interval '0' END) AT TIME ZONE %(tz)s AS at,
            s."end" - s.start + CASE WHEN s."end" <= s.start THEN interval '1 day' ELSE interval '0' END AS lasts,
            (extract(hour FROM s.start) * 60 + extract(minute FROM s.start))::smallint AS minute
    ) h
    CROSS JOIN LATERAL (
        SELECT h.minute AS slot, h.at - make_interval(mins => f.before) AS t0, h.at AS t1 WHERE f.before > 0
        UNION ALL
        SELECT (3000 + h.minute)::smallint, h.at + h.lasts,
            h.at + h.lasts + make_interval(mins => f.after) WHERE f.after > 0
    ) p
    WHERE (f.before > 0 OR f.after > 0) AND (f.day <= %(today)s OR p.t0 < %(ends)s)
)
"""
"""What every unit owes: measures that fit it, with the periods of its own shifts, and since when this holds.

A unit whose day was made already owes what comes to it later in the day (a canteen is opened, work is taken up again)
from now on only; a switch or another set that nobody followed yet counts from its own moment. What begins before a
shift of tomorrow morning may begin today.
"""

WITHDRAW = (
    FACTS  # noqa: S608
    + """
, gone AS (
    SELECT o.id, o.day, CASE WHEN NOT f.runs THEN 'unfit'
        WHEN f.cause = 'switch' THEN 'switch:' || coalesce(f.level, 0)
        WHEN f.cause = 'set' THEN 'set' ELSE 'unfit' END AS reason
    FROM facts f JOIN obligations_obligation o ON o.unit_id = f.unit_id
    WHERE o.state = 'open' AND o.source <> 'event' AND o.t0 < %(ends)s AND o.t1 > %(now)s AND o.due_at > f.since
        AND NOT EXISTS (
            SELECT 1 FROM wanted w WHERE w.unit_id = o.unit_id AND w.duty_id = o.duty_id AND w.slot = o.slot
                AND (w.day = o.day OR (w.slot IN (2001, 2002)
                    AND extract(epoch FROM (w.t1 - w.t0) - (o.t1 - o.t0)) BETWEEN -43200 AND 43200)))
    ORDER BY o.id FOR NO KEY UPDATE OF o
)
UPDATE obligations_obligation o SET state = 'withdrawn', reason = g.reason
FROM gone g
WHERE o.id = g.id AND o.day = g.day AND o.state = 'open'
"""
)
"""An interval of another length than is demanded now goes too: the new one begins at once."""

ADJUST = (
    FACTS  # noqa: S608
    + """
, asked AS (
    SELECT DISTINCT ON (unit_id, duty_id, day, slot) *,
        CASE WHEN cause IS NULL THEN %(now)s::timestamptz ELSE since END AS changed
    FROM wanted ORDER BY unit_id, duty_id, day, slot, due_at, t1
), found AS (
    SELECT o.id, o.day, o.need AS old_need, w.need, w.demand_id, w.level,
        (w.need <> o.need AND o.state = 'open' AND (w.need > o.got OR o.got > 0)) AS raised,
        o.t0 AS old_t0, o.t1 AS old_t1, o.due_at AS old_due,
        CASE WHEN NOT n.ahead THEN o.t0 WHEN o.t0 > w.changed THEN w.t0 ELSE least(o.t0, w.t0) END AS t0,
        CASE WHEN NOT n.ahead THEN greatest(o.t1, w.t1) WHEN w.due_at > w.changed THEN w.t1
            ELSE greatest(w.t1, o.due_at) END AS t1,
        CASE WHEN n.ahead AND w.due_at > w.changed THEN w.due_at ELSE o.due_at END AS due_at
    FROM asked w JOIN obligations_obligation o ON o.unit_id = w.unit_id AND o.duty_id = w.duty_id AND o.day = w.day
        AND o.slot = w.slot AND o.subject_id = 0 AND o.state IN ('open', 'late')
    CROSS JOIN LATERAL (SELECT o.state = 'open' AND o.due_at > w.changed AS ahead) n
    WHERE (w.need <> o.need AND o.state = 'open')
        OR (w.slot NOT IN (2001, 2002) AND o.t1 > w.changed
            AND (o.t0, o.t1, o.due_at) IS DISTINCT FROM (w.t0, w.t1, w.due_at))
    ORDER BY o.id FOR NO KEY UPDATE OF o
), changes AS (
    SELECT *, (t0, t1, due_at) IS DISTINCT FROM (old_t0, old_t1, old_due) AS moved FROM found
)
UPDATE obligations_obligation o SET demand_id = c.demand_id,
    level = CASE WHEN c.moved THEN c.level ELSE o.level END, t0 = c.t0, t1 = c.t1, due_at = c.due_at,
    need = CASE WHEN c.raised THEN c.need ELSE c.old_need END
FROM changes c JOIN obligations_demand d ON d.id = c.demand_id
WHERE o.id = c.id AND o.day = c.day AND (c.raised OR c.moved)
RETURNING o.id, c.moved, d.evidence, o.t0, o.t1, o.need, o.unit_id
"""
)
"""Rounds of a week that a change has raised or lowered, and slots and ends of shifts that it has moved.

What was done of the rounds counts on. A period that still runs ends when it ends by what is in force now, and is due
by then; of two that fit, the earlier. What was late stays late, with its due time, though it can be made good for
longer. Where the new due time had passed when the change came, the former one holds: nobody is late by an order that
came afterwards.
"""

ENOUGH = """
UPDATE obligations_obligation o SET state = 'done', done_at = p.at, closed_at = statement_timestamp(),
    ref_kind = p.ref_kind, ref_id = p.ref_id
FROM (
    SELECT DISTINCT ON (obligation_id) obligation_id, at, ref_kind, ref_id FROM obligations_partialevidence
    WHERE obligation_id = ANY(%s) ORDER BY obligation_id, at DESC, id DESC
) p
WHERE o.id = p.obligation_id AND o.state = 'open' AND o.got >= o.need
"""
"""What was done already is enough for what is asked now."""

INSERT = (
    FACTS  # noqa: S608
    + """
, standing AS MATERIALIZED (
    SELECT DISTINCT ON (o.unit_id, o.duty_id, o.slot) o.unit_id, o.duty_id, o.slot, o.t0, o.t1
    FROM obligations_obligation o
    WHERE o.unit_id = ANY(%(units)s) AND o.slot IN (2001, 2002) AND NOT (o.state = 'withdrawn')
    ORDER BY o.unit_id, o.duty_id, o.slot, o.t1 DESC
), waiver AS MATERIALIZED (
    SELECT v.id, v.unit_id, v.duty_id, v.first, v.last FROM obligations_waiver v
    WHERE v.unit_id = ANY(%(units)s) AND v.revoked_at IS NULL AND v.obligation_id IS NULL
        AND v.last >= %(today)s - 7
), made AS (
INSERT INTO obligations_obligation (day, unit_id, duty_id, demand_id, subject_id, slot, t0, t1, due_at, state,
    source, level, need, got, ref_kind, reason, waiver_id)
SELECT w.day, w.unit_id, w.duty_id, w.demand_id, 0, w.slot, w.t0, w.t1, w.due_at,
    CASE WHEN v.id IS NULL THEN 'open' ELSE 'waived' END, coalesce(w.cause, 'day'), w.level, w.need, 0, '', '',
    v.id
FROM wanted w
LEFT JOIN LATERAL (
    SELECT id FROM waiver v
    WHERE v.unit_id = w.unit_id AND v.duty_id = w.duty_id AND w.day BETWEEN v.first AND v.last
    ORDER BY v.id DESC LIMIT 1
) v ON true
LEFT JOIN standing s ON s.unit_id = w.unit_id AND s.duty_id = w.duty_id AND s.slot = w.slot
WHERE w.make AND w.due_at > w.since
    AND (s.t1 IS NULL OR least(s.t1, s.t0 + (w.t1 - w.t0)) <= w.t0)
ORDER BY w.unit_id, w.day, w.duty_id, w.slot, w.due_at, w.t1
ON CONFLICT (unit_id, day, duty_id, subject_id, slot) WHERE NOT (state = 'withdrawn') DO NOTHING
RETURNING day, unit_id, demand_id, t0, t1, need
), marked AS (
    INSERT INTO obligations_tallymark (day) SELECT DISTINCT day FROM made
)
SELECT d.evidence, m.t0, m.t1, m.need, count(*), array_agg(DISTINCT m.unit_id)
FROM made m JOIN obligations_demand d ON d.id = m.demand_id GROUP BY 1, 2, 3, 4
"""
)

KEEP_PROGRESS = """
INSERT INTO obligations_unitday AS d (unit_id, day, since)
SELECT u, %(today)s, %(now)s FROM unnest(%(units)s::bigint[]) AS u
ORDER BY u ON CONFLICT (unit_id) DO UPDATE SET day = EXCLUDED.day WHERE d.day < EXCLUDED.day
"""
