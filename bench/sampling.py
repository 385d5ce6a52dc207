"""How fast phones that come back into the network empty their queues, and whether every swab arrives exactly once.

``python -m bench.sampling [--people N] [--devices D] [--rate R]`` makes a database of its own with the demo zone and an
adopted round, starts the web server as ``pingzhan up`` does and sends the swabs of all people, in tubes of ten, by
batches of fifty people as phones send them. Four fifths go at a steady pace of ``--rate`` people a second from all
devices (``p99_ms``: from sending a batch to its answer); the rest is a burst, all devices as fast as they can. One
batch of twenty is sent twice. Then the rows are counted. ``raw_ratio`` compares the burst with plain INSERTs of the
same rows, fifty in a transaction, into a table with the same columns and indexes, on one connection of the same
server. Exit code 1 when a gate fails.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import secrets
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bench.people import Site, build, served
from bench.place import place
from bench.switch import p

PEOPLE_PER_S, P99_MS = 1_500.0, 500.0
IN_TUBE, IN_BATCH = 10, 50
BURST = 5
"""One part of so many is sent in the burst."""
TWICE = 20
"""One batch of so many is sent again."""


@dataclass
class Phone:
    """A sampling phone: its token, whom it swabbed, and its queue as it will be sent."""

    number: int
    token: str
    batches: list[bytes] = field(default_factory=list)


@dataclass
class Tally:
    """What came back."""

    ms: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


def prepare(people: int, devices: int) -> list[Phone]:
    """Make a round with a team, a slot and a phone for each part of the enterprises, and fill the phones' queues."""
    from django.db.models.functions import Now

    from pingzhan.domain.obligations.api import business_clock
    from pingzhan.domain.people.models import Placement
    from pingzhan.domain.screening.enums import PlanState, RoundState
    from pingzhan.domain.screening.models import PlanVersion, Round, SamplingTeam, Slot, TeamDevice
    from pingzhan.domain.territory.enums import UnitKind
    from pingzhan.domain.territory.models import Unit
    from pingzhan.foundation import clock
    from pingzhan.foundation.access.models import Device, DeviceKind
    from pingzhan.foundation.accounts.actions import token_sha
    from pingzhan.foundation.accounts.models import User

    zone = Unit.objects.get(kind=UnitKind.ZONE)
    now = clock.now()
    made = Round.objects.create(zone=zone, number=1, day=business_clock().day_of(now), pool_size=IN_TUBE)
    version = PlanVersion.objects.create(round=made, number=1, instance={}, iterations=1)
    for state in (PlanState.COMPUTING, PlanState.READY, PlanState.ADOPTED):
        PlanVersion.objects.filter(pk=version.pk).update(state=state, plan={}, score={}, ready_at=Now())
    for step in (RoundState.PLANNED, RoundState.ADOPTED):
        Round.objects.filter(pk=made.pk).update(state=step)
    # Somebody with two jobs is swabbed once.
    once = {
        individual: (firm, job)
        for firm, job, individual in Placement.objects.filter(
            t1__isnull=True, employment__left__isnull=True
        ).values_list("enterprise_id", "employment_id", "employment__individual_id")
    }
    placed = sorted(once.values())[:people]
    issuer = User.objects.create_user("bench-issuer", name="bench", is_demo=True)
    phones = []
    share = -(-len(placed) // devices)
    for n in range(devices):
        part = placed[n * share : (n + 1) * share]
        if not part:
            break
        team = SamplingTeam.objects.create(zone=zone, name=f"T{n}", samplers=2)
        for firm in sorted({one[0] for one in part}):
            Slot.objects.create(
                round=made, version=version, enterprise_id=firm, cohort="c", team=team, start=now,
                end=now + timedelta(hours=8), heads=len(part), tubes=1,
            )  # fmt: skip
        token = f"pzd_{secrets.token_urlsafe(32)}"
        device = Device.objects.create(
            name=f"P{n}", kind=DeviceKind.SAMPLING, unit_path=zone.path, issued_by=issuer,
            expires_at=now + timedelta(days=2), token_sha=token_sha(token), enrolled_at=now,
        )  # fmt: skip
        TeamDevice.objects.create(device=device, team=team)
        phones.append(Phone(n, token, queue(n, made.pk, now.isoformat(), [one[1] for one in part])))
    return phones


def queue(number: int, round_: int, at: str, people: Sequence[int]) -> list[bytes]:
    """Return the bodies a phone sends: tubes of ten, each sealed, by fifty people."""
    bodies, items, seq = [], [], 0

    def write(kind: str, **more: Any) -> None:
        nonlocal seq
        seq += 1
        items.append({"id": str(uuid.uuid4()), "seq": seq, "kind": kind, "at": at, "round": round_, **more})

    for first in range(0, len(people), IN_BATCH):
        items = []
        part = people[first : first + IN_BATCH]
        for place_, person in enumerate(part):
            tube = f"B{number:03d}-{(first + place_) // IN_TUBE:05d}"
            write("sample", tube=tube, person=person, place=place_ % IN_TUBE + 1)
            if place_ % IN_TUBE == IN_TUBE - 1 or place_ == len(part) - 1:
                write("seal", tube=tube)
        bodies.append(json.dumps({"sent_at": "@@", "items": items}).encode())
    return bodies


class Line:
    """The connection of a phone."""

    def __init__(self, site: Site, phone: Phone, tally: Tally) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", site.port, timeout=120)
        self.headers = {"Authorization": f"Device {phone.token}", "Content-Type": "application/json"}
        self.tally = tally

    def send(self, body: bytes) -> None:
        """Send a batch and note what came back."""
        from django.utils import timezone

        body = body.replace(b"@@", timezone.now().isoformat().encode(), 1)
        begin = time.perf_counter()
        try:
            self.link.request("POST", "/api/v1/sampling/sync", body=body, headers=self.headers)
            answer = self.link.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.tally.errors.append(type(error).__name__)
            self.link.close()
            return
        self.tally.ms.append((time.perf_counter() - begin) * 1000)
        if answer.status != 200:
            self.tally.errors.append(str(answer.status))
        else:
            self.tally.answers.update(one["status"] for one in json.loads(text)["results"])


def run(site: Site, work: Sequence[tuple[Phone, list[bytes]]], pause: float) -> tuple[Tally, float]:
    """Send from all phones at once, each a batch every ``pause`` seconds; return what came back and the seconds."""
    total, lock = Tally(), threading.Lock()

    def phone_runs(n: int, phone: Phone, bodies: list[bytes]) -> None:
        own = Tally()
        line = Line(site, phone, own)
        start = time.perf_counter() + pause * n / max(1, len(work))
        for k, body in enumerate(bodies):
            time.sleep(max(0.0, start + k * pause - time.perf_counter()))
            line.send(body)
            if k % TWICE == TWICE // 2:
                line.send(body)
        with lock:
            total.ms += own.ms
            total.answers += own.answers
            total.errors += own.errors

    begin = time.perf_counter()
    with ThreadPoolExecutor(len(work)) as pool:
        for done in [pool.submit(phone_runs, n, *one) for n, one in enumerate(work)]:
            done.result()
    return total, time.perf_counter() - begin


def counted() -> dict[str, int]:
    """Return what is stored: swabs, people, sealed tubes of how many heads, and the counts that coverage reads."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM screening_sample), (SELECT count(DISTINCT person) FROM screening_sample),"
            " (SELECT count(*) FROM screening_sample WHERE refused <> 0),"
            " (SELECT coalesce(sum(heads), 0) FROM screening_tube WHERE state = 'sealed' AND NOT held),"
            " (SELECT coalesce(sum(tested), 0) FROM screening_roundcount),"
            " (SELECT count(*) FROM screening_conflict)"
        )
        names = ("samples", "persons", "refused", "sealed_heads", "counted", "conflicts")
        return dict(zip(names, map(int, cursor.fetchone()), strict=True))


def raw(most: int) -> float:
    """Return the rows a second of plain INSERTs of the stored swabs, fifty in a transaction."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM screening_sample LIMIT %s", [most])
        rows = cursor.fetchall()
        cursor.execute(
            "CREATE TABLE bench_plain (LIKE screening_sample INCLUDING DEFAULTS INCLUDING INDEXES)"
        )
        marks = ", ".join(["(" + ", ".join(["%s"] * len(rows[0])) + ")"] * IN_BATCH)
        begin = time.perf_counter()
        for first in range(0, len(rows) - IN_BATCH + 1, IN_BATCH):
            part = rows[first : first + IN_BATCH]
            cursor.execute(
                f"INSERT INTO bench_plain VALUES {marks}", [value for row in part for value in row]
            )
        spent = time.perf_counter() - begin
        cursor.execute("DROP TABLE bench_plain")
    return len(rows) // IN_BATCH * IN_BATCH / spent


