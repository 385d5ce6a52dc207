"""Hundreds of processes killed with SIGKILL at random points of switch, fan-out, sweep and send (goal G9).

After each kill the database must hold all of the order or nothing of it, the invariants must hold, and the same
order sent again must succeed: done now, or recognised as done. ``rounds`` yields after each kill.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Count, F
from django.db.models.functions import Now

from pingzhan.domain.command import api
from pingzhan.domain.command.actions import fanout
from pingzhan.domain.command.models import (
    Activation,
    Broadcast,
    BroadcastCopy,
    CommandTenure,
    Gap,
    Seat,
    SeatCause,
    Task,
)
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages.delivery import deliver_all_due
from pingzhan.foundation.messages.models import Notice
from tests.domain.command.zygote import NAME
from tests.factories import SmallZone, account

ROOT = Path(__file__).resolve().parents[3]
CHUNK = 20
"""Workers written by one transaction of the fan-out: small, so that there is much to be killed between."""
CHEAP = frozenset({"I1", "I2", "I3", "I5", "I6", "I7", "I9", "I10", "I11", "I12", "I13", "I14"})
"""Invariants that are plain queries: looked at after each kill; all of them after each tenth."""
ALL_EVERY = 10
TABLES = (Activation, Seat, SeatCause, Task, Gap, Broadcast, CommandTenure, AuditRecord)
FIRST_GUESS = {"switch": 60, "stand_down": 60, "rebase": 60, "fanout": 30, "sweep": 30, "send": 20}
DONE = ("sent", "delivered", "read")


class Broken(AssertionError):
    """Something was half done, lost, or against an invariant."""


@dataclass
class Killer:
    """The site, the process that forks, and what is known of each job: statements and seconds of a whole run."""

    park: SmallZone
    workers: int
    environment: dict[str, str]
    rng: random.Random
    user: str = ""
    keys: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    survived: int = 0
    replays: int = 0
    statements: dict[str, int] = field(default_factory=lambda: dict(FIRST_GUESS))
    seconds: dict[str, float] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Killer:
        self.user = account(Role.DUTY_OFFICER).username
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.domain.command.zygote", str(CHUNK)],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"
        fanout.CHUNK = CHUNK
        return self

    def __exit__(self, *_error: object) -> None:
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(60)

    def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        """Have a job done in a child; return once the server has seen its connection go."""
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        begin = time.monotonic()
        self.process.stdin.write(json.dumps({"user": self.user, **job}) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        took = time.monotonic() - begin
        if answer["status"] == 0 and "error" not in answer:
            self.statements[job["job"]] = max(2, answer["sent"])
            self.seconds[job["job"]] = took
        elif answer["status"] != -signal.SIGKILL:
            raise Broken(f"{job}: {answer}")
        with connection.cursor() as cursor:
            while True:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
                    " AND datname = current_database()",
                    [NAME],
                )
                if not cursor.fetchone()[0]:
                    return answer
                time.sleep(0.005)

    def death(self, job: str) -> dict[str, Any]:
        """When to die: before or after a random statement, after a random time, or just after the commit."""
        if self.rng.random() < 0.08:
            return {"die_done": True}
        if self.rng.random() < 0.6 or job not in self.seconds:
            at = self.rng.randint(1, self.statements[job])
            return {"die_at": at, "before": self.rng.random() < 0.5}
        return {"die_after": self.rng.uniform(0.0, self.seconds[job] * 1.1)}

    def key(self) -> str:
        """A key nobody used."""
        self.keys += 1
        return f"kill-{self.keys}"

    def job(self) -> dict[str, Any]:
        """Choose what to do and be killed in, and prepare it."""
        kind = self.rng.choice(["switch"] * 5 + ["fanout", "fanout", "sweep", "sweep", "send"])
        if kind == "switch":
            return self._ordered()
        if kind == "fanout":
            Broadcast.objects.filter(pk=Broadcast.objects.order_by("-pk").values("pk")[:1]).update(
                cursor=0, done_at=None
            )
            BroadcastCopy.objects.filter(broadcast__done_at=None).delete()
        elif kind == "sweep":
            older(self.rng.choice([130, 310, 610, 910]))
        return {"job": kind, "unit": self.park.zone.code}

    def _ordered(self) -> dict[str, Any]:
        if api.stale_activations(self.park.zone) and self.rng.random() < 0.5:
            return {"job": "rebase", "unit": self.park.zone.code, "key": self.key()}
        unit: Unit = self.rng.choice([self.park.zone, self.park.zone, self.park.area, *self.park.firms])
        epoch = api.scope_epoch(unit)
        one = Activation.objects.filter(world=0, unit=unit, ended_at=None).first()
        if one is not None and self.rng.random() < 0.45:
            return {"job": "stand_down", "unit": unit.code, "key": self.key(), "epoch": epoch}
        levels = [n for n in (1, 2, 3, 4) if one is None or n != one.level]
        return {
            "job": "switch",
            "unit": unit.code,
            "key": self.key(),
            "epoch": epoch,
            "level": self.rng.choice(levels),
        }


def older(seconds: float) -> None:
    """Make open unconfirmed seats this much older: the clock of a test. The guard of seats is off meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Seat.objects.filter(closed_at=None, acked_at=None).update(
            opened_at=F("opened_at") - timedelta(seconds=seconds),
            next_at=F("next_at") - timedelta(seconds=seconds),
        )
        cursor.execute("SET session_replication_role = origin")


