"""Killed in the middle and run again, and several at once: real processes, real PostgreSQL, the same rows."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
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


Together = Callable[..., list[tuple[int, str]]]
"""Does jobs at once, each "name:n" with n the statement to die after; returns the status of each and what it said."""


@pytest.fixture(scope="module")
def together(django_db_setup: None) -> Iterator[Together]:
    """A warm process that forks one for each job."""
    del django_db_setup
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.domain.obligations.driver"],
        cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        given, said = process.stdin, process.stdout

        def ask(*jobs: str) -> list[tuple[int, str]]:
            given.write(" ".join(jobs) + "\n")
            given.flush()
            assert select.select([said], [], [], 120)[0]
            return [(status, words) for status, words in json.loads(said.readline())]

        yield ask
        given.close()
        process.wait(30)


@pytest.fixture
def run(together: Together) -> Callable[..., int]:
    """Do a job to its end or death; return how many statements it sent, KILLED when it died."""

    def one(job: str, die_at: int = 0) -> int:
        [(status, said)] = together(f"{job}:{die_at}")
        assert status in (0, KILLED), said
        return status or int(said.split()[1])

    return one


def rows() -> list[tuple[object, ...]]:
    """Every obligation without its number and times of writing."""
    return sorted(
        Obligation.objects.values_list("unit_id", "day", "duty__key", "slot", "due_at", "state", "need"),
        key=str,
    )


@pytest.mark.crash
def test_a_day_killed_anywhere_and_made_again_has_the_same_rows(
    quay: SmallZone, run: Callable[..., int]
) -> None:
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
def test_a_switch_followed_by_a_dead_process_is_followed_by_the_next(
    quay: SmallZone, run: Callable[..., int]
) -> None:
    run("generate")
    switch(quay, 2)
    assert run("regenerate", 12) == KILLED
    assert Mark.objects.filter(settled_at=None).exists()
    run("regenerate")
    assert not Mark.objects.filter(settled_at=None).exists()
    assert Obligation.objects.filter(state="withdrawn", reason="switch:2").exists()
    assert Obligation.objects.filter(level=2, source="switch").exists()


@pytest.mark.crash
def test_two_at_once_make_every_row_once_and_tell_nobody_twice(quay: SmallZone, together: Together) -> None:
    both = together("generate:0", "generate:0")
    assert [status for status, _said in both] == [0, 0]
    assert sum(int(said.split()[0]) for _status, said in both) == Obligation.objects.count()
    keys = list(Obligation.objects.values_list("unit_id", "day", "duty_id", "slot"))
    assert len(keys) == len(set(keys))
    at = timezone.now() - timedelta(minutes=5)
    Obligation.objects.update(t0=at - timedelta(hours=1), t1=at + timedelta(hours=1), due_at=at)
    told = [int(said.split()[0]) for _status, said in together("sweep:0", "sweep:0", "sweep:0")]
    assert sum(told) == Notice.objects.filter(kind="obligation_late").count() == 2
    assert Lateness.objects.count() == 3
