"""How fast a zone of 100,000 workers is built, listed and searched (issue 3, "must show").

``python -m bench.people [--workers N] [--enterprises M] [--rounds R]`` makes a database of its own, builds the demo
zone and asks the pages through the whole middleware; prints one JSON object. ``*_p95_4`` is with four users at
once, each in a thread with a connection of its own. Exit code 1 when a gate fails.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.pages import ask, queries
from bench.switch import p, timed

GATES = {
    "build_s": 120.0,
    "list_p95_ms": 100.0,
    "filtered_p95_ms": 100.0,
    "search_p95_ms": 100.0,
    "list_p95_4_ms": 200.0,
    "search_p95_4_ms": 200.0,
}
USERS = 4
WORDS = ("zw", "wang", "\u8d75", "0012", "lx", "\u94b1\u6587", "E003-0001", "zhaowen", "yh", "3519")


def build(workers: int, enterprises: int) -> dict[str, Any]:
    """Build the zone and return the seconds it took."""
    from django.db import connection

    from pingzhan.config.demo import build_crowd, ensure_demo

    begin = time.perf_counter()
    ensure_demo(enterprises=enterprises, workers=workers, seed=7)
    zone = time.perf_counter()
    facts = build_crowd(seed=7)
    end = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {
        "build_s": round(end - begin, 1),
        "zone_s": round(zone - begin, 1),
        "crowd_s": round(end - zone, 1),
        "facts": facts,
    }


def measure(rounds: int) -> dict[str, Any]:
    """Ask the pages, alone and with four users at once."""
    from django.core.cache import cache

    from pingzhan.domain.people.models import Employment
    from pingzhan.pages.console.search import views

    views.PER_MINUTE = 1_000_000
    cache.clear()
    clients = [visitor_n("duty_officer", n) for n in range(USERS)]
    one = clients[0]
    jobs = list(
        Employment.objects.order_by("enterprise_id", "employee_no").values_list("pk", flat=True)[::997]
    )
    kinds: dict[str, list[str]] = {
        "list": ["/workers/", *(f"/workers/?after={pk}" for pk in jobs)],
        "filtered": [f"/workers/?unit=E{n:02d}&group=driver" for n in range(10, 60, 7)],
        "search": [*(f"/workers/?q={word}" for word in WORDS), *(f"/search/?q={word}" for word in WORDS)],
        "detail": [f"/workers/{pk}/" for pk in jobs],
    }
    found: dict[str, Any] = {}
    for name, addresses in kinds.items():
        for address in addresses[:5]:
            one.get(address)
        times = [timed(ask(one, addresses[n % len(addresses)])) for n in range(rounds)]
        found[f"{name}_p50_ms"], found[f"{name}_p95_ms"] = p(times, 0.5), p(times, 0.95)
        found[f"{name}_queries"] = queries(ask(one, addresses[0]))
        with ThreadPoolExecutor(USERS) as pool:
            parts = pool.map(lambda n, a=addresses: crowd(clients[n], a, n, rounds), range(USERS))
            together = [value for part in parts for value in part]
        found[f"{name}_p95_4_ms"] = p(together, 0.95)
    found["workers"] = Employment.objects.filter(left__isnull=True).count()
    return found


def visitor_n(role: str, n: int) -> Any:
    """Return a signed-in browser of an account of its own."""
    from django.test import Client

    from pingzhan.foundation.access.models import RoleGrant
    from pingzhan.foundation.accounts.models import User

    user = User.objects.create_user(f"bench-{role}-{n}", name=f"bench {n}", is_demo=True)
    RoleGrant.objects.create(user=user, role=role, unit_path="/")
    client = Client(headers={"Host": "127.0.0.1"})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def crowd(client: Any, addresses: list[str], first: int, rounds: int) -> list[float]:
    """Ask as one of several users at once."""
    from django.db import connection

    try:
        return [timed(ask(client, addresses[(first * 5 + n) % len(addresses)])) for n in range(rounds)]
    finally:
        connection.close()


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=100_000)
    parser.add_argument("--enterprises", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
    os.environ["PINGZHAN_DEMO"] = "1"
    with tempfile.TemporaryDirectory(prefix="pz-bench-keys-") as keys:
        os.environ["PINGZHAN_KEY_DIR"] = keys
        import django

        from pingzhan.config.tuning import calm_collector

        django.setup()
        calm_collector()  # as the web process does
        from django.db import connection

        from pingzhan.foundation.privacy import keyring

        keyring.create()
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            result = build(options.workers, options.enterprises) | measure(options.rounds)
        finally:
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    failed = [name for name, limit in GATES.items() if result[name] > limit]
    load = round(os.getloadavg()[0], 1)
    print(json.dumps({"bench": "people", "load": load, **result, "gates": GATES, "failed": failed}))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
