"""One row for all workers becomes a copy for each, exactly once, whatever is killed (command.md sections 9, 14)."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from pingzhan.domain.command import api
from pingzhan.domain.command.actions import fanout
from pingzhan.domain.command.models import Broadcast, BroadcastCopy
from pingzhan.domain.command.queries.loading import lock_world
from pingzhan.domain.people.models import Employment, Individual
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages.models import Notice
from pingzhan.foundation.privacy.vault import new_subjects
from tests.domain.command.conftest import ending, order
from tests.domain.command.test_concurrency import ROOT, environment, together
from tests.factories import SmallZone, actor_with, small_zone


def crowd(firm: Unit, n: int) -> list[int]:
    """Insert workers of an enterprise without any personal data; return their ids."""
    ids = new_subjects("worker", n).ids
    people = Individual.objects.bulk_create(Individual(subject_id=subject) for subject in ids)
    Employment.objects.bulk_create(
        Employment(individual=one, enterprise=firm, joined=date(2026, 1, 5)) for one in people
    )
    return [one.pk for one in people]


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "CHUNK", 7)


def test_goal_G3_every_worker_of_the_scope_has_one_copy(
    park: SmallZone, duty: Actor, small_chunks: None
) -> None:
    mine = crowd(park.firms[0], 20)
    crowd(park.firms[1], 5)
    left = crowd(park.firms[0], 1)
    Employment.objects.filter(individual__in=left).update(left=date(2026, 6, 1), left_reason="resigned")
    twice = Employment.objects.create(
        individual_id=mine[0], enterprise=park.firms[1], joined=date(2026, 2, 1)
    )
    api.order_switch(order=order(park, unit=park.firms[0]), by=duty)
    broadcast = Broadcast.objects.get()
    assert api.fan_out_broadcasts() == 20
    broadcast.refresh_from_db()
    assert sorted(BroadcastCopy.objects.values_list("reader", flat=True)) == sorted(mine)
    assert broadcast.done_at is not None
    assert broadcast.cursor == max(mine)
    assert api.fan_out_broadcasts() == 0
    row = AuditRecord.objects.get(verb="command.broadcast")
    assert row.body == {"workers": 20, "enterprises": 1}

    api.order_switch(order=order(park, key="all", level=3), by=duty)
    assert api.fan_out_broadcasts() == 25
    assert BroadcastCopy.objects.filter(reader=twice.individual_id).count() == 2
    assert [api.broadcast_words(copy.broadcast) for copy in api.copies_of(twice.individual_id)] == [
        "试验开发区已转入战时Ⅲ级，请按所在企业的安排执行防控措施，有不适立即报告。",
        "试验1厂已转入战时Ⅱ级，请按所在企业的安排执行防控措施，有不适立即报告。",
    ]
    assert api.mark_copies_seen(twice.individual_id) == 2
    assert api.mark_copies_seen(twice.individual_id) == 0
    state = api.broadcast_progress(park.zone.path)
    assert state is not None
    assert (state.copies, state.seen) == (25, 1)


def test_each_enterprise_gets_one_message_to_pass_on(park: SmallZone, duty: Actor) -> None:
    api.order_switch(order=order(park), by=duty)
    api.fan_out_broadcasts()
    rows = Notice.objects.filter(kind="broadcast")
    officers = {park.people["梅映雪"].pk, park.people["倪清和"].pk}
    assert set(rows.values_list("recipient", flat=True)) == officers
    assert rows.count() == 2
    assert rows.filter(title__startswith="请转达本企业全体员工").count() == 2


def test_a_drill_tells_no_workers(park: SmallZone, duty: Actor) -> None:
    crowd(park.firms[0], 3)
    api.order_switch(order=order(park, world=4), by=duty)
    assert not Broadcast.objects.exists()
    assert api.fan_out_broadcasts() == 0
    assert not BroadcastCopy.objects.exists()


def test_a_stand_down_is_told_too(park: SmallZone, duty: Actor) -> None:
    reader = crowd(park.firms[0], 1)[0]
    api.order_switch(order=order(park), by=duty)
    api.stand_down(order=ending(park), by=duty)
    api.fan_out_broadcasts()
    assert "已转入平时" in api.broadcast_words(api.copies_of(reader)[0].broadcast)


def test_statements_of_a_chunk_do_not_grow_with_the_workers(park: SmallZone, duty: Actor) -> None:
    counts = []
    for n, more in enumerate((1, 30)):
        crowd(park.firms[0], more)
        api.order_switch(order=order(park, key=f"k{n}", level=3 - n), by=duty)
        with CaptureQueriesContext(connection) as queries:
            api.fan_out_broadcasts()
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.concurrency
def test_case_30_readers_wait_for_no_order_and_no_fan_out(transactional_db: None) -> None:
    park: SmallZone = small_zone()
    readers = crowd(park.firms[0], 12)
    api.order_switch(order=order(park), by=actor_with(Role.DUTY_OFFICER))
    api.fan_out_broadcasts()

    def read(reader: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '10s'")
        assert len(api.copies_of(reader)) == 1
        return api.mark_copies_seen(reader)

    with transaction.atomic():
        # Everything that an order and a fan-out hold while they work.
        lock_world(0)
        Broadcast.objects.select_for_update(no_key=True).get()
        assert together(*(partial(read, reader) for reader in readers)) == [1] * 12
    state = api.broadcast_progress(park.zone.path)
    assert state is not None
    assert state.seen == 12


def test_reading_is_one_query_and_one_update(park: SmallZone, duty: Actor) -> None:
    reader = crowd(park.firms[0], 1)[0]
    counts = []
    for n in range(3):
        api.order_switch(order=order(park, key=f"k{n}", level=1 + n), by=duty)
        api.fan_out_broadcasts()
        with CaptureQueriesContext(connection) as queries:
            words = [api.broadcast_words(copy.broadcast) for copy in api.copies_of(reader)]
            api.mark_copies_seen(reader)
        assert len(words) == n + 1
        counts.append(len(queries))
    assert counts == [2, 2, 2]


@pytest.mark.concurrency
def test_case_02_killed_in_the_fan_out_each_worker_has_his_copy_once(transactional_db: None) -> None:
    park: SmallZone = small_zone()
    workers = crowd(park.firms[0], 90)
    api.order_switch(order=order(park), by=actor_with(Role.DUTY_OFFICER))
    for at in (1, 2, 3):
        killed = run("fanout", chunk=10, kill_after="write_copies", kill_at=at)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
    # The first died in its first chunk, the others in the second and third of theirs: 0 + 1 + 2 chunks are kept.
    assert BroadcastCopy.objects.count() == 30
    assert Broadcast.objects.get().done_at is None
    assert run("fanout", chunk=10).returncode == 0
    assert sorted(BroadcastCopy.objects.values_list("reader", flat=True)) == sorted(workers)
    assert Broadcast.objects.get().done_at is not None
    assert Notice.objects.filter(kind="broadcast").count() == 2


def run(loop: str, **options: Any) -> subprocess.CompletedProcess[str]:
    words = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    return subprocess.run(
        [sys.executable, "-m", "tests.domain.command.loop_driver", loop, *words],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
