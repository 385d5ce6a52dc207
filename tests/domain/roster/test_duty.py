"""Who is on duty, and what is missing in the next hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import api
from pingzhan.domain.roster.enums import GapKind, ShiftRole
from pingzhan.domain.roster.models import Shift
from tests.domain.roster.conftest import HOUR, Lay, later, names
from tests.factories import SmallZone

ILL = AbsenceKind.ILL


def kinds(park: SmallZone, hours: int = 72) -> list[tuple[str, str]]:
    return [(gap.kind.value, gap.role.value) for gap in api.gaps(park.zone, hours)]


def away(park: SmallZone, name: str, start: float, end: float) -> None:
    organisation.register_absence(
        person=park.people[name], kind=ILL, t0=later(start), t1=later(end), by=park.root
    )


def test_on_duty_is_by_the_database_clock(park: SmallZone, lay: Lay, django_assert_num_queries: Any) -> None:
    lay("安若水", -2, 22, seat=0)
    lay("梅映雪", -2, 6)
    lay("倪清和", 6, 30)
    with django_assert_num_queries(2):
        duty = api.on_duty(park.zone)
    assert duty.leader == park.people["安若水"]
    assert names(duty.officers) == ["梅映雪"]
    assert names([duty.next_leader, *duty.next_officers]) == ["安若水", "倪清和"]
    assert duty.until is not None
    assert abs(duty.until - later(6)) < timedelta(seconds=60)
    assert duty.is_on_duty(park.people["梅映雪"].pk)
    assert not duty.is_on_duty(park.people["倪清和"].pk)
    assert not duty.is_on_duty(None)


def test_a_shift_is_half_open(park: SmallZone, lay: Lay) -> None:
    first, second = lay("梅映雪", -2, 6), lay("倪清和", 6, 30)
    assert names(api.on_duty(park.zone, second.t0).officers) == ["倪清和"]
    assert names(api.on_duty(park.zone, first.t1 - timedelta(seconds=1)).officers) == ["梅映雪"]
    assert names(api.on_duty(park.zone, first.t0).officers) == ["梅映雪"]


def test_nobody_on_duty_is_said(park: SmallZone, lay: Lay) -> None:
    empty = api.on_duty(park.zone)
    assert (empty.leader, empty.officers, empty.until, empty.people) == (None, [], None, [])
    lay("梅映雪", 5, 29)
    duty = api.on_duty(park.zone)
    assert (duty.leader, duty.officers) == (None, [])
    assert names(duty.next_officers) == ["梅映雪"]


def test_who_is_away_while_on_duty_is_marked(park: SmallZone, lay: Lay) -> None:
    lay("梅映雪")
    away(park, "梅映雪", -1, 5)
    duty = api.on_duty(park.zone)
    assert duty.absent_ids == {park.people["梅映雪"].pk}


def test_a_cancelled_shift_is_no_duty(park: SmallZone, lay: Lay) -> None:
    shift = lay("梅映雪")
    Shift.objects.filter(pk=shift.pk).update(in_force=False)
    assert api.on_duty(park.zone).officers == []
    assert api.timetable(park.zone, later(-5), later(5)) == []


def test_a_full_roster_has_no_gap(park: SmallZone, lay: Lay, django_assert_num_queries: Any) -> None:
    lay("安若水", -1, 80, seat=0)
    lay("梅映雪", -1, 80)
    with django_assert_num_queries(3):
        assert kinds(park) == []


def test_no_roster_at_all(park: SmallZone, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        found = api.gaps(park.zone)
    assert [(gap.kind, gap.role) for gap in found] == [
        (GapKind.UNCOVERED, ShiftRole.LEAD),
        (GapKind.UNCOVERED, ShiftRole.DUTY),
    ]
    assert all(gap.urgent and gap.shift_id is None and "first=" in gap.link for gap in found)
    assert "\u5e26\u73ed\u9886\u5bfc" in found[0].sentence


def test_each_gap_is_named_with_its_shift(park: SmallZone, lay: Lay) -> None:
    lay("安若水", -1, 30, seat=0)
    hole = lay(None, 30, 80, seat=0)
    lay("梅映雪", -1, 20)
    sick = lay("倪清和", 20, 44)
    lay("欧阳溪", 50, 80)
    away(park, "倪清和", 40, 90)
    found = api.gaps(park.zone)
    assert [(gap.kind, gap.shift_id) for gap in found] == [
        (GapKind.ABSENT, sick.pk),
        (GapKind.NO_PERSON, hole.pk),
        (GapKind.UNCOVERED, None),
    ]
    assert "\u502a\u6e05\u548c" in found[0].sentence
    assert "\u75c5\u5047" in found[0].sentence
    assert [gap.urgent for gap in found] == [True, False, False]
    assert [round((gap.t1 - gap.t0) / HOUR) for gap in found] == [24, 50, 6]
    # Outside the hours asked for nothing is told.
    assert api.gaps(park.zone, hours=19) == []


def test_a_second_officer_counts_when_the_setting_asks_for_two(
    park: SmallZone, lay: Lay, setting: Callable[..., None]
) -> None:
    lay("安若水", -1, 80, seat=0)
    lay("梅映雪", -1, 80)
    assert kinds(park) == []
    setting(officers=2)
    assert kinds(park) == [("uncovered", "duty")]


def test_the_same_person_twice_in_a_row_and_out_of_service(park: SmallZone, lay: Lay) -> None:
    lay("安若水", -1, 80, seat=0)
    lay("梅映雪", -10, 14)
    lay("梅映雪", 20, 44)
    lay("倪清和", 14, 20)
    lay("欧阳溪", 44, 80)
    assert kinds(park) == [("short_rest", "duty")]
    Person.objects.filter(name="欧阳溪").update(active=False)
    assert kinds(park) == [("short_rest", "duty"), ("inactive", "duty")]


@pytest.mark.parametrize(
    ("person", "seat", "start", "name"),
    [("倪清和", 1, 5, "shift_seat_once"), ("梅映雪", 2, 5, "shift_person_once")],
)
def test_the_database_refuses_overlaps(
    park: SmallZone, lay: Lay, person: str, seat: int, start: int, name: str
) -> None:
    lay("梅映雪", -1, 10)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        lay(person, start, 20, seat=seat)
    lay(person, 10, 20, seat=seat)
    # What is not in force hinders nobody; another zone's seats are other seats.
    Shift.objects.update(in_force=False)
    lay(person, start, 20, seat=seat)
