"""A positive pool with a million samples stored: everybody held and every task given, and the pages at that size.

``python -m bench.screening [--samples N] [--workers N] [--enterprises N] [--rounds N]`` makes a database of its own
with the demo zone, stores full rounds of tubes of ten set-based, all negative, and a last one yet to be reported.
``positive_*`` is the wall time of entering one positive tube with its commit: ten people held, the tasks of
testing, medical and emergency groups and of the enterprise, the single re-test round and the proposal; ``ratio`` is
its median to that of a negative tube in the same run. ``cpu`` figures are processor time of this process. Then the
pages of the last round, its coverage and the pursuits are asked through the whole middleware (p50 and p95 in
milliseconds, number of queries). Prints one JSON object; exit code 1 when a gate fails.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any, cast

from bench.pages import ask, queries, visitor
from bench.people import build
from bench.place import place
from bench.switch import p, timed

GATES = {
    "positive_max_ms": 1_000.0,
    "round_p95_ms": 200.0,
    "coverage_p95_ms": 200.0,
    "pursuits_p95_ms": 200.0,
    "pursuit_p95_ms": 200.0,
}
POOL = 10
TOLD = 20
"""Positive tubes, and as many negative ones, that are entered one by one."""
TABLES = "screening_tube", "screening_sample", "screening_result"
_TUBES = """
INSERT INTO screening_tube (code, round_id, kind, capacity, state, enterprise_id, heads, held, verdict, first_taken_at,
    opened_at, sealed_at, received_at, tested_at, resulted_at)
SELECT format('B%%s-%%s', r.id, w.tube), r.id, 'pool', %(pool)s, CASE WHEN r.last THEN 'received' ELSE 'resulted' END,
    min(w.enterprise_id), count(*), false, CASE WHEN r.last THEN '' ELSE 'negative' END, r.at, r.at, r.at, r.at,
    CASE WHEN NOT r.last THEN r.at END, CASE WHEN NOT r.last THEN r.at END
FROM bench_round r CROSS JOIN bench_worker w GROUP BY r.id, r.last, r.at, w.tube ORDER BY r.id, w.tube
"""
_SAMPLES = """
INSERT INTO screening_sample (id, round_id, tube_id, person, employment_id, enterprise_id, team_id, device_id, seq,
    skew_ms, taken_at, place, flag, refused, note)
SELECT gen_random_uuid(), r.id, t.id, w.person, w.employment_id, w.enterprise_id, w.team_id, 1,
    row_number() OVER (ORDER BY r.id, w.n), 0, r.at, w.place, 0, 0, ''
