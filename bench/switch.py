"""How long a switch takes: 1,000 officials, 1,200 posts, 6,000 tasks, 100,000 workers, 200 enterprises (G1, G7, G8).

``python -m bench.switch [--rounds N]`` makes a database of its own on the server of PINGZHAN_DATABASE_URL, fills
it from fixed numbers, and prints one JSON object: p50 and p95 of a zone switch, of one enterprise and of all 200
enterprises chosen one by one in one order, the
floor (the same rows written by one COPY per table in the same run, on the same tables with the same
constraints and the same commit), the ratio to it, and the board and 我的任务 queries. Exit code 1 when a gate
fails. ``fsync`` is whatever the server has; the result says so.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.place import place

OFFICIALS = 1_000
ENTERPRISES = 200
WORKERS = 100_000
GATES = {
    "zone_commit_p95_ms": 1_000.0,
    "enterprise_commit_p95_ms": 150.0,
    "several_commit_p95_ms": 2_000.0,
    "several_ratio_to_floor": 4.0,
    "ratio_to_floor": 4.0,
    "board_p95_ms": 200.0,
    "mine_p95_ms": 200.0,
}
GROUPS = ("coordination", "verification", "testing", "inspection", "medical", "response")
MEMBERS = 64
"""Member posts of each group, two seats each: 6 x (1 head + 1 deputy + 64) + 2 of the leading group + 800 of
enterprises = 1,198 posts."""


@dataclass
class Site:
    """The zone under test."""

    zone: Any
    firms: list[Any]
    actor: Any


def build() -> Site:
    """Fill the database: places, people, one published structure."""
    from django.db import connection
    from tests.domain.command.park import GroupSpec, PostSpec, make_persons, make_unit, make_version

    from pingzhan.domain.command.actions.duties import ensure_policy
    from pingzhan.domain.organisation.api import add_contacts
    from pingzhan.domain.organisation.enums import Channel
    from pingzhan.domain.organisation.models import Person, Responsibility
    from pingzhan.domain.territory.models import Unit
    from pingzhan.foundation.access.actor import system_actor

    zone = make_unit("zone", "BZ")
    areas = [make_unit("area", f"BA{n}", zone) for n in range(4)]
    firms = [
        make_unit("enterprise", f"BE{n:03d}", areas[n % 4], headcount=WORKERS // ENTERPRISES)
        for n in range(ENTERPRISES)
    ]
    officials = make_persons(zone, OFFICIALS)
    company = make_persons(zone, ENTERPRISES * 3, kind="company", prefix="企")
    add_contacts(
        rows=[(person, Channel.PHONE, f"139{person.pk:08d}") for person in [*officials, *company]],
        by=system_actor("bench"),
    )
    Responsibility.objects.bulk_create(
        Responsibility(unit=firm, person=officials[n % OFFICIALS], kind="enterprise", rank=0)
        for n, firm in enumerate(firms)
    )
    Unit.objects.filter(pk=zone.pk).update(headcount=0)
    free = iter(officials[ENTERPRISES:])
    posts = [
        PostSpec("leading.head", "leading", "head", critical=True, holders=[(1, 0, next(free).pk)]),
        PostSpec(
            "leading.deputy",
            "leading",
            "deputy",
            high=3,
            low=3,
            holders=[(n, 0, next(free).pk) for n in (1, 2, 3)],
        ),
    ]
    for group in GROUPS:
        head = f"{group}.head"
        posts.append(
            PostSpec(head, group, "head", critical=True, holders=[(1, n, next(free).pk) for n in (0, 1)])
        )
        posts.append(
            PostSpec(f"{group}.deputy", group, "deputy", reports_to=head, holders=[(1, 0, next(free).pk)])
        )
        posts.extend(
            PostSpec(
                f"{group}.m{n}",
                group,
                reports_to=head,
                high=2,
                holders=[(seat, 0, one.pk) for seat in (1, 2) if (one := next(free, None))],
            )
            for n in range(MEMBERS)
        )
    workers = iter(company)
    for firm in firms:
        officer = f"enterprise.{firm.code}.officer"
        posts.append(
            PostSpec(officer, "enterprise", "firm_officer", firm, holders=[(1, 0, "responsible:enterprise")])
        )
        posts.extend(
            PostSpec(
                f"enterprise.{firm.code}.{role}",
                "enterprise",
                f"firm_{role}",
                firm,
                posture="emergency" if role == "team" else "both",
                reports_to=officer,
                holders=[(1, 0, next(workers).pk)],
            )
            for role in ("lead", "contact", "team")
        )
    make_version(
        zone,
        [GroupSpec("leading", "leading"), *(GroupSpec(code) for code in GROUPS), GroupSpec("enterprise")],
        posts,
    )
    ensure_policy()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert Person.objects.count() == OFFICIALS + 3 * ENTERPRISES
    return Site(zone, firms, system_actor("测量"))


def timed(call: Callable[..., Any], *arguments: Any) -> float:
    """Return the milliseconds of a call, with its commit."""
    begin = time.perf_counter()
    call(*arguments)
    return (time.perf_counter() - begin) * 1_000


def p(values: list[float], share: float) -> float:
    """Return a percentile of the values, the higher neighbour."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1)


