"""How long the first screens take on the server: desk, wall, lists of the command system, 我的任务 (goal G8).

``python -m bench.pages [--rounds N] [--years N] [--plans FILE]`` fills a database of its own like bench.switch
(1,000 officials, 1,200 posts, 6,000 tasks, 200 enterprises) with years of history behind it (bench.history, five
unless told), asks the pages through the whole middleware and prints one JSON object: p50 and p95 in milliseconds
and the number of queries. ``ready_cold`` is the routine desk right after something changed, when readiness for
four levels is computed anew; the wall is made anew for each question. ``scans`` are sequential scans of tables that
grow with the years, from the plan of every query of every page; ``--plans`` keeps all plans. Exit code 1 when a
gate fails or a page scans such a table.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.history import GROWN, fill, make_live
from bench.place import place
from bench.switch import Site, build, p, timed

GATES = {
    "duty_routine_p95_ms": 200.0,
    "duty_emergency_p95_ms": 200.0,
    "duty_unchanged_p95_ms": 200.0,
    "tasks_p95_ms": 200.0,
    "wall_p95_ms": 200.0,
    "roster_p95_ms": 200.0,
    "orders_p95_ms": 200.0,
    "reports_p95_ms": 200.0,
}
LISTS = {
    "roster": "/roster/",
    "roster_week": "/roster/?view=week",
    "handovers": "/roster/handovers/",
    "balance": "/roster/balance/",
    "orders": "/orders/",
    "orders_closed": "/orders/?show=closed",
    "orders_all": "/orders/?show=all",
    "meetings": "/orders/meetings/",
    "reports": "/reports/",
    "zero": "/reports/zero/",
}
YEARS = 5
SMALL = 5_000
"""Rows up to which reading a table from end to end is what the planner rightly prefers."""


def visitor(site: Site, role: str, person: Any = None) -> Any:
    """Return a browser signed in as a new account with this role, tied to a person if given."""
    from django.test import Client

    from pingzhan.domain.organisation.models import Person
    from pingzhan.foundation.access.models import RoleGrant
    from pingzhan.foundation.accounts.models import User

    name = f"{role}-{person.pk if person else 0}"
    user = User.objects.create_user(name, name=name, is_demo=True)
    RoleGrant.objects.create(user=user, role=role, unit_path="/")
    if person is not None:
        Person.objects.filter(pk=person.pk).update(account=user)
    client = Client(headers={"Host": "127.0.0.1"})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def ask(client: Any, address: str, status: int = 200) -> Callable[[], None]:
    """Return a call that asks for a page and fails when the answer is another than expected."""

    def call() -> None:
        answer = client.get(address)
        assert answer.status_code == status, (
            f"{address}: {answer.status_code} {answer.headers.get('Location', '')}"
        )

    return call


def queries(call: Callable[[], None]) -> int:
    """Return how many queries a call makes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        call()
    return len(seen)


def plans_of(call: Callable[[], object]) -> list[tuple[str, Any]]:
    """Return each SELECT that a call makes with its measured plan."""
    from django.db import connection

    found: list[tuple[str, Any]] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(("SELECT", "WITH")):
            asked = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql
            with connection.connection.cursor() as cursor:
                cursor.execute(asked, params)
                found.append((sql, cursor.fetchone()[0][0]["Plan"]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        call()
    return found


def scans_of(plan: dict[str, Any]) -> list[tuple[str, int]]:
    """Return (table, rows read) of each sequential scan of a table that grows with the years."""
    found = []
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in GROWN:
        read = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
        found.append((plan["Relation Name"], int(read * plan["Actual Loops"])))
    return [*found, *(one for below in plan.get("Plans", ()) for one in scans_of(below))]


def big_scans(plans: list[tuple[str, Any]]) -> list[str]:
    """Return each sequential scan of a growing table that read more than a few rows, as table and rows."""
    return [f"{table} {rows}" for _sql, plan in plans for table, rows in scans_of(plan) if rows > SMALL]


def measure(site: Site, rounds: int, years: int, plans: str) -> dict[str, Any]:
    """Ask the pages in routine and in an emergency."""
    import re

    from django.core.cache import cache, caches

    from pingzhan.domain.command import api
    from pingzhan.domain.organisation.models import Person

    found: dict[str, Any] = {"rows": fill(site, years) if years else {}}
    make_live(site)
    api.reconcile_zone(zone=site.zone, cause="测量", by=site.actor)
    officer = visitor(site, "duty_officer")
    people = list(Person.objects.filter(kind="official").order_by("pk")[300:800:50])
    officials = [visitor(site, "official", person) for person in people]
    kept: dict[str, Any] = {}
    scans: list[str] = []

    def note(name: str, values: list[float], call: Callable[[], None]) -> None:
        kept[name] = plans_of(call)
        scans.extend(f"{name}: {one}" for one in big_scans(kept[name]))
        found[f"{name}_p50_ms"], found[f"{name}_p95_ms"] = p(values, 0.5), p(values, 0.95)
        found[f"{name}_queries"] = queries(call)

    desk = ask(officer, "/duty/")
    desk()
    cold = []
    for _n in range(5):
        cache.clear()
        cold.append(timed(desk))
    note("ready_cold", cold, desk)
    note("duty_routine", [timed(desk) for _n in range(rounds)], desk)
    api.order_switch(
        order=api.SwitchOrder(key="b", unit=site.zone, level=2, reason="测量", basis="测量"), by=site.actor
    )
    note("duty_emergency", [timed(desk) for _n in range(rounds)], desk)
    text = officer.get("/duty/").content.decode()
    match = re.search(r'hx-get="(/duty/fragment/[^"]+)"', text)
    assert match is not None
    same = ask(officer, match.group(1).replace("&amp;", "&"), 204)
    note("duty_unchanged", [timed(same) for _n in range(rounds)], same)
    mine = [ask(one, "/tasks/") for one in officials]
    for one in mine:
        one()
    note("tasks", [timed(mine[n % len(mine)]) for n in range(rounds)], mine[0])
    wall = ask(officer, "/wall/")

    def fresh_wall() -> None:
        caches["local"].clear()
        wall()

    fresh_wall()
    note("wall", [timed(fresh_wall) for _n in range(rounds)], fresh_wall)
    for name, address in LISTS.items():
        page = ask(officer, address)
        page()
        note(name, [timed(page) for _n in range(rounds)], page)
    found["scans"] = scans
    if plans:
        Path(plans).write_text(json.dumps(kept, ensure_ascii=False, indent=1))
    found["tasks_live"] = api.live_tasks(site.zone).count()
    return found


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--years", type=int, default=YEARS)
    parser.add_argument("--plans", default="")
    asked = parser.parse_args()
    rounds = asked.rounds
    with place():
        result = measure(build(), rounds, asked.years, asked.plans)
    failed = [name for name, limit in GATES.items() if result[name] > limit] + result["scans"]
    load = round(os.getloadavg()[0], 1)
    shown = {
        "bench": "pages",
        "rounds": rounds,
        "years": asked.years,
        "load": load,
        **result,
        "gates": GATES,
        "failed": failed,
    }
    print(json.dumps(shown, ensure_ascii=False))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
