"""What is made for a day, what stays at a change, and that a repetition makes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingzhan.domain.obligations import api, settings
from pingzhan.domain.obligations.actions.settling import settle
from pingzhan.domain.obligations.calendar import Clock
from pingzhan.domain.obligations.models import Obligation, UnitDay
from pingzhan.domain.obligations.program import Program
from pingzhan.domain.territory.models import Enterprise
from tests.domain.obligations.conftest import ROUTINE, Table
from tests.factories import SmallZone

DAY = Clock(timezone.get_default_timezone()).day_of(timezone.now())


def by_key(unit: int, **where: object) -> Counter[str]:
    """How many obligations a unit has, by measure."""
    rows = Obligation.objects.filter(unit_id=unit, **where)
    return Counter(rows.exclude(state="withdrawn").values_list("duty__key", flat=True))


def test_a_day_is_made_once_from_what_is_in_force(park: SmallZone) -> None:
    firm, other = (one.pk for one in park.firms)
    Enterprise.objects.filter(unit=firm).update(canteen=True)
    settled = settle([park.zone.pk, firm, other], DAY)
    assert by_key(firm) == {
        "temperature": 2, "canteen_hygiene": 1, "training": 1, "test_round": 1, "plan_review": 1,
    }  # fmt: skip
    assert "canteen_hygiene" not in by_key(other)
    assert by_key(park.zone.pk) == {"inspection": 1}
    assert settled.made == Obligation.objects.count()
    assert settle([park.zone.pk, firm, other], DAY).made == 0


def test_a_stopped_enterprise_owes_nothing(park: SmallZone) -> None:
    firm = park.firms[0].pk
    settle([firm], DAY)
    Enterprise.objects.filter(unit=firm).update(status="stopped")
    settle([firm], DAY)
    assert not Obligation.objects.filter(
        Q(state="open") | Q(state="late"), unit_id=firm, t1__gt=timezone.now()
    )


def test_the_next_day_keeps_the_week_and_what_is_due_once(park: SmallZone) -> None:
    firm = park.firms[0].pk
    monday = DAY - timedelta(days=DAY.weekday())
    settle([firm], monday)
    settle([firm], monday + timedelta(days=1))
    found = by_key(firm)
    assert found["temperature"] == 4
    assert (found["test_round"], found["plan_review"]) == (1, 1)


def test_a_new_version_of_a_set_leaves_past_obligations_as_they_were(park: SmallZone, table: Table) -> None:
    firm = park.firms[0].pk
    yesterday = DAY - timedelta(days=1)
    settle([firm], yesterday)
    before = list(Obligation.objects.filter(day=yesterday).order_by("id").values())
    words = set(Obligation.objects.filter(day=yesterday).values_list("demand__title", flat=True))
    table.by_level[None] = replace(
        ROUTINE,
        rules=tuple(replace(one, title="new words", version=9, set_version=2) for one in ROUTINE.rules),
    )
    settle([firm], DAY)
    assert list(Obligation.objects.filter(day=yesterday).order_by("id").values()) == before
    assert set(Obligation.objects.filter(day=yesterday).values_list("demand__title", flat=True)) == words
    slots = Obligation.objects.filter(unit_id=firm, day=DAY, slot__lt=1440)
    assert set(slots.values_list("demand__set_version", flat=True)) == {2}


def test_today_makes_its_own_day_and_evidence_closes_it(park: SmallZone) -> None:
    firm = park.firms[0].pk
    now, day = api.business_now()
    rows = api.today(firm)
    assert rows
    assert all(one.is_waiting for one in rows)
    running = [one for one in rows if one.measure == "temperature" and one.period[0] <= now < one.period[1]]
    closed = api.satisfy(unit_id=firm, evidence="temperature", ref=("test", 1), by=park.root)
    assert closed == len(running)
    done = [one for one in api.today(firm) if one.state == "done"]
    assert [one.id for one in done] == [one.id for one in running]
    assert api.unsatisfy(("test", 1)) == len(running)
    assert not [one for one in api.today(firm) if one.state == "done"]
    assert day == settings.business_clock().day_of(now)


def test_several_pieces_close_a_round_of_the_week_and_a_withdrawn_one_opens_it(
    park: SmallZone, table: Table
) -> None:
    table.by_level[None] = table.by_level[2]
    firm = park.firms[0].pk
    api.today(firm)
    assert api.satisfy(unit_id=firm, evidence="test_round", ref=("round", 1), by=park.root) == 0
    assert api.satisfy(unit_id=firm, evidence="test_round", ref=("round", 1), by=park.root) == 0
    assert api.satisfy(unit_id=firm, evidence="test_round", ref=("round", 2), by=park.root) == 1
    assert api.unsatisfy(("round", 1)) == 1
    row = Obligation.objects.get(unit_id=firm, duty__key="test_round")
    assert (row.state, row.got, row.need) == ("open", 1, 2)


def test_an_event_brings_an_obligation_of_its_own_once(park: SmallZone) -> None:
    firm = park.firms[0].pk
    raised = {"unit_id": firm, "evidence": "goods", "subject_id": 7, "due_hours": 2}
    assert api.raise_event(**raised) == 1  # type: ignore[arg-type]
    assert api.raise_event(**raised) == 0  # type: ignore[arg-type]
    assert api.raise_event(unit_id=firm, evidence="unknown", subject_id=7) == 0
    assert api.satisfy(unit_id=firm, evidence="goods", subject_id=8, ref=("lot", 8), by=park.root) == 0
    assert api.satisfy(unit_id=firm, evidence="goods", subject_id=7, ref=("lot", 7), by=park.root) == 1


def test_many_events_bring_what_each_alone_would_in_as_many_queries_as_one(park: SmallZone) -> None:
    one, other = (firm.pk for firm in park.firms)
    earlier = timezone.now() - timedelta(hours=3)
    events = [
        api.Happening(one, "goods", 7, due_hours=2),
        api.Happening(one, "goods", 8),
        api.Happening(other, "goods", 7, at=earlier),
        api.Happening(one, "goods", 7, due_hours=2),
        api.Happening(other, "unknown", 9),
    ]
    assert api.raise_events([]) == 0
    with transaction.atomic():
        alone = [
            api.raise_event(
                unit_id=each.unit_id,
                evidence=each.evidence,
                at=each.at,
                subject_id=each.subject_id,
                due_hours=each.due_hours,
            )
            for each in events
        ]
        assert alone == [1, 1, 1, 0, 0]
        single = _events()
        transaction.set_rollback(True)
    assert api.raise_events(events) == 3
    assert [row[:2] + row[3:] for row in _events()] == [row[:2] + row[3:] for row in single]
    assert api.raise_events(events) == 0
    with CaptureQueriesContext(connection) as few:
        api.raise_events([api.Happening(one, "goods", 20)])
    with CaptureQueriesContext(connection) as many:
        api.raise_events([api.Happening(firm.pk, "goods", n) for n in range(30, 33) for firm in park.firms])
    assert len(many) == len(few)


def _events() -> list[tuple[object, ...]]:
    rows = Obligation.objects.filter(source="event").order_by("unit_id", "subject_id")
    return list(rows.values_list("unit_id", "subject_id", "due_at", "duty__key", "slot", "level", "state"))


@pytest.mark.parametrize("done", [39, 40])
def test_counted_evidence_closes_when_all_were_counted(park: SmallZone, done: int) -> None:
    firm = park.firms[0].pk
    api.register_coverage("temperature", lambda units, day, slot: dict.fromkeys(units, (40, done)))
    api.today(firm)
    closed = api.satisfy(unit_id=firm, evidence="temperature", ref=("t", 1), by=park.root)
    assert (closed > 0) == (done == 40) or not _running(firm)
    shown = [one for one in api.today(firm) if one.measure == "temperature"]
    assert {(one.expected, one.done) for one in shown} == {(40, done)}


def _running(unit: int) -> bool:
    now = timezone.now()
    return Obligation.objects.filter(unit_id=unit, duty__key="temperature", t0__lte=now, t1__gt=now).exists()


def test_two_in_the_morning_belongs_to_the_evening_before(park: SmallZone) -> None:
    firm, clock = park.firms[0].pk, settings.business_clock()
    day = date(2026, 11, 20)
    settle([firm], day)
    at = clock.begins(day + timedelta(days=1)) - timedelta(hours=4)
    assert clock.day_of(at) == day
    api.satisfy(unit_id=firm, evidence="temperature", at=at, ref=("night", 1), by=park.root)
    assert list(Obligation.objects.filter(state="done").values_list("day", "slot")) == [(day, 17 * 60)]


def test_a_missed_day_made_good_takes_nothing_from_today(park: SmallZone, table: Table) -> None:
    firm = park.firms[0].pk
    settle([firm], DAY)
    before = by_key(firm)
    table.by_level[None] = Program(None, ())
    settle([firm], DAY - timedelta(days=1))
    assert by_key(firm) == before
    settle([firm], DAY)
    assert not by_key(firm, t1__gt=timezone.now())


def test_a_new_unit_owes_what_is_due_from_now_on_and_no_more_when_asked_again(park: SmallZone) -> None:
    firm = park.firms[0].pk
    UnitDay.objects.filter(unit=firm).delete()
    settle([firm], DAY)
    first = set(Obligation.objects.values_list("id", flat=True))
    assert not Obligation.objects.filter(due_at__lte=UnitDay.objects.get(unit=firm).since).exists()
    assert settle([firm], DAY).made == 0
    assert settle([firm], DAY - timedelta(days=1)).made == 0
    assert set(Obligation.objects.values_list("id", flat=True)) == first
