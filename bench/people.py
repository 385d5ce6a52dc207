"""How fast a zone of 100,000 workers is built, listed and searched (issue 3, "must show").

``python -m bench.people [--workers N] [--enterprises M] [--rounds R]`` makes a database of its own, builds the demo
zone, starts the web server as ``pingzhan up`` does and asks it over kept-alive connections; prints one JSON object.
Times are wall times as the client sees them, ``*_cpu_ms`` is what the web processes worked for one request (the
database not included), ``*_p95_4_ms`` is with four users at once. Exit code 1 when a gate fails.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from bench.pages import ask, queries
from bench.switch import p

ONE, FOUR = 100.0, 200.0
"""Milliseconds within which one user and each of four at once are answered, nineteen times of twenty."""
GATED = ("enterprises", "list", "filtered", "search")
GATES = {"build_s": 120.0} | {
    f"{name}_{kind}_ms": limit for name in GATED for kind, limit in (("p95", ONE), ("p95_4", FOUR))
}
USERS = 4
PER_ACCOUNT = 40
"""Requests after which a user goes on with another account: searches of one account are limited by the minute."""
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


class Site:
    """The web server of the benchmark: its port, and the processes that answer."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port

    def cpu_ms(self) -> float:
        """Return what all processes of the server have worked so far, in milliseconds."""
        fields: dict[int, list[str]] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it ended meanwhile
                fields[int(path.parent.name)] = path.read_text().rpartition(")")[2].split()
        own = {self.process.pid}
        while more := {pid for pid, of in fields.items() if int(of[1]) in own} - own:
            own |= more
        ticks = sum(int(fields[pid][11]) + int(fields[pid][12]) for pid in own)
        return ticks * 1000 / os.sysconf("SC_CLK_TCK")


@contextmanager
def served() -> Iterator[Site]:
    """Run the web server on the benchmark's database and end it again."""
    from django.db import connection

    from pingzhan.config.cli.up import server_options

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    whole = urlsplit(os.environ["PINGZHAN_DATABASE_URL"])
    address = urlunsplit(whole._replace(path=f"/{connection.settings_dict['NAME']}"))
    command = [sys.executable, "-m", "granian", "--host", "127.0.0.1", "--port", str(port), *server_options()]
    process = subprocess.Popen(
        command, env={**os.environ, "PINGZHAN_DATABASE_URL": address, "PINGZHAN_POOL": "1"}
    )
    try:
        site = Site(process, port)
        deadline = time.monotonic() + 60
        while True:
            try:
                Visitor(site, "").get("/health/")
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield site
    finally:
        process.terminate()
        process.wait(20)


class Visitor:
    """A browser with one connection that is kept open."""

    def __init__(self, site: Site, session: str) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
        self.session = session

    def get(self, address: str) -> float:
        """Return the milliseconds until the whole answer was there."""
        begin = time.perf_counter()
        self.link.request("GET", address, headers={"Cookie": f"sessionid={self.session}"})
        answer = self.link.getresponse()
        answer.read()
        took = (time.perf_counter() - begin) * 1000
        assert answer.status == 200, f"{address}: {answer.status}"
        return took


def measure(rounds: int) -> dict[str, Any]:
    """Ask the pages, alone and with four users at once."""
    from django.core.cache import cache

    from pingzhan.domain.people.models import Employment
    from pingzhan.domain.territory.models import Enterprise

    cache.clear()
    jobs = list(
        Employment.objects.order_by("enterprise_id", "employee_no").values_list("pk", flat=True)[::997]
    )
    firms = list(Enterprise.objects.order_by("pk").values_list("pk", flat=True)[::7])
    words = [quote(word) for word in WORDS]
    kinds: dict[str, list[str]] = {
        "enterprises": [
            "/enterprises/",
            *(f"/enterprises/?page={n}" for n in (2, 3)),
            "/enterprises/?risk=high",
        ],
        "enterprise": [f"/enterprises/{pk}/" for pk in firms],
        "list": ["/workers/", *(f"/workers/?after={pk}" for pk in jobs)],
        "filtered": [f"/workers/?unit=E{n:02d}&group=driver" for n in range(10, 60, 7)],
        "search": [*(f"/workers/?q={word}" for word in words), *(f"/search/?q={word}" for word in words)],
        "detail": [f"/workers/{pk}/" for pk in jobs],
        "alike": ["/workers/alike/"],
    }
    client = visitor_n("duty_officer", 0)
    found: dict[str, Any] = {}
    with served() as site:
        for name, addresses in kinds.items():
            if name != "alike":
                assert client.get(addresses[0]).status_code == 200
                # The least of three: once a minute a request also notes that the session is in use.
                found[f"{name}_queries"] = min(queries(ask(client, addresses[0])) for _n in range(3))
            for _n in range(8):  # every process has seen the page
                fresh = Visitor(site, session_of(client))
                for address in addresses[:1] if name == "search" else addresses[:3]:
                    fresh.get(address)
            times = 5 if name == "alike" else rounds
            before = site.cpu_ms()
            alone = crowd(site, addresses, 0, times)
            found[f"{name}_cpu_ms"] = round((site.cpu_ms() - before) / times, 1)
            found[f"{name}_p50_ms"], found[f"{name}_p95_ms"] = p(alone, 0.5), p(alone, 0.95)
            with ThreadPoolExecutor(USERS) as pool:
                parts = pool.map(lambda n, a=addresses, t=times: crowd(site, a, n, t), range(1, USERS + 1))
                together = [value for part in parts for value in part]
            found[f"{name}_p50_4_ms"], found[f"{name}_p95_4_ms"] = p(together, 0.5), p(together, 0.95)
    found["workers"] = Employment.objects.filter(left__isnull=True).count()
    return found


def visitor_n(role: str, n: int) -> Any:
    """Return a signed-in browser of an account of its own."""
    from django.test import Client

    from pingzhan.foundation.access.models import RoleGrant
    from pingzhan.foundation.accounts.models import User

    user = User.objects.create_user(f"bench-{role}-{secrets.token_hex(4)}", name=f"bench {n}", is_demo=True)
    RoleGrant.objects.create(user=user, role=role, unit_path="/")
    client = Client(headers={"Host": "127.0.0.1"})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def session_of(client: Any) -> str:
    """Return the session key of a signed-in browser."""
    return str(client.cookies["sessionid"].value)


def crowd(site: Site, addresses: list[str], first: int, rounds: int) -> list[float]:
    """Ask as one of several users at once."""
    from django.db import connection

    try:
        sessions = [session_of(visitor_n("duty_officer", first)) for _n in range(-(-rounds // PER_ACCOUNT))]
    finally:
        connection.close()
    visitor = Visitor(site, "")
    times = []
    for n in range(rounds):
        visitor.session = sessions[n // PER_ACCOUNT]
        times.append(visitor.get(addresses[(first * 5 + n) % len(addresses)]))
    return times


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=100_000)
    parser.add_argument("--enterprises", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
    os.environ["PINGZHAN_DEMO"] = "1"
    os.environ.setdefault("PINGZHAN_SECRET_KEY", secrets.token_urlsafe(32))  # the server reads our sessions
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
    shown = {
        "bench": "people",
        "clock": "client wall",
        "load": load,
        **result,
        "gates": GATES,
        "failed": failed,
    }
    print(json.dumps(shown))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
