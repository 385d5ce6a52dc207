"""Two at once: what is due is listed once, a reminder is told once, a report is signed once, numbers have no gap."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from pingzhan.domain.command import api as command
from pingzhan.domain.reporting import api
from pingzhan.domain.reporting.enums import Via
from pingzhan.domain.reporting.models import Due, Report, ZeroLine
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import DomainError
from tests.domain.reporting.conftest import setting, switch
from tests.factories import SmallZone, actor_with, small_zone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def park(db: None) -> SmallZone:
    park = small_zone()
    command.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    return park


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run each in a connection of its own, all let go at the same moment; a refusal is its code."""
    gate = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            gate.wait(timeout=30)
            return act()
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_four_at_once_list_everything_once(park: SmallZone) -> None:
    setting("zero_at", "23:59")
    duty = actor_with(Role.DUTY_OFFICER, name="值班甲")
    switch(park, duty)
    together(*[api.make_dues] * 4)
    keys = list(Due.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys)) == 3
    lines = list(ZeroLine.objects.values_list("kind", "code"))
    assert len(lines) == len(set(lines)) == 9
    assert api.make_dues() == 0


def test_a_reminder_swept_by_four_is_told_once(park: SmallZone) -> None:
    duty = actor_with(Role.DUTY_OFFICER, name="值班甲")
    switch(park, duty)
    api.make_dues()
    at = Due.objects.get(kind="initial").due_at
    swept = together(*[lambda: api.remind_due(at)] * 4)
    notices = Notice.objects.filter(kind="report_due", subject_id=Due.objects.get(kind="initial").pk)
    people = notices.values("recipient").distinct().count()
    assert notices.count() == people > 0
    assert (
        sum(one.notices for one in swept)
        == Notice.objects.filter(kind__in=["report_due", "zero_remind"]).count()
    )


def test_two_signatures_make_one_signed_report(park: SmallZone) -> None:
    duty = actor_with(Role.DUTY_OFFICER, name="值班甲")
    switch(park, duty)
    api.make_dues()
    report = api.draft(due_id=Due.objects.get(kind="initial").pk, by=duty)
    results = together(*[lambda: api.sign(report_id=report.pk, edition=1, by=duty)] * 2)
    assert results.count("signed") == 1
    assert Report.objects.get().number == 1


def test_two_drafts_are_one(park: SmallZone) -> None:
    duty = actor_with(Role.DUTY_OFFICER, name="值班甲")
    switch(park, duty)
    api.make_dues()
    due = Due.objects.get(kind="initial")
    made = together(*[lambda: api.draft(due_id=due.pk, by=duty)] * 3)
    assert len({one.pk for one in made}) == 1


def test_reports_signed_at_once_take_numbers_without_a_gap(park: SmallZone) -> None:
    duty = actor_with(Role.DUTY_OFFICER, name="值班甲")
    activation = switch(park, duty)
    api.make_dues(activation.at.replace(year=activation.at.year + 1))
    drafts = [
        api.draft(due_id=due.pk, by=duty)
        for due in api.due_reports(park.zone)
        if due.kind in ("initial", "follow")
    ]
    assert len(drafts) == 5

    def signing(pk: int) -> Callable[[], Any]:
        return lambda: api.sign(report_id=pk, edition=1, by=duty)

    together(*[signing(one.pk) for one in drafts])
    assert list(Report.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def test_the_last_two_zero_reports_at_once_end_the_day(park: SmallZone) -> None:
    """Neither sees the other's line before it is committed: they go one after the other, and the day is done."""
    duty = actor_with(Role.DUTY_OFFICER, name="值班甲")
    setting("zero_at", "23:59")
    switch(park, duty)
    api.make_dues()
    due = api.zero_due(park.zone)
    assert due is not None
    first, second = ZeroLine.objects.filter(due=due).order_by("pk")[:2]
    ZeroLine.objects.filter(due=due).exclude(pk__in=[first.pk, second.pk]).delete()

    def phone(line: ZeroLine) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '10s'")
        return api.report_zero(line_id=line.pk, by=duty, via=Via.PHONE, caller="某").value

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert phone(first) == 0
            other = pool.submit(together, lambda: phone(second))
            wait_until_blocked_or_done(other)
        assert other.result() == [0]
    due.refresh_from_db()
    assert due.done_at is not None


def wait_until_blocked_or_done(work: Future[Any]) -> None:
    """Return once the other connection waits for a lock, or has gone through without."""
    while not work.done():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
