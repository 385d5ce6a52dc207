"""How long the sweep and the fan-out take: 1,000 due seats, 100,000 workers (goals G3 and G6).

``python -m bench.escalation [--seats N] [--workers M] [--rounds R]`` makes a database of its own on the server of
PINGZHAN_DATABASE_URL and prints one JSON object. The floor is one INSERT..SELECT of the same rows, in the same run,
into tables with the same indexes and checks; ``*_ratio`` is what we take compared with it. All due seats have a
substitute, so each is closed, opened anew and told of. Exit code 1 when a gate fails.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import timedelta
from typing import Any

from bench.place import place
from bench.switch import p, timed

GATES = {"sweep_p95_ms": 5_000.0, "fanout_ms": 10_000.0, "fanout_ratio": 6.0}
"""G6: a due seat is acted on within ten seconds, and the sweep runs every five. G3: ten seconds for all workers."""


def build(seats: int, workers: int) -> Any:
    """Fill the database: one group of ``seats`` posts with a substitute each, one enterprise of ``workers``."""
    from django.db import connection
    from tests.domain.command.park import GroupSpec, PostSpec, make_persons, make_unit, make_version

    from pingzhan.domain.command.actions.duties import ensure_policy

    zone = make_unit("zone", "EZ")
    firm = make_unit("enterprise", "EF", zone, headcount=workers)
    people = make_persons(zone, 2 * seats + 2)
    posts = [
        PostSpec("leading.head", "leading", "head", critical=True, holders=[(1, 0, people[0].pk)]),
        PostSpec("medical.head", "medical", "head", holders=[(1, 0, people[1].pk)]),
    ]
    posts.extend(
        PostSpec(
            f"medical.m{n}",
            "medical",
            reports_to="medical.head",
            holders=[(1, 0, people[2 + 2 * n].pk), (1, 1, people[3 + 2 * n].pk)],
        )
        for n in range(seats)
    )
    make_version(zone, [GroupSpec("leading", "leading"), GroupSpec("medical")], posts)
    ensure_policy()
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH s AS (INSERT INTO privacy_subject (kind, wrapped, master)"
            " SELECT 'worker', '\\x00', 'bench' FROM generate_series(1, %s) RETURNING id),"
            " i AS (INSERT INTO people_individual (subject_id, doc_kind, sex)"
            " SELECT id, 'id_card', '' FROM s RETURNING id)"
            " INSERT INTO people_employment (individual_id, enterprise_id, employee_no, job, kind, groups, joined,"
            " left_reason) SELECT id, %s, '', '', 'own', '{}', '2026-01-05', '' FROM i",
            [workers, firm.pk],
        )
        cursor.execute("ANALYZE")
        for table in ("command_seat", "outbox_notice", "command_broadcastcopy"):
            cursor.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL EXCLUDING IDENTITY)")
    return zone


def older(seconds: int) -> None:
    """Make the seats nobody has confirmed this much older."""
    from django.db import connection
    from django.db.models import F

    from pingzhan.domain.command.models import Seat

    shift = timedelta(seconds=seconds)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Seat.objects.filter(closed_at=None, acked_at=None).update(
            opened_at=F("opened_at") - shift, next_at=F("next_at") - shift
        )
        cursor.execute("SET session_replication_role = origin")


def copied(table: str, where: str, *values: Any) -> tuple[float, int]:
    """Write the rows once more by one INSERT..SELECT; return milliseconds with the commit, and how many."""
    from django.db import connection

    rows = 0

    def write() -> None:
        nonlocal rows
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO floor_{table} SELECT * FROM {table} WHERE {where}", values)
            rows = cursor.rowcount

    took = timed(write)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE floor_{table}")
    return took, rows


def measure(zone: Any, seats: int, workers: int, rounds: int) -> dict[str, Any]:
    """Order, let everybody be late, sweep, compare; fan out the broadcasts, compare."""
    from django.db import connection
    from django.db.models import F, Max

    from pingzhan.domain.command import api
    from pingzhan.domain.command.models import Seat
    from pingzhan.foundation.access.actor import system_actor
    from pingzhan.foundation.messages.models import Notice

    by = system_actor("测量")
    sweeps: list[float] = []
    ratios: list[float] = []
    statements = 0
    for n in range(rounds):
        order = api.SwitchOrder(key=f"s{n}", unit=zone, level=2, reason="测量", basis="测量")
        api.order_switch(order=order, by=by)
        Seat.objects.filter(closed_at=None).exclude(post_code__startswith="medical.m").update(
            acked_at=F("opened_at"), ack_state="acked", ack_by="测量", ack_via="button", next_at=None
        )
        older(301)
        top = Seat.objects.aggregate(top=Max("pk"))["top"]
        last = Notice.objects.aggregate(top=Max("pk"))["top"]
        connection.force_debug_cursor = n == 0
        connection.queries_log.clear()
        sweeps.append(timed(api.sweep))
        statements = statements or len(connection.queries_log)
        connection.force_debug_cursor = False
        passed = Seat.objects.filter(ack_state="passed", closed_at__isnull=False).count()
        assert passed == seats * (n + 1), passed
        new, _rows = copied(
            "command_seat", "id > %s OR (ack_state = 'passed' AND id > %s)", top, top - 2 * seats
        )
        told, _rows = copied("outbox_notice", "id > %s", last)
        ratios.append(sweeps[-1] / (new + told))
        api.stand_down(
            order=api.StandDown(key=f"e{n}", unit=zone, reason="测量", decisions=[]), by=by
        ) if n + 1 < rounds else None
    broadcasts = 2 * rounds - 1
    fanout = timed(api.fan_out_broadcasts) / broadcasts
    floor, rows = copied("command_broadcastcopy", "true")
    assert rows == workers * broadcasts, rows
    return {
        "bench": "escalation",
        "rounds": rounds,
        "seats": seats,
        "workers": workers,
        "load": round(os.getloadavg()[0], 1),
        "sweep_p50_ms": p(sweeps, 0.5),
        "sweep_p95_ms": p(sweeps, 0.95),
        "sweep_ratio": round(sorted(ratios)[len(ratios) // 2], 2),
        "sweep_statements": statements,
        "fanout_ms": round(fanout, 1),
        "fanout_ratio": round(fanout / (floor / broadcasts), 2),
    }


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seats", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with place():
        zone = build(asked.seats, asked.workers)
        result = measure(zone, asked.seats, asked.workers, asked.rounds)
    failed = [name for name, limit in GATES.items() if result[name] > limit]
    print(json.dumps({**result, "gates": GATES, "failed": failed}, ensure_ascii=False))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
