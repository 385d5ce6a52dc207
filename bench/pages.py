"""How long the first screens take on the server: 值班台 and 我的任务 with a whole zone behind them (goal G8).

``python -m bench.pages [--rounds N]`` fills a database of its own like bench.switch (1,000 officials, 1,200
posts, 6,000 tasks, 200 enterprises), asks the pages through the whole middleware and prints one JSON object:
p50 and p95 in milliseconds and the number of queries. ``ready_cold`` is the routine desk right after something
changed, when readiness for four levels is computed anew. Exit code 1 when a gate fails.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from bench.switch import Site, build, p, timed

GATES = {
    "duty_routine_p95_ms": 200.0,
    "duty_emergency_p95_ms": 200.0,
    "duty_unchanged_p95_ms": 200.0,
    "tasks_p95_ms": 200.0,
}


def visitor(site: Site, role: str, person: Any = None) -> Any:
    """Return a browser signed in as a new account with this role, tied to a person if given."""
    from django.test import Client

    from pingzhan.domain.organisation.models import Person
    from pingzhan.foundation.access.models import RoleGrant
    from pingzhan.foundation.accounts.models import User

    name = f"{role}-{person.pk if person else 0}"
    user = User.objects.create_user(name, name=name)
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
        assert answer.status_code == status, f"{address}: {answer.status_code}"

    return call


def queries(call: Callable[[], None]) -> int:
    """Return how many queries a call makes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        call()
    return len(seen)


def measure(site: Site, rounds: int) -> dict[str, Any]:
    """Ask the pages in routine and in an emergency."""
    import re

    from django.core.cache import cache

    from pingzhan.domain.command import api
    from pingzhan.domain.organisation.models import Person

    api.reconcile_zone(zone=site.zone, cause="测量", by=site.actor)
    officer = visitor(site, "duty_officer")
    people = list(Person.objects.filter(kind="official").order_by("pk")[300:800:50])
    officials = [visitor(site, "official", person) for person in people]
    found: dict[str, Any] = {}

    def note(name: str, values: list[float], call: Callable[[], None]) -> None:
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
    found["tasks_live"] = api.live_tasks(site.zone).count()
    return found


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=60)
    rounds = parser.parse_args().rounds
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
    import django

    from pingzhan.config.tuning import calm_collector

    django.setup()
    calm_collector()  # as the web process does
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        result = measure(build(), rounds)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    failed = [name for name, limit in GATES.items() if result[name] > limit]
    load = round(os.getloadavg()[0], 1)
    shown = {"bench": "pages", "rounds": rounds, "load": load, **result, "gates": GATES, "failed": failed}
    print(json.dumps(shown, ensure_ascii=False))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