TABLES = (
    ("command_activation", "id = ANY(%s)"),
    ("command_broadcast", "activation_id = ANY(%s)"),
    ("command_seat", "opened_by_activation_id = ANY(%s)"),
    ("command_seatcause", "activation_id = ANY(%s)"),
    ("command_task", "seat_id IN (SELECT id FROM command_seat WHERE opened_by_activation_id = ANY(%s))"),
    ("command_gap", "activation_id = ANY(%s)"),
    (
        "outbox_notice",
        "dedupe IN (SELECT 'order:0:' || id FROM command_seat WHERE opened_by_activation_id = ANY(%s))",
    ),
)


def floor(activations: list[int]) -> tuple[float, dict[str, int]]:
    """Write the rows of a switch once more by one COPY per table and return the milliseconds with the commit.

    The rows are taken away first in the same transaction, unmeasured, so that keys and constraints are the very
    same; only the triggers against deletion rest meanwhile.
    """
    from django.db import connection, transaction

    copies: list[tuple[str, str, bytes]] = []
    counts: dict[str, int] = {}
    with transaction.atomic():
        with connection.cursor() as cursor:
            for table, where in TABLES:
                cursor.execute(
                    "SELECT string_agg(quote_ident(attname), ',' ORDER BY attnum) FROM pg_attribute"
                    " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
                    [table],
                )
                columns = cursor.fetchone()[0]
                cursor.execute(f"SELECT count(*) FROM {table} WHERE {where}", [activations])
                counts[table] = cursor.fetchone()[0]
                chosen = where.replace("%s", f"'{{{','.join(map(str, activations))}}}'::bigint[]")
                rows = f"SELECT {columns} FROM {table} WHERE {chosen} ORDER BY id"
                with cursor.copy(f"COPY ({rows}) TO STDOUT") as out:
                    copies.append((table, columns, b"".join(bytes(part) for part in out)))
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table, where in reversed(TABLES):
                cursor.execute(f"DELETE FROM {table} WHERE {where}", [activations])
            cursor.execute("SET LOCAL session_replication_role = origin")
        begin = time.perf_counter()
        with connection.cursor() as cursor:
            for table, columns, data in copies:
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    copy.write(data)
    return (time.perf_counter() - begin) * 1_000, counts


