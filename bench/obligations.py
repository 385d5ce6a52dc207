"""A day's obligations for 100 enterprises, and the pages with a year of 500 enterprises x 40 measures behind them.

``python -m bench.obligations [--firms N] [--days N] [--rounds N]`` makes a database of its own, puts the measure
set that the product ships in force, and prints one JSON object: the day's generation for a fifth of the enterprises
(at most 100) with its ratio to a COPY of the same rows into a table with the same parts, keys and checks in the same
run; then it fills the year set-based, 40 rows for each enterprise and day, counts the days, and asks the pages
through the whole middleware (p50 and p95 in milliseconds, number of queries), the ledgers' pages with a year of
their rows too. Exit code 1 when a gate fails.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import date, timedelta
from typing import Any

from bench import ledgers
from bench.pages import ask, queries, visitor
from bench.place import place
from bench.switch import Site, p, timed

GATES = {"day_p95_ms": 1_000.0, "pages_p95_ms": 200.0}
A_DAY = 40
"""Rows of an enterprise and day in the year behind the pages."""
DAY_FIRMS = 100
BATCH = 5
"""Days filled in one statement."""
MARKS = {"canteen": True, "dormitory": True, "imported_goods": True}


def build(firms: int) -> Site:
    """Make the zone with its enterprises, two shifts each, and put the shipped set in force."""
    from tests.domain.command.park import make_unit

    from pingzhan.domain.measures import api as measures
    from pingzhan.domain.territory.models import Enterprise, Shift
    from pingzhan.foundation.access.actor import system_actor

    by = system_actor("bench")
    zone = make_unit("zone", "OZ")
    areas = [make_unit("area", f"OA{n}", zone) for n in range(5)]
    units = [make_unit("enterprise", f"OE{n:03d}", areas[n % 5], headcount=200) for n in range(firms)]
    Enterprise.objects.bulk_create(
        Enterprise(unit=unit, credit_code=f"91{n:016d}", industry="32", **MARKS)
        for n, unit in enumerate(units)
    )
    Shift.objects.bulk_create(
        Shift(enterprise=unit, name=name, start=start, end=end)
        for unit in units
        for name, start, end in (("A", "08:00", "20:00"), ("B", "20:00", "08:00"))
    )
    version = measures.load_shipped(zone=zone, key="covid19-2022-05", by=by)
    measures.put_in_force(
        order=measures.ForceOrder(
            version=version, posture="routine", basis="测量", document="测量", reason="测量"
        ),
        by=by,
    )
    return Site(zone, units, by)


def generation(site: Site, rounds: int) -> dict[str, Any]:
    """Time the day's generation of some enterprises, and COPY of the same rows."""
    from django.db import connection

    from pingzhan.domain.obligations import api
    from pingzhan.domain.obligations.models import Obligation

    day = api.business_now()[1]
    units = [unit.pk for unit in site.firms[:DAY_FIRMS]]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE obligations_copy (LIKE obligations_obligation INCLUDING ALL) PARTITION BY RANGE (day)"
        )
        cursor.execute(
            "SELECT format('CREATE TABLE %I PARTITION OF obligations_copy %s', replace(c.relname,"
            " 'obligations_obligation', 'obligations_copy'), pg_get_expr(c.relpartbound, c.oid))"
            " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'obligations_obligation'::regclass"
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
    made, floor, count = [], [], 0
    for _n in range(rounds):
        made.append(timed(lambda: api.generate(day, units, by=site.actor)))
        count = Obligation.objects.count()
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM obligations_obligation")
            rows = cursor.fetchall()

            def copy(rows: list[Any] = rows, cursor: Any = cursor) -> None:
                with cursor.copy("COPY obligations_copy FROM STDIN") as out:
                    for row in rows:
                        out.write_row(row)

            floor.append(timed(copy))
            cursor.execute("TRUNCATE obligations_copy, obligations_obligation")
    return {
        "day_firms": len(units),
        "day_rows": count,
        "day_p50_ms": p(made, 0.5),
        "day_p95_ms": p(made, 0.95),
        "copy_p50_ms": p(floor, 0.5),
        "day_ratio_to_copy": round(p(made, 0.5) / max(p(floor, 0.5), 0.001), 2),
    }


_FILL = """
INSERT INTO obligations_obligation (day, unit_id, duty_id, demand_id, subject_id, slot, t0, t1, due_at, state,
    source, need, got, ref_kind, reason, done_at, closed_at, late_at, ref_id)
SELECT d.day, u.id, m.duty_id, m.id, 0, 360, d.at, d.at + interval '1 day', d.at + interval '6 hours', h.state,
    'day', 1, 1, CASE WHEN h.state = 'done' THEN 'bench' ELSE '' END, '',
    CASE WHEN h.state = 'done' THEN d.at + interval '3 hours' END,
    CASE WHEN h.state = 'done' THEN d.at + make_interval(hours => CASE WHEN h.n < 4 THEN 8 ELSE 3 END) END,
    CASE WHEN h.state = 'late' THEN d.at + interval '6 hours' END,
    CASE WHEN h.state = 'done' THEN u.id END
FROM (SELECT day::date, (day + interval '6 hours') AT TIME ZONE 'Asia/Shanghai' AS at
    FROM generate_series(%s::timestamp, %s::timestamp, interval '1 day') AS day) d
CROSS JOIN unnest(%s::bigint[]) AS u(id)
CROSS JOIN (SELECT DISTINCT ON (duty_id) id, duty_id FROM obligations_demand ORDER BY duty_id LIMIT 40) m
CROSS JOIN LATERAL (SELECT abs(hashint8(u.id * 1009 + m.id * 37 + (d.day - date '2020-01-01'))) %% 100 AS n) g
CROSS JOIN LATERAL (SELECT g.n, CASE WHEN g.n < 95 THEN 'done' ELSE 'late' END AS state) h
"""


def fill(site: Site, days: int) -> dict[str, Any]:
    """Fill the days before today set-based and count them."""
    from django.db import connection

    from pingzhan.domain.obligations import api
    from pingzhan.domain.obligations.actions.settling import make_part

    today = api.business_now()[1]
    units = [unit.pk for unit in site.firms]
    start = time.perf_counter()
    api.generate(today, by=site.actor)
    first: date = today - timedelta(days=days)
    with connection.cursor() as cursor:
        while first < today:
            last = min(first + timedelta(days=BATCH), today) - timedelta(days=1)
            for day in (first, last):
                make_part(day)
            cursor.execute(_FILL, [first, last, units])
            api.tally([first + timedelta(days=n) for n in range((last - first).days + 1)])
            first = last + timedelta(days=1)
        cursor.execute("ANALYZE obligations_obligation")
        cursor.execute("ANALYZE obligations_daytally")
        cursor.execute("ANALYZE obligations_unittally")
        cursor.execute("SELECT count(*) FROM obligations_obligation")
        (rows,) = cursor.fetchone()
    seconds = round(time.perf_counter() - start, 1)
    kept = ledgers.fill(units, days, today)
    # A year comes row by row and is tidied night by night; here it came in four minutes, and the server would tidy
    # and write it out while the pages are measured.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
    return {"rows": rows, "filled_s": seconds, "ledger_rows": sum(kept.values())}


def pages(site: Site, rounds: int) -> dict[str, Any]:
    """Ask every page of obligations for a year and a month; return p50, p95 and the queries of each."""
    officer = visitor(site, "duty_officer")
    firm = site.firms[0].pk
    addresses = {
        **{
            f"{by}_{days}": f"/compliance/?by={by}&days={days}"
            for by in ("party", "unit", "measure", "group")
            for days in (30, 365)
        },
        "unit_365_page": f"/compliance/unit/{firm}/?days=365",
        "late_list": "/compliance/list/?state=late&days=365",
        "list": "/compliance/list/?days=30",
        "board": "/board/",
        "plan": "/plan/?by=compliance",
        "waivers": "/compliance/waivers/",
        **ledgers.addresses(firm),
    }  # fmt: skip
    found: dict[str, Any] = {}
    worst = 0.0
    for name, address in addresses.items():
        call = ask(officer, address)
        call()
        values = [timed(call) for _n in range(rounds)]
        found[f"{name}_p50_ms"], found[f"{name}_p95_ms"] = p(values, 0.5), p(values, 0.95)
        found[f"{name}_queries"] = queries(call)
        worst = max(worst, found[f"{name}_p95_ms"])
    return {**found, "pages_p95_ms": worst}


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--firms", type=int, default=500)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    with place():
        site = build(asked.firms)
        result = generation(site, max(asked.rounds // 4, 3))
        result |= fill(site, asked.days)
        result |= pages(site, asked.rounds)
    failed = [name for name, limit in GATES.items() if result[name] > limit]
    load = round(os.getloadavg()[0], 1)
    shown = {"bench": "obligations", "load": load, **result, "gates": GATES, "failed": failed}
    print(json.dumps(shown, ensure_ascii=False))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
