"""Long work: nothing is lost, nothing is done twice, and everybody sees how far it is."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from hypothesis import given
from hypothesis import strategies as st

from pingzhan.foundation.access.actor import ANONYMOUS, actor_of, system_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit import verify_chain
from pingzhan.foundation.runs.actions import cancel, retry, start
from pingzhan.foundation.runs.execution import claim, execute
from pingzhan.foundation.runs.models import RunRow, RunState
from pingzhan.foundation.runs.registry import Cancelled, Lost, works
from pingzhan.foundation.runs.schedules import Schedule, schedule, schedules, start_due
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import Conflict, Refused
from tests.factories.accounts import account, actor_with

from ..children import environment
from . import kinds

BY = system_actor("测试")


def begin(kind: str, **params: object) -> RunRow:
    return start(kind, title="测试", params=params, by=BY)


@pytest.fixture
def counted(db: None) -> Iterator[Callable[[], list[int]]]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS test_counted (n int)")
        cursor.execute("TRUNCATE test_counted")

    def rows() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT n FROM test_counted ORDER BY n")
            return [n for (n,) in cursor.fetchall()]

    yield rows
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE test_counted")


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def test_a_run_tells_how_far_it_is_and_what_came_out(counted: Callable[[], list[int]]) -> None:
    run = begin("test.count", n=30)
    assert drain() == ["done"]
    run.refresh_from_db()
    assert (run.done, run.total, run.percent, run.result) == (30, 30, 100, {"stored": 30, "batches_here": 3})
    assert run.checkpoint == {"done": 30, "batches": 3}
    assert (run.lease_until, run.claim) == (None, None)
    assert run.finished_at is not None
    assert counted() == list(range(1, 31))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("failures", "states", "calls"),
    [(0, ["done"], 1), (2, ["failed", "failed", "done"], 3), (9, ["failed", "failed", "dead"], 3)],
)
def test_what_may_pass_is_tried_again_later(failures: int, states: list[str], calls: int) -> None:
    kinds.calls.clear()
    run = begin("test.flaky", failures=failures)
    seen: list[str] = []
    waits: list[timedelta] = []
    while not seen or seen[-1] == "failed":
        seen += drain()
        run.refresh_from_db()
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            waits.append(run.next_at - cursor.fetchone()[0])
        assert drain() == [], "not before its time"
        RunRow.objects.filter(pk=run.pk).update(next_at=Now())
    assert seen == states
    assert len(kinds.calls) == calls
    assert all(later > sooner for sooner, later in pairwise(waits[:-1]))
    run.refresh_from_db()
    assert ("ConnectionError: 第 3 次" in run.error) == (seen[-1] == "dead")


@pytest.mark.django_db
def test_what_will_not_pass_is_not_tried_again_and_speaks_to_the_person() -> None:
    run = begin("test.refused")
    assert drain() == ["dead"]
    run.refresh_from_db()
    assert run.error == "第 1 行 表头缺少“姓名”。 请下载模板重填。"
    assert run.tries == 1


@pytest.mark.django_db
def test_the_same_dedupe_is_one_run() -> None:
    first = start("test.flaky", title="一", params={"failures": 0}, by=BY, dedupe="x")
    second = start("test.flaky", title="二", params={"failures": 0}, by=BY, dedupe="x")
    assert first.pk == second.pk
    assert RunRow.objects.count() == 1
    with pytest.raises(KeyError):
        begin("test.unknown")


@pytest.mark.django_db
def test_cancelling_before_the_start_and_in_the_middle() -> None:
    me = account(Role.COMPANY)
    row = start("test.endless", title="长", params={}, by=actor_of(me))
    run = claim()
    assert run is not None
    assert run.by.user_id == me.pk
    cancel(run=row, by=actor_of(me))
    with pytest.raises(Cancelled):
        run.progress(100_000, 100_000)
    assert execute(run) == "cancelled"
    row.refresh_from_db()
    assert (row.state, row.cancel_asked) == ("cancelled", False)
    with pytest.raises(Conflict):
        cancel(run=row, by=actor_of(me))
    retry(run=row, by=actor_of(me))
    cancel(run=row, by=actor_of(me))
    row.refresh_from_db()
    assert row.state == "cancelled"
    assert verify_chain() == []


@pytest.mark.django_db
def test_only_the_starter_and_the_administrator_see_and_handle_a_run() -> None:
    owner = actor_with(Role.COMPANY)
    row = start("test.flaky", title="我的", params={"failures": 0}, by=owner)
    refused = [actor_with(role) for role in Role if role is not Role.SYSTEM_ADMIN]
    for stranger in [*refused, ANONYMOUS]:
        assert not RunRow.objects.visible_to(stranger).exists()
        for action in (cancel, retry):
            with pytest.raises(Refused):
                action(run=row, by=stranger)
    for handler in (owner, actor_with(Role.SYSTEM_ADMIN)):
        assert RunRow.objects.visible_to(handler).get() == row
    cancel(run=row, by=owner)


@pytest.mark.django_db
def test_a_run_taken_over_stores_nothing_more(counted: Callable[[], list[int]]) -> None:
    begin("test.count", n=20)
    first = claim()
    assert first is not None
    assert claim() is None, "held"
    RunRow.objects.update(lease_until=Now() - timedelta(seconds=1))
    second = claim()
    assert second is not None
    with pytest.raises(Lost), transaction.atomic():
        first.save_checkpoint({"done": 10})
    with pytest.raises(Lost):
        first.progress(20, 20)
    assert execute(first) == ""
    assert counted() == []
    assert execute(second) == "done"
    assert counted() == list(range(1, 21))


@pytest.mark.django_db
def test_a_run_whose_workers_always_die_is_given_up() -> None:
    row = begin("test.count", n=10)
    for _ in range(works()["test.count"].tries):
        assert claim() is not None
        RunRow.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert claim() is None
    row.refresh_from_db()
    assert row.state == "dead"


WORKER = """
import django
django.setup()
from tests.foundation.runs import kinds
from pingzhan.foundation.runs.execution import claim, execute
while (run := claim()) is not None:
    execute(run)
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("inside", [False, True])
def test_a_killed_workers_run_goes_on_in_another_and_doubles_nothing(
    counted: Callable[[], list[int]], inside: bool
) -> None:
    row = begin("test.count", n=100, die_after=4, inside=inside)

    def worker() -> int:
        return subprocess.run([sys.executable, "-c", WORKER], env=environment(), check=False).returncode

    assert worker() == -9
    stored = counted()
    assert stored == list(range(1, 31 if inside else 41))
    row.refresh_from_db()
    assert row.state == RunState.RUNNING
    assert row.checkpoint["done"] == len(stored)
    if inside:
        # The batch was rolled back with its checkpoint, so the next execution would die at it again.
        RunRow.objects.update(params={"n": 100})
    RunRow.objects.update(lease_until=Now())
    assert worker() == 0
    row.refresh_from_db()
    assert (row.state, row.tries) == ("done", 2)
    assert counted() == list(range(1, 101))


