from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.db.models.functions import Now
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from hypothesis import given
from hypothesis import strategies as st

from pingzhan.foundation.jobs import loops as loops_module
from pingzhan.foundation.jobs import pulses, register_loop
from pingzhan.foundation.jobs.beats import beat
from pingzhan.foundation.jobs.database import connection_options
from pingzhan.foundation.jobs.loops import Loop, loops
from pingzhan.foundation.jobs.models import LoopBeat
from pingzhan.foundation.jobs.retry import CLAIM_LOCK_SPACE, backoff, requeue_lost, worker_lock_key
from pingzhan.foundation.jobs.worker import LoopThread, run_worker
from pingzhan.foundation.messages import NewNotice, enqueue_bulk
from pingzhan.foundation.messages.models import Notice

from ..children import environment
from . import flaky


@pytest.fixture
def no_loops() -> Iterator[None]:
    before = dict(loops_module._loops)
    loops_module._loops.clear()
    yield
    loops_module._loops.clear()
    loops_module._loops.update(before)


def wait_for(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


@given(attempt=st.integers(1, 2000), first=st.floats(0.1, 60), cap=st.floats(60, 3600))
def test_back_off_grows_to_its_cap(attempt: int, first: float, cap: float) -> None:
    delay = backoff(attempt, first=first, cap=cap, jitter=0)
    assert first <= delay <= cap
    assert backoff(attempt + 1, first=first, cap=cap, jitter=0) >= delay
    assert delay <= backoff(attempt, first=first, cap=cap, jitter=0.1) <= delay * 1.1


@pytest.mark.parametrize("attempt", [0, -1])
def test_attempts_are_counted_from_one(attempt: int) -> None:
    with pytest.raises(ValueError, match="from 1"):
        backoff(attempt)


def test_the_parts_have_registered_their_loops() -> None:
    assert {"outbox", "tasks-lost", "live-forget"} <= {loop.name for loop in loops()}
    with pytest.raises(ValueError, match="positive"):
        register_loop("bad", 0, lambda: None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_loops")
@pytest.mark.parametrize(
    ("succeed_on", "runs", "last"),
    [(1, 1, "SUCCESSFUL"), (3, 3, "SUCCESSFUL"), (9, 3, "FAILED")],
)
def test_a_task_is_tried_again_and_each_failure_is_kept(succeed_on: int, runs: int, last: str) -> None:
    flaky.runs.clear()
    flaky.sometimes.enqueue(succeed_on)
    for _ in range(50):
        run_worker(batch=True)
        if not DBTaskResult.objects.filter(status=TaskResultStatus.READY).exists():
            break
        time.sleep(0.01)
    results = list(DBTaskResult.objects.order_by("enqueued_at").values_list("status", flat=True))
    assert results == ["FAILED"] * (runs - 1) + [last]
    assert len(flaky.runs) == runs


@pytest.mark.django_db
def test_a_heartbeat_counts_failures_in_a_row() -> None:
    beat("x", 5.0)
    beat("x", 5.0, "ConnectionError: 断线")
    beat("x", 5.0, "ConnectionError: 断线")
    (pulse,) = pulses()
    row = LoopBeat.objects.get()
    assert (pulse.failures, pulse.last_error, pulse.healthy) == (2, "ConnectionError: 断线", False)
    assert row.last_ok_at is not None
    assert row.last_ok_at < row.last_at
    beat("x", 5.0)
    assert pulses()[0].healthy
    LoopBeat.objects.update(last_at=Now() - timedelta(seconds=31))
    assert not pulses()[0].healthy


@pytest.mark.django_db(transaction=True)
def test_a_loop_that_fails_goes_on_and_says_so() -> None:
    calls: list[int] = []

    def work() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("第一次不行")

    stop = threading.Event()
    thread = LoopThread(Loop("flaky", 0.05, work), stop)
    thread.start()
    assert wait_for(lambda: len(calls) >= 3)
    stop.set()
    thread.wake.set()
    thread.join(5)
    row = LoopBeat.objects.get(name="flaky")
    assert (row.last_error, row.failures) == ("", 0)


@pytest.mark.django_db(transaction=True)
def test_tasks_of_dead_workers_come_back_and_those_of_living_ones_do_not() -> None:
    for worker in ("dead", "living"):
        result = flaky.sometimes.enqueue(1)
        DBTaskResult.objects.filter(id=result.id).update(
            status=TaskResultStatus.RUNNING, worker_ids=[worker], started_at=Now()
        )
    worn = flaky.sometimes.enqueue(1)
    DBTaskResult.objects.filter(id=worn.id).update(
        status=TaskResultStatus.RUNNING, worker_ids=["dead"] * 5, started_at=Now()
    )
    with psycopg.connect(**connection_options(), autocommit=True) as own:
        own.execute("SELECT pg_advisory_lock(%s, %s)", [CLAIM_LOCK_SPACE, worker_lock_key("living")])
        assert requeue_lost() == 1
        assert requeue_lost() == 0
        statuses = sorted(DBTaskResult.objects.values_list("status", flat=True))
        assert statuses == ["FAILED", "READY", "RUNNING"]
    assert wait_for(lambda: requeue_lost() == 1), "the server frees the lock a moment after the hang-up"


WORKER = """
import django
django.setup()
from pingzhan.foundation.jobs import register_loop
from pingzhan.foundation.jobs.worker import run_worker
register_loop("outbox-slow-check", 3600, lambda: None)
run_worker(interval=0.2)
print("stopped cleanly", flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_survives_a_lost_connection_and_stops_on_sigterm() -> None:
    def notice(n: int) -> NewNotice:
        return NewNotice(f"w:{n}", 1, None, "order", "console", f"命令 {n}", "worker-test", n)

    child = subprocess.Popen(
        [sys.executable, "-c", WORKER], env=environment(), stdout=subprocess.PIPE, text=True
    )
    try:
        assert wait_for(lambda: LoopBeat.objects.filter(name="outbox").exists())
        enqueue_bulk([notice(1)])
        written = time.monotonic()
        assert wait_for(lambda: Notice.objects.filter(state="sent").count() == 1)
        assert time.monotonic() - written < 2.0, "woken by NOTIFY, not by the period"
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        enqueue_bulk([notice(2)])
        assert wait_for(lambda: Notice.objects.filter(state="sent").count() == 2)
        assert child.poll() is None
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            out, _err = child.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            raise
    assert child.returncode == 0
    assert out.splitlines()[-1] == "stopped cleanly"
    assert "命令 1" in out