def setting(name: str) -> str:
    """Return a setting of the database server."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


def measure(people: int, devices: int, rate: float) -> dict[str, Any]:
    """Send everything and return the numbers."""
    phones = prepare(people, devices)
    batches = sum(len(one.batches) for one in phones)
    steady = [(one, one.batches[: len(one.batches) - len(one.batches) // BURST]) for one in phones]
    burst = [(one, one.batches[len(sent) :]) for one, sent in steady]
    n_steady = sum(len(bodies) for _phone, bodies in steady)
    heads: Callable[[Sequence[tuple[Phone, list[bytes]]]], int] = lambda work: sum(  # noqa: E731
        body.count(b'"sample"') for _phone, bodies in work for body in bodies
    )
    with served() as site:
        for _again in range(2):  # every process has seen such a batch; sent again it changes nothing
            run(site, [(one, bodies[:1]) for one, bodies in steady[:8]], 0.0)
        cpu = site.cpu_ms()
        calm, calm_s = run(site, steady, IN_BATCH * len(phones) / rate)
        cpu = site.cpu_ms() - cpu
        rush, rush_s = run(site, burst, 0.0)
    stored = counted()
    plain = raw(min(20_000, stored["samples"]))
    sent = heads(steady) + heads(burst)
    burst_rate = heads(burst) / rush_s if heads(burst) else 0.0
    return {
        "people": sent,
        "devices": len(phones),
        "batches": batches,
        "sustained_people_per_s": round(heads(steady) / calm_s),
        "p50_ms": p(calm.ms, 0.5),
        "p99_ms": p(calm.ms, 0.99),
        "web_cpu_ms_per_batch": round(cpu / max(1, n_steady), 1),
        "burst_people_per_s": round(burst_rate),
        "burst_s": round(rush_s, 1),
        "burst_p99_ms": p(rush.ms, 0.99) if rush.ms else 0.0,
        "answers": dict(calm.answers + rush.answers),
        "errors": calm.errors + rush.errors,
        "lost": sent - stored["persons"],
        "doubled": stored["samples"] - stored["persons"],
        **stored,
        "raw_rows_per_s": round(plain),
        "raw_ratio": round(burst_rate / plain, 3),
        "fsync": setting("fsync"),
        "synchronous_commit": setting("synchronous_commit"),
    }


def failed_in(found: dict[str, Any], rate: float) -> list[str]:
    """Return the names of the promises that were not kept."""
    whole = ("lost", "doubled", "refused", "conflicts")
    failed = [name for name in whole if found[name]]
    failed += [name for name in ("sealed_heads", "counted") if found[name] != found["people"]]
    if found["errors"]:
        failed.append("errors")
    # The pace is the gate: what is sent at 1,500 a second must be answered at that.
    if found["sustained_people_per_s"] < 0.95 * min(rate, PEOPLE_PER_S):
        failed.append("sustained_people_per_s")
    if found["p99_ms"] > P99_MS:
        failed.append("p99_ms")
    if found["fsync"] != "on" or found["synchronous_commit"] != "on":
        failed.append("fsync")
    return failed


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--enterprises", type=int, default=200)
    parser.add_argument("--devices", type=int, default=80)
    parser.add_argument("--rate", type=float, default=1.1 * PEOPLE_PER_S)
    options = parser.parse_args()
    os.environ["PINGZHAN_DEMO"] = "1"
    os.environ.setdefault("PINGZHAN_SECRET_KEY", secrets.token_urlsafe(32))
    with place():
        build(options.people, options.enterprises)
        result = measure(options.people, options.devices, options.rate)
    failed = failed_in(result, options.rate)
    shown = {
        "bench": "sampling",
        "load": round(os.getloadavg()[0], 1),
        "rate": options.rate,
        **result,
        "gates": {"people_per_s": PEOPLE_PER_S, "p99_ms": P99_MS},
        "failed": failed,
    }
    print(json.dumps(shown))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
