"""One tap for a team, its exceptions, idempotence, corrections, and what a fever brings about."""

from __future__ import annotations

import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from pingzhan.domain.health import api
from pingzhan.domain.health.enums import CaseState, Result, Symptom
from pingzhan.domain.health.models import Case, Reading, TeamCount
from pingzhan.domain.health.protection import days_due, drop_days
from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Employment
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.people.crowd import Firm, Park, acting, hire

HERE = ZoneInfo("Asia/Shanghai")
LINK = Actor(kind="link", user_id=None, person_id=None, name="")


def line(firm: Firm) -> api.TeamLine:
    found = api.team_lines([firm.unit.pk], api.slot_now(firm.unit.pk))
    return next(one for one in found if one.team_id == firm.teams[0].pk)


def tap(firm: Firm, special: dict[int, api.Special] | None = None) -> int:
    return api.record_team(
        enterprise=firm.unit, team_id=firm.teams[0].pk, exceptions=special, by=firm.contact
    )


@pytest.mark.parametrize(
    ("text", "tenths"), [("36.5", 365), ("34", 340), ("43.0", 430), (" 37.3\u2103", 373)]
)
def test_sound_temperatures(text: str, tenths: int) -> None:
    assert api.read_tenths(text) == tenths


@pytest.mark.parametrize(
    "text", ["33.9", "43.1", "", "x", "nan", "inf", "-36.5", "1e9", "1e999999", "-1e999998"]
)
def test_temperatures_that_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        api.read_tenths(text)


def test_a_forgotten_point_is_asked_back() -> None:
    with pytest.raises(Invalid) as caught:
        api.read_tenths("365")
    assert "36.5" in caught.value.hint


def test_one_tap_enters_everybody_once(mill: Firm, crew: list[Employment]) -> None:
    assert tap(mill) == 4
    assert tap(mill) == 0
    found = line(mill)
    assert (found.expected, found.done, found.missing, found.fevers) == (4, 4, 0, 0)
    assert Reading.objects.count() == 4


def test_exceptions_are_counted_and_a_fever_stops_work(mill: Firm, crew: list[Employment]) -> None:
    tap(mill, {crew[0].pk: api.Special(Result.MEASURED, 382), crew[1].pk: api.Special(Result.ON_LEAVE)})
    found = line(mill)
    assert (found.done, found.absent, found.fevers) == (4, 1, 1)
    assert api.stopped(mill.unit.pk) == {crew[0].pk}
    slot = api.slot_now(mill.unit.pk)
    who = {row.employment_id for row in api.exceptions(mill.unit.pk, slot.day, slot.code)}
    assert who == {crew[0].pk, crew[1].pk}


def test_an_exception_after_the_tap_is_a_correction(mill: Firm, crew: list[Employment]) -> None:
    tap(mill)
    first = Reading.objects.get(employment_id=crew[0].pk)
    assert tap(mill, {crew[0].pk: api.Special(Result.MEASURED, 379)}) == 1
    found = line(mill)
    assert (found.done, found.fevers) == (4, 1)
    second = Reading.objects.exclude(pk=first.pk).get(employment_id=crew[0].pk)
    assert second.corrects == first.pk


def test_a_correction_keeps_the_first(mill: Firm, crew: list[Employment]) -> None:
    slot = api.slot_now(mill.unit.pk)
    tap(mill, {crew[0].pk: api.Special(Result.MEASURED, 392)})
    api.correct_reading(
        enterprise=mill.unit, employment_id=crew[0].pk, day=slot.day, slot=slot.code, value="36.2",
        reason="\u8bb0\u9519", by=mill.contact,
    )  # fmt: skip
    held = Reading.objects.filter(employment_id=crew[0].pk).values_list("tenths", flat=True)
    assert set(held) == {362, 392}
    assert line(mill).fevers == 0
    assert api.exceptions(mill.unit.pk, slot.day, slot.code) == []


