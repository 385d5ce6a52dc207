"""Killed in the middle and run again, and several at once: real processes, real PostgreSQL, the same rows."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from pingzhan.domain.obligations.models import Lateness, Mark, Obligation, UnitDay
from pingzhan.foundation.messages.models import Notice
from tests.domain.command.test_concurrency import ROOT, environment
from tests.domain.obligations.conftest import switch
from tests.factories import SmallZone

KILLED = -9


def start(job: str, die_at: int = 0) -> subprocess.Popen[str]:
    """Start a process that does the job."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.domain.obligations.driver", job, str(die_at)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )


def rows() -> list[tuple[object, ...]]:
    """Every obligation without its number and times of writing."""
    return sorted(
        Obligation.objects.values_list("unit_id", "day", "duty__key", "slot", "due_at", "state", "need"),
        key=str,
    )


def run(job: str, die_at: int = 0) -> int:
    """Run the job to its end or death; return how many statements it sent, KILLED when it died."""
    process = start(job, die_at)
    out, _err = process.communicate(timeout=120)
    assert process.returncode in (0, KILLED)
    return KILLED if process.returncode else int(out.split()[1])


@pytest.mark.crash
def test_a_day_killed_anywhere_and_made_again_has_the_same_rows(quay: SmallZone) -> None:
    run("generate")
    whole = rows()
    assert whole
    statements = run("generate")
    for die_at in (statements // 2, statements - 1):
        Obligation.objects.all().delete()
        UnitDay.objects.update(day=F("day") - timedelta(days=1))
        assert run("generate", die_at) == KILLED
        assert not Obligation.objects.exists()
        run("generate")
        assert rows() == whole
    run("generate")
    assert rows() == whole


@pytest.mark.crash
def test_a_switch_followed_by_a_dead_process_is_followed_by_the_next(quay: SmallZone) -> None:
    run("generate")
    switch(quay, 2)
    assert run("regenerate", 12) == KILLED
    assert Mark.objects.filter(settled_at=None).exists()
    run("regenerate")
    assert not Mark.objects.filter(settled_at=None).exists()
    assert Obligation.objects.filter(state="withdrawn", reason="switch:2").exists()
    assert Obligation.objects.filter(level=2, source="switch").exists()


@pytest.mark.crash
def test_two_at_once_make_every_row_once_and_tell_nobody_twice(quay: SmallZone) -> None:
    both = [start("generate"), start("generate")]
    made = [int(one.communicate(timeout=120)[0].split()[0]) for one in both]
    assert sum(made) == Obligation.objects.count()
    keys = list(Obligation.objects.values_list("unit_id", "day", "duty_id", "slot"))
    assert len(keys) == len(set(keys))
    at = timezone.now() - timedelta(minutes=5)
    Obligation.objects.update(t0=at - timedelta(hours=1), t1=at + timedelta(hours=1), due_at=at)
    sweeps = [start("sweep") for _n in range(3)]
    told = [int(one.communicate(timeout=120)[0].split()[0]) for one in sweeps]
    assert sum(told) == Notice.objects.filter(kind="obligation_late").count() == 2
    assert Lateness.objects.count() == 3
