"""What begins or ends by its own date, or whose follower never ran, is decided anew by the loop, once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation
from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.enums import RestrictionState
from pingzhan.domain.measures.models import Force, Parameter, Restriction
from pingzhan.domain.returnees import api, tasks
from pingzhan.domain.returnees.actions import standing as acts
from pingzhan.domain.returnees.enums import DecidedBy, Outcome
from pingzhan.domain.returnees.models import Application, Decision, ZoneStand
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.jobs.loops import loops
from tests.domain.people.crowd import Park
from tests.domain.returnees.test_workflow import Applied, last
from tests.factories import small_zone

COVID = "covid19-2022-05"


def order(park: Park, **changes: Any) -> measures.ForceOrder:
    version = measures.load_shipped(zone=park.zone, key=COVID, by=park.root)
    return measures.ForceOrder(
        version=version, posture="routine", basis="b", document="d", reason="r", **changes
    )


def met(applied: Applied, today: date) -> Application:
    """A return that no measure holds up yet, and that the notice's own sentence would."""
    row = applied(met=(api.Met(api.Contact.PERSON, today - timedelta(days=1)),))
    assert row.outcome == Outcome.ADMIT
    return row


def outcome(row: Application) -> tuple[str, str, int]:
    """Return the outcome of a return, how it was decided last, and how often."""
    row.refresh_from_db()
    return row.outcome, last(row).by_rule, Decision.objects.filter(application=row).count()