def test_who_is_missing_is_named(mill: Firm, crew: list[Employment], gate: tuple[Device, str]) -> None:
    slot = api.slot_now(mill.unit.pk)
    row = api.ReadingIn(uuid.uuid4(), crew[0].pk, 36.4, timezone.now())
    assert [one.status for one in api.record_readings([row], gate[0], LINK)] == ["stored"]
    team = mill.teams[0].pk
    assert api.missing(mill.unit.pk, team, slot.day, slot.code) == [one.pk for one in crew[1:]]


def test_a_batch_is_stored_once_and_counts_persons(
    mill: Firm, crew: list[Employment], gate: tuple[Device, str]
) -> None:
    batch = [api.ReadingIn(uuid.uuid4(), one.pk, 36.5, timezone.now()) for one in crew]
    batch.append(batch[0])
    assert [one.status for one in api.record_readings(batch, gate[0], LINK)] == ["stored"] * 4 + ["same"]
    assert {one.status for one in api.record_readings(batch, gate[0], LINK)} == {"same"}
    again = [api.ReadingIn(uuid.uuid4(), crew[0].pk, 36.6, timezone.now())]
    assert api.record_readings(again, gate[0], LINK)[0].status == "stored"
    assert (line(mill).done, Reading.objects.count()) == (4, 5)


def test_rows_that_a_device_may_not_send(
    park: Park, mill: Firm, crew: list[Employment], gate: tuple[Device, str]
) -> None:
    other = hire(park.firms[1])
    now = timezone.now()
    rows = [
        api.ReadingIn(uuid.uuid4(), other.pk, 36.5, now),
        api.ReadingIn(uuid.uuid4(), 2**40, 36.5, now),
        api.ReadingIn(uuid.uuid4(), crew[0].pk, 365, now),
        api.ReadingIn(uuid.uuid4(), crew[0].pk, 36.5, now + timedelta(hours=1)),
        api.ReadingIn(uuid.uuid4(), crew[0].pk, 36.5, now - timedelta(days=8)),
    ]
    answers = api.record_readings(rows, gate[0], LINK)
    assert [(one.status, one.code) for one in answers] == [
        ("refused", "person"), ("refused", "person"), ("refused", "temperature"), ("refused", "future"),
        ("refused", "old"),
    ]  # fmt: skip
    assert answers[0].message == answers[1].message
    assert not Reading.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role not in roles_with(Permission.KEEP_LEDGERS)])
def test_roles_that_may_not_enter(mill: Firm, crew: list[Employment], role: Role) -> None:
    with pytest.raises(Refused):
        api.record_team(enterprise=mill.unit, team_id=mill.teams[0].pk, by=acting(role, mill.unit.path))


def test_somebody_of_another_team_is_no_exception(park: Park, mill: Firm, crew: list[Employment]) -> None:
    other = hire(park.firms[1])
    with pytest.raises(Invalid):
        tap(mill, {other.pk: api.Special(Result.ABSENT)})


