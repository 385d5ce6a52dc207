"""What changes while a day runs: intervals, shifts at the boundary, a canteen opened, two pieces at once."""

from __future__ import annotations

import threading
import time as clocks
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from pingzhan.domain.obligations import api, settings
from pingzhan.domain.obligations.actions import settling
from pingzhan.domain.obligations.actions.settling import settle
from pingzhan.domain.obligations.calendar import Cadence
from pingzhan.domain.obligations.models import Obligation, PartialEvidence
from pingzhan.domain.obligations.program import Program, Rule
from pingzhan.domain.territory.models import Enterprise, Shift
from tests.domain.obligations.conftest import ROUTINE, K, Table, rule, switch
from tests.factories import SmallZone

EVERY_7, EVERY_3 = Cadence(K.EVERY, n=7), Cadence(K.EVERY, n=3)


def only(*rules: Rule, level: int | None = None) -> Program:
    return Program(level, rules)


def of(firm: int, key: str, **where: object) -> list[Obligation]:
    return list(Obligation.objects.filter(unit_id=firm, duty__key=key, **where).order_by("id"))


def test_a_shorter_interval_holds_at_once_and_a_longer_one_again_after_it(
    park: SmallZone, table: Table
) -> None:
    firm = park.firms[0].pk
    table.by_level[2] = only(rule("training", EVERY_3, version=2), level=2)
    api.today(firm)
    switch(park, 2)
    api.today(firm)
    [row] = of(firm, "training", state="open")
    assert row.t1 - row.t0 == timedelta(days=3)
    assert [one.reason for one in of(firm, "training", state="withdrawn")] == ["switch:2"]
    assert settle([firm], api.business_now()[1]).made == 0
    switch(park, None)
    api.today(firm)
    [row] = of(firm, "training", state="open")
    assert row.t1 - row.t0 == timedelta(days=7)


@pytest.mark.parametrize(("before", "again"), [(2, 0), (3, 1), (5, 1)])
def test_what_was_done_lasts_no_longer_than_the_shorter_interval(
    park: SmallZone, table: Table, before: int, again: int
) -> None:
    firm, today = park.firms[0].pk, api.business_now()[1]
    begun = today - timedelta(days=before)
    settle([firm], begun)
    at = settings.business_clock().begins(begun) + timedelta(hours=1)
    assert api.satisfy(unit_id=firm, evidence="training", at=at, ref=("t", 1), by=park.root) == 1
    table.by_level[None] = only(rule("training", EVERY_3, version=2))
    settle([firm], today)
    assert len(of(firm, "training", state="open")) == again
    assert len(of(firm, "training", state="done")) == 1


def test_a_canteen_opened_in_the_day_owes_nothing_that_was_due_before(park: SmallZone, table: Table) -> None:
    firm = park.firms[0].pk
    hourly = rule(
        "canteen_hygiene", Cadence(K.SLOTS, times=tuple(time(n) for n in range(24))), needs=("canteen",)
    )
    table.by_level[None] = only(hourly)
    api.today(firm)
    Enterprise.objects.filter(unit=firm).update(canteen=True)
    opened = timezone.now()
    api.refresh(by=park.root)
    rows = of(firm, "canteen_hygiene")
    assert rows
    assert all(one.due_at > opened for one in rows)


def test_work_before_the_first_shift_is_due_though_it_begins_before_the_day(
    park: SmallZone, table: Table
) -> None:
    firm, today = park.firms[0].pk, api.business_now()[1]
    Shift.objects.create(enterprise_id=firm, name="day", start=time(6), end=time(14))
    table.by_level[None] = only(rule("disinfection", Cadence(K.SHIFT, before=60, after=60)))
    settle([firm], today)
    tomorrow = today + timedelta(days=1)
    [row] = of(firm, "disinfection", day=tomorrow)
    begins = settings.business_clock().begins(tomorrow)
    assert (row.slot, row.t0, row.due_at) == (360, begins - timedelta(hours=1), begins)
    assert settle([firm], today).made == 0
    at = row.t0 + timedelta(minutes=5)
    assert api.satisfy(unit_id=firm, evidence="disinfection", at=at, ref=("d", 1), by=park.root) == 1
    settle([firm], tomorrow)
    assert [one.state for one in of(firm, "disinfection", day=tomorrow, slot=360)] == ["done"]