def _rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in TABLES}


def _check(killer: Killer, said: str) -> None:
    only = frozenset() if sum(killer.kills.values()) % ALL_EVERY == 0 else CHEAP
    bad = {one.id: one.rows for one in api.check_all(only=only) if not one.holds}
    if bad:
        raise Broken(f"{said}: {bad}")


def rounds(killer: Killer, kills: int) -> Iterator[Counter[str]]:
    """Kill until so many processes died; yield the kills by job after each. Raises Broken."""
    from tests.domain.command.test_rebase import publish

    heads = ["桑晓风", "谈云起", "简而清"]
    while sum(killer.kills.values()) < kills:
        if killer.rng.random() < 0.05:
            publish(killer.park, medical_head=killer.rng.choice(heads))
        job = killer.job()
        before = _rows()
        answer = killer.ask({**job, **killer.death(job["job"])})
        if answer["status"] == -signal.SIGKILL:
            killer.kills[job["job"]] += 1
            said = f"kill {sum(killer.kills.values())} in {job}"
            _check(killer, said)
            _again(killer, job, before, said)
            yield killer.kills
        else:
            killer.survived += 1


def _again(killer: Killer, job: dict[str, Any], before: dict[str, int], said: str) -> None:
    """What was killed is done again: nothing was lost, nothing is done twice."""
    kind = job["job"]
    if kind in ("switch", "stand_down", "rebase"):
        field_name = "end_key" if kind == "stand_down" else "key"
        there = Activation.objects.filter(**{field_name: job["key"]}).exists()
        if not there and _rows() != before:
            raise Broken(f"{said}: rows of an order that is not there: {before} -> {_rows()}")
        answer = killer.ask(job)
        if answer.get("error") or answer["replayed"] != there:
            raise Broken(f"{said}: lost, or done twice: {answer}")
        killer.replays += there
    elif kind == "fanout":
        api.fan_out_broadcasts()
        _copies(killer, said)
    elif kind == "sweep":
        api.sweep()
        due = Seat.objects.filter(closed_at=None, acked_at=None, next_at__lte=Now())
        if due.exists():
            raise Broken(f"{said}: {due.count()} seats are still overdue")
    else:
        _send_the_rest(said)
    _check(killer, f"after {said} was done again")


def _send_the_rest(said: str) -> None:
    """A dead sender's notices are taken by the next; one that failed is tried again when its pause is over."""
    for _n in range(3):
        waiting = Notice.objects.exclude(state__in=DONE)
        waiting.update(next_at=Now())
        waiting.filter(state="leased").update(lease_until=Now() - timedelta(seconds=1))
        with contextlib.redirect_stdout(io.StringIO()):  # the console channel prints what it sends
            deliver_all_due()
    left = list(Notice.objects.exclude(state__in=DONE).values_list("state", "last_error"))
    if left:
        raise Broken(f"{said}: not sent: {left}")


def _copies(killer: Killer, said: str) -> None:
    for broadcast in Broadcast.objects.annotate(n=Count("copies")).select_related("activation__unit"):
        if broadcast.done_at is None:
            raise Broken(f"{said}: broadcast {broadcast.pk} is not finished")
        unit = broadcast.activation.unit
        inside = sum(1 for firm in killer.park.firms if firm.path.startswith(unit.path))
        if broadcast.n != inside * killer.workers:
            raise Broken(f"{said}: {broadcast.n} copies for {inside} x {killer.workers} workers")


def make_killer(park: SmallZone, *, seed: int, environment: dict[str, str], workers: int = 50) -> Killer:
    """Return a killer for a committed zone whose two enterprises get so many workers each."""
    from tests.domain.command.test_fanout import crowd

    for firm in park.firms:
        crowd(firm, workers)
    api.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    return Killer(park, workers, {**os.environ, **environment}, random.Random(seed))
