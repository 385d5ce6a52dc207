"""How many people can look up their own result at once, and how long each of them waits.

``python -m bench.selfquery [--people N] [--seconds S] [--users U]`` makes a database of its own with the demo zone and
a result for everybody, starts the web server as ``pingzhan up`` does and asks by carried codes and by sessions opened
with a message, each time as another person from another address, over kept-alive connections. ``p95_ms`` is for one
visitor after the other, ``queries_per_s`` and ``p95_busy_ms`` for as many at once as ``--users`` says. ``bare_per_s``
is the same with the liveness page of the same server in the same run, ``ratio`` their quotient. ``unnoted`` are reads
that are missing in what goes into the trail. All times are wall times at the client, which shares the machine. Exit
code 1 when a gate fails.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from bench.people import Site, build, served
from bench.place import place
from bench.switch import p

P95_MS, PER_S = 50.0, 500.0


def prepare(people: int) -> list[tuple[str, str]]:
    """Give everybody a result and a carried code; return (address, cookie) of each, every second by a session."""
    from django.core.signing import get_cookie_signer
    from django.db import connection
    from django.db.models.functions import Now

    from pingzhan.domain.people.models import Employment
    from pingzhan.domain.screening.models import LatestResult, OwnKey, Round
    from pingzhan.domain.screening.queries.own import sha_of
    from pingzhan.domain.territory.enums import UnitKind
    from pingzhan.domain.territory.models import Unit
    from pingzhan.foundation import clock
    from pingzhan.pages.public.selfquery import SALT, SHOWN

    now = clock.now()
    made = Round.objects.create(zone=Unit.objects.get(kind=UnitKind.ZONE), number=1, day=now.date())
    at_work = Employment.objects.filter(left__isnull=True, individual__merged_into__isnull=True)
    ids = sorted(set(at_work.values_list("individual_id", flat=True)))[:people]
    verdicts = ("negative",) * 18 + ("positive", "invalid")
    LatestResult.objects.bulk_create(
        (
            LatestResult(
                individual_id=pk, round=made, verdict=verdicts[n % 20], pooled=n % 2 == 0, at=now,
                sampled_at=now - timedelta(minutes=n % 600),
            )
            for n, pk in enumerate(ids)
        ),
        batch_size=5_000,
    )  # fmt: skip
    keys = [secrets.token_urlsafe(24) for _pk in ids]
    OwnKey.objects.bulk_create(
        (
            OwnKey(individual_id=pk, sha=sha_of(key), expires_at=Now() + timedelta(days=9))
            for pk, key in zip(ids, keys, strict=True)
        ),
        batch_size=5_000,
    )
    signer = get_cookie_signer(salt=SHOWN + SALT)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE screening_latestresult, screening_ownkey, screening_sample")
    return [
        (f"/result/q/{key}", "") if n % 2 else ("/result/own/", f"{SHOWN}={signer.sign(str(pk))}")
        for n, (pk, key) in enumerate(zip(ids, keys, strict=True))
    ]


class Visitors:
    """One connection over which one person after the other asks, each from an address of his own."""

    def __init__(self, site: Site, number: int) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
        self.number = number
        self.asked = 0

    def ask(self, address: str, cookie: str) -> float:
        """Return the milliseconds until the whole answer was there."""
        self.asked += 1
        hop = f"10.{self.number % 250}.{self.asked // 250 % 250}.{self.asked % 250}"
        begin = time.perf_counter()
        self.link.request("GET", address, headers={"Cookie": cookie, "X-Forwarded-For": hop})
        answer = self.link.getresponse()
        text = answer.read()
        spent = (time.perf_counter() - begin) * 1000
        if answer.status != 200 or not text:
            raise AssertionError(f"{address[:12]}: {answer.status}")
        return spent


def crowd(
    site: Site, people: Sequence[tuple[str, str]], users: int, seconds: float
) -> tuple[list[float], float]:
    """Ask from so many connections at once for so long; return the milliseconds and the answers a second."""

    def one(n: int) -> list[float]:
        visitors, found = Visitors(site, n), []
        until = time.perf_counter() + seconds
        k = n
        while time.perf_counter() < until:
            found.append(visitors.ask(*people[k % len(people)]))
            k += users
        return found

    begin = time.perf_counter()
    with ThreadPoolExecutor(users) as pool:
        times = [value for part in pool.map(one, range(users)) for value in part]
    return times, len(times) / (time.perf_counter() - begin)


def measure(people: int, users: int, seconds: float) -> dict[str, Any]:
    """Ask and return the numbers."""
    from django.db import connection

    from pingzhan.domain.screening.models import OwnRead

    who = prepare(people)
    bare = [("/health/", "")]
    with served() as site:
        for n in range(4):  # every process has made its pages
            visitors = Visitors(site, 200 + n)
            for one in who[:80]:
                visitors.ask(*one)
        single = Visitors(site, 240)
        alone = [single.ask(*one) for one in who[-300:]]
        cpu: Callable[[], float] = site.cpu_ms
        before, noted = cpu(), OwnRead.objects.count()
        times, rate = crowd(site, who, users, seconds)
        spent = (cpu() - before) / len(times)
        reads = OwnRead.objects.count() - noted
        _bare, bare_rate = crowd(site, bare, users, seconds)
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        fsync = cursor.fetchone()[0]
    return {
        "people": len(who),
        "users": users,
        "p50_ms": p(alone, 0.5),
        "p95_ms": p(alone, 0.95),
        "queries_per_s": round(rate),
        "p95_busy_ms": p(times, 0.95),
        "web_cpu_ms": round(spent, 2),
        "unnoted": len(times) - reads,
        "bare_per_s": round(bare_rate),
        "ratio": round(rate / bare_rate, 2),
        "fsync": fsync,
    }


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--enterprises", type=int, default=60)
    parser.add_argument("--users", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=15.0)
    options = parser.parse_args()
    os.environ["PINGZHAN_DEMO"] = "1"
    os.environ["PINGZHAN_TRUSTED_PROXIES"] = "127.0.0.1"
    os.environ.setdefault("PINGZHAN_SECRET_KEY", secrets.token_urlsafe(32))
    with place():
        build(options.people, options.enterprises)
        result = measure(options.people, options.users, options.seconds)
    failed = [name for name in ("p95_ms",) if result[name] > P95_MS]
    failed += [name for name in ("unnoted",) if result[name]]
    if result["queries_per_s"] < PER_S:
        failed.append("queries_per_s")
    shown = {
        "bench": "selfquery",
        "load": round(os.getloadavg()[0], 1),
        **result,
        "gates": {"p95_ms": P95_MS, "queries_per_s": PER_S},
        "failed": failed,
    }
    print(json.dumps(shown))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