def test_a_weekly_duty_of_working_days_is_not_taken_back_on_rest_days(park: SmallZone, table: Table) -> None:
    firm = park.firms[0].pk
    weekly = replace(rule("training", Cadence(K.WEEK, n=1)), workdays=True)
    seven = replace(rule("supplies_check", EVERY_7), workdays=True)
    table.by_level[None] = only(weekly, seven)
    # A whole week ahead, so that every day of it is still to come.
    monday = api.business_now()[1] + timedelta(days=7)
    monday -= timedelta(days=monday.weekday())
    for n in range(7):
        settle([firm], monday + timedelta(days=n))
    for key in ("training", "supplies_check"):
        assert [one.state for one in of(firm, key)] == ["open"], key


def test_rounds_that_are_enough_for_the_lower_number_close_and_open_again(
    park: SmallZone, table: Table
) -> None:
    firm = park.firms[0].pk
    three = rule("test_round", Cadence(K.WEEK, n=3))
    table.by_level[None] = only(three)
    api.today(firm)
    for n in (1, 2):
        api.satisfy(unit_id=firm, evidence="test_round", ref=("round", n), by=park.root)
    table.by_level[None] = only(replace(three, cadence=Cadence(K.WEEK, n=1), version=2))
    settle([firm], api.business_now()[1])
    [row] = of(firm, "test_round")
    assert (row.state, row.need, row.got, row.ref_id) == ("done", 1, 2, 2)
    assert api.unsatisfy(("round", 2)) == 0
    [row] = of(firm, "test_round")
    assert (row.state, row.got, row.ref_id) == ("done", 1, 1)
    assert api.unsatisfy(("round", 1)) == 1
    [row] = of(firm, "test_round")
    assert (row.state, row.got, row.ref_id) == ("open", 0, None)


@pytest.mark.django_db(transaction=True)
def test_the_last_two_pieces_given_at_the_same_time_close(table: Table, quay: SmallZone) -> None:
    firm = quay.firms[0].pk
    table.in_force = lambda: only(
        rule("test_round", Cadence(K.WEEK, n=2)), rule("training", EVERY_7), *ROUTINE.rules[:1]
    )
    api.today(firm)
    closed: list[int] = []

    def second() -> None:
        try:
            closed.append(api.satisfy(unit_id=firm, evidence="test_round", ref=("round", 2), by=quay.root))
        finally:
            connections.close_all()

    other = threading.Thread(target=second)
    with transaction.atomic():
        assert api.satisfy(unit_id=firm, evidence="test_round", ref=("round", 1), by=quay.root) == 0
        other.start()
        _until_somebody_waits()
    other.join()
    assert closed == [1]
    assert PartialEvidence.objects.count() == 2
    assert of(firm, "test_round")[0].state == "done"


def _until_somebody_waits() -> None:
    for _try in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        clocks.sleep(0.02)
    raise AssertionError("nobody waits")


def slots(*hours: int, version: int = 1, level: int | None = None) -> Program:
    return only(
        rule("ventilation", Cadence(K.SLOTS, times=tuple(time(n) for n in hours)), version=version),
        level=level,
    )


def later(hours: float) -> datetime:
    """A moment of tomorrow's business day: every slot of it is still to come, whatever the hour is."""
    clock = settings.business_clock()
    return clock.begins(clock.day_of(timezone.now()) + timedelta(days=1)) + timedelta(hours=hours)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, float], None]:
    """Settle a unit as if it were so many hours into tomorrow."""

    def settle_at(firm: int, hours: float) -> None:
        moment = later(hours)
        monkeypatch.setattr(settling, "lock_units", lambda units: moment)
        day = settings.business_clock().day_of(moment)
        settling.settle([firm], day)

    return settle_at


def period(row: Obligation) -> tuple[float, float, float, str]:
    begins = later(0)
    return (
        *((one - begins) / timedelta(hours=1) for one in (row.t0, row.t1, row.due_at)),
        row.state,
    )  # type: ignore[return-value]