def test_readings_are_facts(mill: Firm, crew: list[Employment]) -> None:
    tap(mill)
    for statement in ("UPDATE health_reading SET tenths = 360, result = 0", "DELETE FROM health_reading"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Reading.objects.count() == 4


def test_old_days_go_as_a_whole(mill: Firm, crew: list[Employment]) -> None:
    tap(mill)
    old = timezone.localdate() - timedelta(days=40)
    with connection.cursor() as cursor:
        cursor.execute("SELECT health_make_day(%s)", [old])
        cursor.execute(
            "INSERT INTO health_reading (employment_id, enterprise_id, team_id, measured_at, uuid, day, slot,"
            " result, source, fever, late) VALUES (1, 1, 0, now(), gen_random_uuid(), %s, 1, 1, 1, false, false)",
            [old],
        )
    assert days_due(timezone.now(), 30, 10) == [int(old.strftime("%Y%m%d"))]
    assert drop_days([int(old.strftime("%Y%m%d"))]) == 1
    assert days_due(timezone.now(), 30, 10) == []
    assert Reading.objects.count() == 4
    assert TeamCount.objects.count() == 1


def stop(firm: Firm, who: Employment) -> Case:
    return api.report_symptoms(employment=who, symptoms=[Symptom.COUGH], by=firm.contact)


def test_back_to_work_only_after_the_hospital(mill: Firm, crew: list[Employment]) -> None:
    case = stop(mill, crew[0])
    today = timezone.localdate()
    with pytest.raises(Conflict):
        api.return_to_work(case_id=case.pk, free_from=today, by=mill.contact)
    with pytest.raises(Invalid):
        api.go_to_clinic(case_id=case.pk, clinic=" ", by=mill.contact)
    api.go_to_clinic(case_id=case.pk, clinic="\u533a\u533b\u9662", by=mill.contact)
    api.conclude(case_id=case.pk, excluded=False, by=mill.contact)
    with pytest.raises(Conflict):
        api.return_to_work(case_id=case.pk, free_from=today, by=mill.contact)
    api.conclude(case_id=case.pk, excluded=True, by=mill.contact)
    with pytest.raises(Invalid):
        api.return_to_work(case_id=case.pk, free_from=today - timedelta(days=1), by=mill.contact)
    done = api.return_to_work(case_id=case.pk, free_from=today, by=mill.contact)
    assert done.state == CaseState.RETURNED
    assert done.stopped_at <= done.clinic_at <= done.concluded_at <= done.returned_at  # type: ignore[operator]
    assert api.stopped(mill.unit.pk) == set()


def test_nobody_stops_twice_at_once(mill: Firm, crew: list[Employment]) -> None:
    stop(mill, crew[0])
    with pytest.raises(Conflict):
        stop(mill, crew[0])


def test_the_database_knows_the_ways(mill: Firm, crew: list[Employment]) -> None:
    case = stop(mill, crew[0])
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(
            state=CaseState.RETURNED, returned_at=timezone.now(), free_from=timezone.localdate()
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.filter(pk=case.pk).delete()


def test_another_enterprise_finds_no_case(park: Park, mill: Firm, crew: list[Employment]) -> None:
    case = stop(mill, crew[0])
    with pytest.raises(NotFound):
        api.withdraw(case_id=case.pk, by=park.firms[1].contact)


def test_all_normal_is_refused_while_somebody_is_ill(mill: Firm, crew: list[Employment]) -> None:
    stop(mill, crew[0])
    with pytest.raises(Refused):
        api.record_all_normal(enterprise=mill.unit, by=mill.contact)


@pytest.mark.parametrize("others", [0, 1])
def test_who_is_moved_after_he_was_measured_counts_in_his_new_team(
    mill: Firm, crew: list[Employment], others: int
) -> None:
    moved, new = crew[0], mill.teams[1]
    for n in range(others):
        other = hire(mill, no=f"B{n}")
        people.transfer(employment=other, place=people.Place(team=new), by=mill.contact)
    assert tap(mill, {moved.pk: api.Special(Result.MEASURED, 384)}) == 4
    people.transfer(employment=moved, place=people.Place(team=new), by=mill.contact)
    slot = api.slot_now(mill.unit.pk)
    assert api.record_team(enterprise=mill.unit, team_id=new.pk, by=mill.contact) == 1 + others
    assert api.record_team(enterprise=mill.unit, team_id=new.pk, by=mill.contact) == 0
    lines = {one.team_id: one for one in api.team_lines([mill.unit.pk], slot)}
    assert (lines[new.pk].expected, lines[new.pk].done, lines[new.pk].fevers) == (1 + others, 1 + others, 1)
    whole = api.unit_lines([mill.unit.pk], slot)[mill.unit.pk]
    assert (whole.expected, whole.done) == (4 + others, 4 + others)
    assert api.latest(slot.day, slot.code, [moved.pk])[moved.pk].tenths == 384
    assert Case.objects.count() == 1