@contextmanager
def moved() -> Iterator[None]:
    """Let rows be dated otherwise than the database allows, as if the clock had moved meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = DEFAULT")


def begin(force: Force, at: datetime) -> None:
    """Let a planned time in force have begun at a moment."""
    with moved():
        Restriction.objects.filter(force=force, starts_at=force.starts_at).update(starts_at=at)
        Force.objects.filter(pk=force.pk).update(starts_at=at)


@pytest.fixture
def row(applied: Applied, today: date) -> Application:
    return met(applied, today)


def test_the_worker_calls_the_loop_every_minute() -> None:
    found = {one.name: one for one in loops()}["returnees.standing"]
    assert (found.seconds, found.fn) == (60.0, tasks.standing_loop)


def test_a_planned_set_decides_anew_when_it_begins(row: Application, park: Park) -> None:
    now = timezone.now()
    tasks.standing_loop()
    plan = measures.put_in_force(order=order(park, starts_at=now + timedelta(hours=1)), by=park.root)
    tasks.standing_loop()
    assert outcome(row) == (Outcome.ADMIT, DecidedBy.RULE, 1)
    begin(plan, now - timedelta(minutes=1))
    tasks.standing_loop()
    assert outcome(row) == (Outcome.HOLD, DecidedBy.MEASURES, 2)
    record = AuditRecord.objects.filter(verb="returnees.redecided").get()
    assert (record.body, record.actor_name) == (
        {"redecided": 1},
        "\u9632\u63a7\u63aa\u65bd\u53d8\u5316",
    )
    # Once is enough.
    tasks.standing_loop()
    assert outcome(row) == (Outcome.HOLD, DecidedBy.MEASURES, 2)


def test_a_restriction_that_begins_later_decides_anew_when_it_begins(row: Application, park: Park) -> None:
    force = measures.put_in_force(order=order(park), by=park.root)
    rule = Restriction.objects.get(force=force, measure__key="returnees.hold")
    assert rule.state == RestrictionState.IN_FORCE
    Restriction.objects.filter(pk=rule.pk).update(starts_at=timezone.now() + timedelta(hours=1))
    tasks.standing_loop()
    assert outcome(row)[0] == Outcome.ADMIT
    Restriction.objects.filter(pk=rule.pk).update(starts_at=rule.starts_at)
    tasks.standing_loop()
    assert outcome(row) == (Outcome.HOLD, DecidedBy.MEASURES, 2)


def test_the_end_of_a_term_is_a_change_that_only_a_person_makes_milder(row: Application, park: Park) -> None:
    force = measures.put_in_force(order=order(park), by=park.root)
    tasks.standing_loop()
    assert outcome(row)[0] == Outcome.HOLD
    rule = Restriction.objects.get(force=force, measure__key="returnees.hold")
    Restriction.objects.filter(pk=rule.pk).update(
        starts_at=rule.at - timedelta(hours=2), ends_at=rule.at - timedelta(hours=1)
    )
    tasks.standing_loop()
    assert outcome(row) == (Outcome.HOLD, DecidedBy.KEPT, 3)
    assert last(row).ruled == Outcome.ADMIT


def test_a_parameter_that_is_valid_from_today_on_is_a_change(
    row: Application, park: Park, today: date
) -> None:
    force = measures.put_in_force(order=order(park), by=park.root)
    tasks.standing_loop()
    before = ZoneStand.objects.get().measures
    found = Parameter.objects.filter(version=force.version).order_by("pk")[0]
    for first, listed in (
        (today + timedelta(days=1), False),
        (today, True),
        (today - timedelta(days=9), True),
    ):
        with moved():
            Parameter.objects.filter(pk=found.pk).update(valid_from=first)
        tasks.standing_loop()
        assert (f"p{found.pk}" in ZoneStand.objects.get().measures.split(",")) is listed
    with moved():
        Parameter.objects.filter(pk=found.pk).update(valid_until=today)
    tasks.standing_loop()
    assert ZoneStand.objects.get().measures == before


def test_a_change_whose_follower_never_ran_is_made_good(
    row: Application, park: Park, django_capture_on_commit_callbacks: Any
) -> None:
    tasks.standing_loop()
    with django_capture_on_commit_callbacks(execute=False) as waiting:
        measures.put_in_force(order=order(park), by=park.root)
    assert waiting
    assert outcome(row)[0] == Outcome.ADMIT
    tasks.standing_loop()
    assert outcome(row) == (Outcome.HOLD, DecidedBy.MEASURES, 2)
    # What the follower did itself the loop does not do again.
    with django_capture_on_commit_callbacks(execute=True):
        measures.withdraw(force=Force.objects.get(), reason="r", by=park.root)
    assert outcome(row) == (Outcome.HOLD, DecidedBy.KEPT, 3)
    with CaptureQueriesContext(connection) as taken:
        tasks.standing_loop()
    assert len(taken) == 1


def test_a_follower_that_fails_is_made_good(
    row: Application,
    park: Park,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tasks.standing_loop()

    def fails(*_args: Any) -> int:
        raise OSError("away")

    monkeypatch.setattr(acts, "decide_again", fails)
    with django_capture_on_commit_callbacks(execute=True):
        measures.put_in_force(order=order(park), by=park.root)
    with pytest.raises(OSError, match="away"), transaction.atomic():
        tasks.standing_loop()
    assert "are not decided anew" in caplog.text
    assert outcome(row)[0] == Outcome.ADMIT
    monkeypatch.undo()
    tasks.standing_loop()
    assert outcome(row)[0] == Outcome.HOLD


def test_a_switch_whose_follower_never_ran_is_made_good_and_drills_do_not_count(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = small_zone()
    tasks.standing_loop()
    heard: list[DecidedBy] = []

    def hear(_zone: object, _by: object, how: DecidedBy) -> int:
        heard.append(how)
        return 0

    monkeypatch.setattr(acts, "decide_again", hear)
    command.order_switch(
        order=command.SwitchOrder(key="k1", unit=ground.zone, level=2, reason="r", basis="b"), by=ground.root
    )
    real = Activation.objects.get()
    tasks.standing_loop()
    assert heard == [DecidedBy.SWITCH]
    assert ZoneStand.objects.get().orders == str(real.pk)
    drill = Activation.objects.get(pk=real.pk)
    drill.pk, drill.key, drill.world = None, "k2", 7
    drill.save(force_insert=True)
    tasks.standing_loop()
    assert heard == [DecidedBy.SWITCH]
    command.stand_down(order=command.StandDown(key="k3", unit=ground.zone, reason="r"), by=ground.root)
    tasks.standing_loop()
    assert heard == [DecidedBy.SWITCH] * 2
    assert ZoneStand.objects.get().orders == ""


def test_nothing_changed_is_one_query(row: Application, park: Park) -> None:
    tasks.standing_loop()
    with CaptureQueriesContext(connection) as taken:
        tasks.standing_loop()
    assert len(taken) == 1
    assert acts.catch_up(park.zone) == 0


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_moment_decide_once(
    row: Application, park: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks.standing_loop()
    # The machine stops right after the commit: the follower never runs.
    monkeypatch.setattr(acts, "catch_up", lambda *_args: 0)
    measures.put_in_force(order=order(park), by=park.root)
    monkeypatch.undo()
    start = Barrier(4)

    def run(_n: int) -> None:
        try:
            start.wait(10)
            tasks.standing_loop()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    assert outcome(row) == (Outcome.HOLD, DecidedBy.MEASURES, 2)
    assert AuditRecord.objects.filter(verb="returnees.redecided").count() == 1