@pytest.mark.django_db(transaction=True)
def test_the_heavy_lane_is_a_process_that_ends_with_its_worker_and_hands_its_run_back() -> None:
    row = start("test.endless", title="长", params={}, by=BY)
    code = (
        "import django; django.setup(); from tests.foundation.runs import kinds;"
        "from pingzhan.foundation.runs.lanes import lane_process; lane_process()"
    )
    child = subprocess.Popen([sys.executable, "-c", code], env=environment(), stdin=subprocess.PIPE)
    try:
        assert wait_for(lambda: RunRow.objects.filter(state="running", done__gt=5).exists())
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(20) == 0
    finally:
        child.kill()
        child.wait()
    row.refresh_from_db()
    assert (row.state, row.tries) == ("queued", 0)
    assert row.checkpoint["step"] > 5


@given(now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))
@pytest.mark.parametrize(
    "kept",
    [
        Schedule("a", "test.flaky", lambda: "03:10", None, ""),
        Schedule("b", "test.flaky", None, 300.0, ""),
    ],
)
def test_a_moment_lies_between_its_slots(kept: Schedule, now: datetime) -> None:
    last, following = kept.last_slot(now), kept.next_slot(now)
    assert last <= now < following
    assert kept.last_slot(last) == last
    assert kept.last_slot(following - timedelta(microseconds=1)) == last


@pytest.mark.django_db
def test_a_schedule_starts_once_a_slot_and_makes_up_for_a_pause_once() -> None:
    schedule("test", kind="test.flaky", daily="03:10", params={"failures": 0}, title="每日")
    try:

        def started(now: datetime) -> int:
            return sum(row.kind == "test.flaky" for row in start_due(now))

        day = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)  # 08:00 in the zone
        assert started(day) == 0, "a new schedule waits for its next moment"
        assert started(day + timedelta(hours=19)) == 0, "03:00"
        assert started(day + timedelta(hours=19, minutes=10)) == 1
        assert started(day + timedelta(hours=20)) == 0
        assert started(day + timedelta(days=9)) == 1, "once for all the days nobody worked"
        assert RunRow.objects.filter(kind="test.flaky").count() == 2
    finally:
        from pingzhan.foundation.runs import schedules as module

        module._schedules.pop("test")
    assert "runs-forget" in {item.name for item in schedules()}


@pytest.mark.django_db
def test_old_runs_are_forgotten_but_not_the_failed_ones() -> None:
    kinds.calls.clear()
    done, dead, young = (begin("test.flaky", failures=0) for _ in range(3))
    RunRow.objects.filter(pk=done.pk).update(state="done", finished_at=Now() - timedelta(days=31))
    RunRow.objects.filter(pk=dead.pk).update(state="dead", finished_at=Now() - timedelta(days=400))
    RunRow.objects.filter(pk=young.pk).update(state="done", finished_at=Now() - timedelta(days=29))
    begin("runs.forget")
    assert drain() == ["done"]
    left = set(RunRow.objects.values_list("pk", flat=True))
    assert done.pk not in left
    assert {dead.pk, young.pk} <= left