def measure(site: Site, rounds: int) -> dict[str, Any]:
    """Order and stand down, zone and enterprise, and compare with the floor."""
    from django.db import connection

    from pingzhan.domain.command import api
    from pingzhan.domain.command.enums import TaskDecisionKind

    def order(unit: Any, key: str, level: int) -> Any:
        return api.order_switch(
            order=api.SwitchOrder(key=key, unit=unit, level=level, reason="测量", basis="测量"), by=site.actor
        )

    done_with = [
        api.TaskDecision(code, TaskDecisionKind.DONE) for code in ("leading", *GROUPS, "enterprise", "pool")
    ]

    def end(unit: Any, key: str) -> Any:
        ending = api.StandDown(key=key, unit=unit, reason="测量", decisions=done_with)
        return api.stand_down(order=ending, by=site.actor)

    def order_several(key: str) -> Any:
        chosen = api.SwitchSeveral(key=key, units=tuple(site.firms), level=3, reason="测量", basis="测量")
        return api.order_switch_several(order=chosen, by=site.actor)

    def end_several(key: str) -> Any:
        ending = api.StandDownSeveral(key=key, units=tuple(site.firms), reason="测量", decisions=done_with)
        return api.stand_down_several(order=ending, by=site.actor)

    api.reconcile_zone(zone=site.zone, cause="测量", by=site.actor)
    zone_ms: list[float] = []
    back_ms: list[float] = []
    firm_ms: list[float] = []
    several_ms: list[float] = []
    several_back_ms: list[float] = []
    several_floor_ms: list[float] = []
    several_counts: dict[str, int] = {}
    floor_ms: list[float] = []
    ratios: list[float] = []
    made: dict[str, Any] = {}
    counts: dict[str, int] = {}
    board: list[float] = []
    mine: list[float] = []
    for n in range(rounds):
        zone_ms.append(timed(order, site.zone, f"z{n}", 2))
        activation = api.in_force(site.zone)[0]
        made = activation.counts
        copied, counts = floor([activation.pk])
        floor_ms.append(copied)
        ratios.append(zone_ms[-1] / copied)
        board.extend(timed(show_board, site.zone) for _n in range(5))
        mine.extend(timed(show_mine, site.zone, k) for k in range(5))
        back_ms.append(timed(end, site.zone, f"e{n}"))
        for k in range(3):
            firm = site.firms[(n * 3 + k) % ENTERPRISES]
            firm_ms.append(timed(order, firm, f"f{n}-{k}", 3))
            firm_ms.append(timed(end, firm, f"fe{n}-{k}"))
        several_ms.append(timed(order_several, f"s{n}"))
        chosen = [one.pk for one in api.in_force(site.zone)]
        assert len(chosen) == ENTERPRISES
        copied, several_counts = floor(chosen)
        several_floor_ms.append(copied)
        several_back_ms.append(timed(end_several, f"se{n}"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('fsync'), current_setting('server_version'),"
            " current_setting('synchronous_commit')"
        )
        fsync, version, synchronous = cursor.fetchone()
    return {
        "bench": "switch",
        "rounds": rounds,
        "server": version,
        "fsync": fsync,
        "synchronous_commit": synchronous,
        "load": round(os.getloadavg()[0], 1),
        "counts": made,
        "floor_rows": counts,
        "zone_commit_p50_ms": p(zone_ms, 0.5),
        "zone_commit_p95_ms": p(zone_ms, 0.95),
        "stand_down_p95_ms": p(back_ms, 0.95),
        "enterprise_commit_p50_ms": p(firm_ms, 0.5),
        "enterprise_commit_p95_ms": p(firm_ms, 0.95),
        "several_commit_p50_ms": p(several_ms, 0.5),
        "several_commit_p95_ms": p(several_ms, 0.95),
        "several_stand_down_p95_ms": p(several_back_ms, 0.95),
        "several_floor_p50_ms": p(several_floor_ms, 0.5),
        "several_floor_rows": several_counts,
        "several_ratio_to_floor": round(p(several_ms, 0.5) / p(several_floor_ms, 0.5), 2),
        "floor_p50_ms": p(floor_ms, 0.5),
        "ratio_to_floor": round(sorted(ratios)[len(ratios) // 2], 2),
        "board_p95_ms": p(board, 0.95),
        "mine_p95_ms": p(mine, 0.95),
    }


def show_board(zone: Any) -> None:
    """Run all queries of 值班台."""
    from pingzhan.domain.command import api

    api.band_data(zone)
    api.in_force(zone)
    api.group_counts(zone)
    list(api.waiting_seats(zone)[:30])
    api.gap_lines(api.open_gaps(zone)[:50])
    api.task_counts(zone)
    list(api.pressing_tasks(zone)[:20])
    api.leads(zone)
    list(api.log_lines(zone)[:20])


def show_mine(zone: Any, k: int) -> None:
    """Run all queries of 我的任务 for one person."""
    from pingzhan.domain.command import api

    person = api.open_seats(zone).order_by("id").values_list("person_id", flat=True)[k * 17]
    list(api.seats_of_person(person))
    list(api.tasks_of_person(person))
    list(api.parked_of_person(person))
    list(api.done_of_person(person))


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    with place():
        result = measure(build(), rounds)
    failed = [name for name, limit in GATES.items() if result[name] > limit]
    print(json.dumps({**result, "gates": GATES, "failed": failed}, ensure_ascii=False))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
