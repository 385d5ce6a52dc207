"""Six million temperatures: how fast batches go in, and how fast the question who is missing is answered.

``python -m bench.temperatures [--workers N] [--enterprises M] [--days D] [--batch B]`` makes a database of its own with
the demo zone, enters two slots of every day for every worker in batches as devices send them, and prints one JSON
object. ``rows_per_s`` counts from the sound rows to the commit, with index, counts by team and the lock;
``copy_rows_per_s`` is plain COPY of the same columns into a table without an index in the same run, ``copy_ratio``
their quotient. Coverage is asked with all rows there, nineteen times of twenty within the gate. Exit code 1 when a
gate fails.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

from bench.people import build

LEAST_ROWS_PER_S = 20_000.0
COVERAGE_MS = 100.0
SLOTS = (7 * 60 + 30, 13 * 60 + 30)
"""The slots of a day where no set is in force."""
SAMPLE = 200_000
"""Rows that plain COPY is measured with."""


def facts(days: int) -> Iterator[Any]:
    """Yield the readings of all workers, the oldest day first; one in 500 has a fever."""
    from django.utils import timezone

    from pingzhan.domain.health.actions.storing import Fact
    from pingzhan.domain.obligations.api import business_clock
    from pingzhan.domain.people.models import Placement

    placed = list(
        Placement.objects.filter(t1__isnull=True)
        .order_by("enterprise_id", "team_id", "employment_id")
        .values_list("employment_id", "enterprise_id", "team_id")
    )
    rng = Random(5)
    now = timezone.now()
    for back in range(days - 1, -1, -1):
        moment = now - timedelta(days=back)
        day = business_clock().day_of(moment)
        for slot in SLOTS:
            for employment, unit, team in placed:
                ill = rng.random() < 1 / 500
                tenths = rng.randint(373, 395) if ill else rng.randint(358, 372)
                yield Fact(
                    day, slot, employment, unit, team or 0, 0, tenths, ill, False, 2, 1, moment,
                    uuid.UUID(int=rng.getrandbits(128)),
                )  # fmt: skip


def chunks(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """Yield lists of at most ``size`` rows."""
    some: list[Any] = []
    for row in rows:
        some.append(row)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some


def insert(days: int, size: int) -> dict[str, Any]:
    """Enter everything and return how many rows there are and how many went in a second."""
    from django.db import connection, transaction

    from pingzhan.domain.health.actions.storing import store

    spent, rows = 0.0, 0
    for batch in chunks(facts(days), size):
        begin = time.perf_counter()
        with transaction.atomic():
            rows += len(store(batch))
        spent += time.perf_counter() - begin
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE health_reading, health_teamcount")
        cursor.execute(
            "SELECT sum(pg_total_relation_size(inhrelid))::bigint FROM pg_inherits"
            " WHERE inhparent = 'health_reading'::regclass"
        )
        size_bytes = cursor.fetchone()[0]
    return {
        "rows": rows,
        "insert_s": round(spent, 1),
        "rows_per_s": round(rows / spent),
        "bytes_per_row": round(size_bytes / rows),
    }


def copy() -> float:
    """Return the rows a second of plain COPY into a table like the partitions but without an index."""
    from django.db import connection

    from pingzhan.domain.health.actions.storing import Fact

    columns = ", ".join(Fact.__slots__)
    rows = [
        tuple(getattr(one, name) for name in Fact.__slots__)
        for one, _n in zip(facts(2), range(SAMPLE), strict=False)
    ]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_plain (LIKE health_reading INCLUDING DEFAULTS INCLUDING IDENTITY)")
        begin = time.perf_counter()
        with cursor.copy(f"COPY bench_plain ({columns}) FROM STDIN") as copying:
            for row in rows:
                copying.write_row(row)
        spent = time.perf_counter() - begin
        cursor.execute("DROP TABLE bench_plain")
    return len(rows) / spent


def p95(work: Callable[[], Any], times: int = 40) -> float:
    """Return the milliseconds within which nineteen of twenty calls end."""
    spent = []
    for _n in range(times):
        begin = time.perf_counter()
        work()
        spent.append((time.perf_counter() - begin) * 1000)
    return round(sorted(spent)[int(times * 0.95) - 1], 1)


def ask() -> dict[str, float]:
    """Return how long the three questions of coverage take: a team, an enterprise, the zone."""
    from pingzhan.domain.health import api as health
    from pingzhan.domain.health.models import TeamCount
    from pingzhan.domain.territory.enums import UnitKind
    from pingzhan.domain.territory.models import Unit

    units = list(Unit.objects.filter(kind=UnitKind.ENTERPRISE).values_list("pk", flat=True))
    table = health.Timetable(units)
    slot = table.of(units[0], table.today)[0]
    one = TeamCount.objects.exclude(team_id=0).order_by("pk").first()
    assert one is not None
    return {
        "team_ms": p95(lambda: health.missing(one.enterprise_id, one.team_id, slot.day, slot.code)),
        "enterprise_ms": p95(lambda: health.team_lines([one.enterprise_id], slot)),
        "zone_ms": p95(lambda: health.unit_lines(units, slot)),
        "exceptions_ms": p95(lambda: health.exceptions(one.enterprise_id, slot.day, slot.code)),
    }


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=100_000)
    parser.add_argument("--enterprises", type=int, default=200)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--batch", type=int, default=5_000)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
    os.environ["PINGZHAN_DEMO"] = "1"
    os.environ.setdefault("PINGZHAN_SECRET_KEY", secrets.token_urlsafe(32))
    with tempfile.TemporaryDirectory(prefix="pz-bench-keys-") as keys:
        os.environ["PINGZHAN_KEY_DIR"] = keys
        import django

        django.setup()
        from django.db import connection

        from pingzhan.foundation.privacy import keyring

        keyring.create()
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            build(options.workers, options.enterprises)
            result: dict[str, Any] = insert(options.days, options.batch)
            plain = copy()
            result |= ask()
        finally:
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    failed = [name for name, value in result.items() if name.endswith("_ms") and value > COVERAGE_MS]
    if result["rows_per_s"] < LEAST_ROWS_PER_S:
        failed.append("rows_per_s")
    shown = {
        "bench": "temperatures",
        "load": round(os.getloadavg()[0], 1),
        **result,
        "copy_rows_per_s": round(plain),
        "copy_ratio": round(result["rows_per_s"] / plain, 2),
        "gates": {"rows_per_s": LEAST_ROWS_PER_S, "coverage_ms": COVERAGE_MS},
        "failed": failed,
    }
    print(json.dumps(shown))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