FROM bench_round r CROSS JOIN bench_worker w
JOIN screening_tube t ON t.code = format('B%%s-%%s', r.id, w.tube)
"""
_RESULTS = """
INSERT INTO screening_result (tube_id, verdict, ct, tested_at, source, reason, by_name)
SELECT id, verdict, '{}', tested_at, 'csv', '', 'bench' FROM screening_tube WHERE verdict <> ''
"""
_COUNTS = """
INSERT INTO screening_roundcount (round_id, enterprise_id, team_id, due, tested, conflicts)
SELECT r.id, w.enterprise_id, w.team_id, count(*), count(*), 0
FROM bench_round r CROSS JOIN bench_worker w GROUP BY 1, 2, 3
"""
_WORKERS = """
CREATE TEMPORARY TABLE bench_worker AS
SELECT n, n / %(pool)s AS tube, (n %% %(pool)s + 1)::smallint AS place, employment_id, person, enterprise_id, team_id
FROM (
    SELECT row_number() OVER (ORDER BY p.enterprise_id, p.team_id, p.employment_id) - 1 AS n, p.employment_id,
        e.individual_id AS person, p.enterprise_id, coalesce(p.team_id, 0) AS team_id
    FROM people_placement p JOIN people_employment e ON e.id = p.employment_id WHERE p.t1 IS NULL
) w
"""


def rounds_of(samples: int) -> list[Any]:
    """Make the rounds, adopted, a day apart up to today; return them, the last one last."""
    from datetime import timedelta

    from django.db import connection

    from pingzhan.domain.obligations.api import business_now
    from pingzhan.domain.screening.enums import RoundState
    from pingzhan.domain.screening.models import Round
    from pingzhan.domain.territory.enums import UnitKind
    from pingzhan.domain.territory.models import Unit

    with connection.cursor() as cursor:
        cursor.execute(_WORKERS, {"pool": POOL})
        cursor.execute("SELECT count(*) FROM bench_worker")
        (workers,) = cursor.fetchone()
    many = max(2, -(-samples // workers))
    zone = Unit.objects.get(kind=UnitKind.ZONE)
    first = (zone.testing_rounds.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    _now, today = business_now()
    made = [
        Round.objects.create(
            zone=zone, number=first + n, day=today - timedelta(days=many - n - 1), basis="bench"
        )
        for n in range(many)
    ]
    for state in (RoundState.PLANNED, RoundState.ADOPTED, RoundState.RUNNING):
        Round.objects.filter(pk__in=[one.pk for one in made]).update(state=state)
    return made


def fill(samples: int) -> dict[str, Any]:
    """Store the rounds set-based, triggers aside, and return how much there is and how long it took."""
    from django.db import connection

    begin = time.perf_counter()
    made = rounds_of(samples)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bench_round (id bigint, at timestamptz, last boolean)")
        cursor.execute(
            "INSERT INTO bench_round SELECT r.id, now() - interval '2 hours' - (%s - r.day) * interval '1 day',"
            " r.id = %s FROM screening_round r WHERE r.id = ANY(%s)",
            [made[-1].day, made[-1].pk, [one.pk for one in made]],
        )
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(_TUBES, {"pool": POOL})
        cursor.execute("ANALYZE screening_tube")
        cursor.execute(_SAMPLES, {})
        cursor.execute(_RESULTS)
        cursor.execute(_COUNTS)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(
            "SELECT (SELECT count(*) FROM screening_sample), (SELECT count(*) FROM screening_tube)"
        )
        rows, tubes = cursor.fetchone()
    return {
        "samples": rows,
        "tubes": tubes,
        "rounds": len(made),
        "filled_s": round(time.perf_counter() - begin, 1),
        "last": made[-1],
    }


def enter(last: Any) -> dict[str, Any]:
    """Enter positive and negative tubes of the last round one by one; return the times and what each did."""
    from pingzhan.domain.orders.models import Order
    from pingzhan.domain.screening import api as screening
    from pingzhan.domain.screening.enums import ResultSource, Verdict
    from pingzhan.domain.screening.models import Demand, Hold, Pursuit, Tube
    from pingzhan.foundation import clock
    from pingzhan.foundation.access.actor import system_actor

    by = system_actor("bench")
    full = list(
        Tube.objects.filter(round=last, heads=POOL)
        .order_by("pk")
        .values_list("code", flat=True)[: 2 * TOLD + 1]
    )

    def say(code: str, verdict: Verdict) -> None:
        found = screening.enter_results(
            zone=last.zone,
            results=[screening.ResultIn(code, verdict, clock.now())],
            source=ResultSource.API,
            by=by,
        )
        assert found[0].status == "stored", found

    say(full[0], Verdict.NEGATIVE)  # what a process does the first time is not measured
    spent: dict[Verdict, list[float]] = {Verdict.POSITIVE: [], Verdict.NEGATIVE: []}
    worked = {Verdict.POSITIVE: 0.0, Verdict.NEGATIVE: 0.0}
    for n, code in enumerate(full[1:]):
        verdict = Verdict.POSITIVE if n % 2 else Verdict.NEGATIVE
        begin = time.process_time()
        spent[verdict].append(timed(say, code, verdict))
        worked[verdict] += (time.process_time() - begin) * 1_000
    followed = list(Pursuit.objects.all())
    assert Hold.objects.filter(until__isnull=True).count() == POOL * TOLD
    assert Demand.objects.filter(round=followed[0].retest).exists()
    tasks = [set(one.order_ids) for one in followed]
    owned = Order.objects.filter(pk__in=set().union(*tasks)).values_list("lead_name", flat=True)
    positive, negative = spent[Verdict.POSITIVE], spent[Verdict.NEGATIVE]
    return {
        "positive_p50_ms": p(positive, 0.5),
        "positive_max_ms": round(max(positive), 1),
        "negative_p50_ms": p(negative, 0.5),
        "ratio": round(p(positive, 0.5) / max(p(negative, 0.5), 0.1), 1),
        "positive_cpu_ms": round(worked[Verdict.POSITIVE] / TOLD, 1),
        "negative_cpu_ms": round(worked[Verdict.NEGATIVE] / TOLD, 1),
        "tasks_each": min(len(one) for one in tasks),
        "task_leads": sorted(set(owned))[:8],
        "pursuit": followed[0].pk,
    }


def pages(last: Any, pursuit: int, rounds: int) -> dict[str, Any]:
    """Ask the pages with everything stored; return p50, p95 and the queries of each."""
    officer = visitor(cast(Any, None), "duty_officer")
    found: dict[str, Any] = {}
    for name, address in {
        "round": f"/rounds/{last.pk}/",
        "coverage": f"/rounds/{last.pk}/coverage/",
        "rounds": "/rounds/",
        "pursuits": "/pursuits/",
        "pursuit": f"/pursuits/{pursuit}/",
    }.items():
        call = ask(officer, address)
        call()
        values = [timed(call) for _n in range(rounds)]
        found[f"{name}_p50_ms"], found[f"{name}_p95_ms"] = p(values, 0.5), p(values, 0.95)
        found[f"{name}_queries"] = queries(call)
    return found


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=20_000)
    parser.add_argument("--enterprises", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    with place():
        result = {"build_s": build(asked.workers, asked.enterprises)["build_s"]} | fill(asked.samples)
        last = result.pop("last")
        result |= enter(last)
        result |= pages(last, result.pop("pursuit"), asked.rounds)
    failed = [name for name, limit in GATES.items() if result[name] > limit]
    load = round(os.getloadavg()[0], 1)
    shown = {"bench": "screening", "load": load, **result, "gates": GATES, "failed": failed}
    print(json.dumps(shown, ensure_ascii=False))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