def test_a_slot_that_a_stand_down_lengthens_ends_when_it_ends_now(
    park: SmallZone, table: Table, at: Callable[[int, float], None]
) -> None:
    firm = park.firms[0].pk
    table.by_level[None] = slots(6, 10, 14, version=2, level=2)
    at(firm, 0.5)
    [first, *rest] = of(firm, "ventilation", state="open")
    assert (period(first), len(rest)) == ((0, 4, 4, "open"), 2)
    table.by_level[None] = slots(6, 17)
    at(firm, 1)
    [row, evening] = of(firm, "ventilation", state="open")
    assert (row.pk, period(row), row.demand.version, row.level) == (first.pk, (0, 11, 6, "open"), 1, None)
    assert period(evening)[:2] == (11, 24)
    done = api.satisfy(
        unit_id=firm, evidence="ventilation", at=later(5), ref=("v", 1), by=park.root
    )  # after the former end
    assert (done, of(firm, "ventilation", pk=row.pk)[0].state) == (1, "done")
    at(firm, 1)
    assert len(of(firm, "ventilation")) == 4


def test_a_slot_that_an_order_shortens_ends_where_the_next_begins(
    park: SmallZone, table: Table, at: Callable[[int, float], None]
) -> None:
    firm = park.firms[0].pk
    table.by_level[None] = slots(6, 17)
    at(firm, 0.5)
    table.by_level[None] = slots(6, 10, 14, version=2, level=2)
    at(firm, 1)
    assert [period(row)[:3] for row in of(firm, "ventilation", state="open")[:1]] == [(0, 4, 4)]
    assert api.satisfy(unit_id=firm, evidence="ventilation", at=later(5), ref=("v", 1), by=park.root) == 1
    assert {row.slot: row.state for row in of(firm, "ventilation") if row.state != "withdrawn"} == {
        360: "open",
        600: "done",
        840: "open",
    }


def test_an_order_makes_nothing_late_afterwards(
    park: SmallZone, table: Table, at: Callable[[int, float], None]
) -> None:
    firm = park.firms[0].pk
    table.by_level[None] = slots(6, 17)
    at(firm, 0.5)
    table.by_level[None] = slots(6, 10, 14, version=2, level=2)
    at(firm, 5)
    first = of(firm, "ventilation", slot=360)[0]
    assert period(first) == (0, 6, 6, "open")
    at(firm, 5.5)
    assert period(of(firm, "ventilation", slot=360)[0]) == (0, 6, 6, "open")


def test_what_is_late_stays_late_and_can_be_made_good_for_longer(
    park: SmallZone, table: Table, at: Callable[[int, float], None]
) -> None:
    firm = park.firms[0].pk
    table.by_level[None] = slots(6, 14, version=2, level=2)
    at(firm, 0.5)
    [first, _second] = of(firm, "ventilation")
    Obligation.objects.filter(pk=first.pk).update(state="late", late_at=later(6))
    table.by_level[None] = slots(6, 17)
    at(firm, 7)
    [late] = of(firm, "ventilation", state="late")
    assert (late.pk, period(late)) == (first.pk, (0, 11, 6, "late"))
    assert late.late_at == later(6)


def test_a_period_that_was_over_when_the_change_came_is_as_it_was(
    park: SmallZone, table: Table, at: Callable[[int, float], None]
) -> None:
    firm = park.firms[0].pk
    table.by_level[None] = slots(6, 10, 14, version=2, level=2)
    at(firm, 0.5)
    Obligation.objects.filter(unit_id=firm, slot=360).update(state="late", late_at=later(4))
    table.by_level[None] = slots(6, 17)
    at(firm, 4.5)
    assert period(of(firm, "ventilation", slot=360)[0]) == (0, 4, 4, "late")


def test_a_shift_that_ends_later_moves_what_is_due_after_it(
    park: SmallZone, table: Table, at: Callable[[int, float], None]
) -> None:
    firm = park.firms[0].pk
    shift = Shift.objects.create(enterprise_id=firm, name="day", start=time(8), end=time(16))
    table.by_level[None] = only(rule("disinfection", Cadence(K.SHIFT, before=60, after=60)))
    at(firm, 0.5)
    assert period(of(firm, "disinfection", slot=3480)[0])[:3] == (10, 11, 11)
    Shift.objects.filter(pk=shift.pk).update(end=time(20))
    at(firm, 1)
    assert [period(row)[:3] for row in of(firm, "disinfection", slot=3480)] == [(14, 15, 15)]
    assert [period(row)[:3] for row in of(firm, "disinfection", slot=480)] == [(1, 2, 2)]
