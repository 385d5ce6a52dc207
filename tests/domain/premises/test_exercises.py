"""Drills of an enterprise: what they close, what is refused, taken back; whom to ring."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pingzhan.domain.premises import api, contacts
from pingzhan.domain.premises.enums import NEEDED_TASKS
from pingzhan.domain.premises.models import Exercise
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.people.crowd import Firm, Park, acting, hire, person
from tests.domain.premises.conftest import waiting
from tests.domain.premises.samples import crew

TOPIC = "\u75ab\u60c5\u5904\u7f6e"


def exercise(**changes: Any) -> api.ExerciseData:
    data = api.ExerciseData(
        TOPIC, clock.today(), "\u4e00\u8f66\u95f4", 12, "\u6309\u9884\u6848\u9694\u79bb\u8f6c\u79fb"
    )
    return replace(data, **changes)


@pytest.mark.usefixtures("in_force")
def test_a_drill_closes_what_is_due_until_it_is_voided(mill: Firm, forge: Firm) -> None:
    before = waiting(mill, "drill")
    assert before
    row = api.hold_exercise(enterprise=mill.unit, data=exercise(), by=mill.contact)
    assert waiting(mill, "drill") == 0
    with pytest.raises(NotFound):
        api.void_exercise(exercise_id=row.pk, by=forge.contact)
    other = api.hold_exercise(enterprise=mill.unit, data=exercise(topic="\u6d88\u6740"), by=mill.contact)
    api.void_exercise(exercise_id=row.pk, by=mill.contact)
    assert waiting(mill, "drill") == 0
    api.void_exercise(exercise_id=other.pk, by=mill.contact)
    assert waiting(mill, "drill") == before
    with pytest.raises(Conflict):
        api.void_exercise(exercise_id=row.pk, by=mill.contact)
    assert Exercise.objects.count() == 2


def test_wrong_input_is_refused_with_its_place(mill: Firm, forge: Firm, duty_officer: Actor) -> None:
    day = timedelta(days=1)
    for data, place in (
        (exercise(held_on=clock.today() + day), "held_on"),
        (exercise(held_on=clock.today() - 500 * day), "held_on"),
        (exercise(topic=" "), "topic"),
        (exercise(place=""), "place"),
        (exercise(course=""), "course"),
        (exercise(persons=0), "persons"),
        (exercise(found="\u7f3a\u7269\u8d44"), "mended"),
    ):
        with pytest.raises(Invalid) as caught:
            api.hold_exercise(enterprise=mill.unit, data=data, by=mill.contact)
        assert caught.value.place == place
    for actor in (forge.contact, duty_officer, acting(Role.GATE_GUARD, mill.unit.path)):
        with pytest.raises(Refused):
            api.hold_exercise(enterprise=mill.unit, data=exercise(), by=actor)
    with pytest.raises(Invalid):
        api.hold_exercise(enterprise=mill.unit, data=exercise(), photos=[b"no picture"], by=mill.contact)
    assert not Exercise.objects.exists()
    api.hold_exercise(enterprise=mill.unit, data=exercise(), by=mill.contact)
    with pytest.raises(Invalid):
        api.hold_exercise(enterprise=mill.unit, data=exercise(), by=mill.contact)


def test_only_whoever_is_on_duty_can_be_rung(park: Park, mill: Firm, forge: Firm) -> None:
    leader = hire(mill, person(phone="13900001111"), no="N1")
    hire(mill, no="N2")
    idle = hire(mill, person(phone="13900002222"), no="N3")
    officer = acting(Role.DUTY_OFFICER, park.zone.path)
    with pytest.raises(NotFound):
        contacts.find(officer, leader.pk)
    api.set_duty(enterprise=mill.unit, lines=[api.DutyLine(clock.today(), "N1", "N2")], by=mill.contact)
    found = contacts.find(officer, leader.pk)
    assert found.masked["phone"] == "139****1111"
    for who, pk in ((mill.contact, idle.pk), (forge.contact, leader.pk)):
        with pytest.raises(NotFound):
            contacts.find(who, pk)


def test_what_each_enterprise_lacks(mill: Firm, forge: Firm) -> None:
    crew(mill, 4)
    units = [mill.unit.pk, forge.unit.pk]
    lines = [api.DutyLine(clock.today() + timedelta(days=n), "N1", "N2") for n in range(5)]
    api.set_duty(enterprise=mill.unit, lines=lines, by=mill.contact)
    for n, task in enumerate(NEEDED_TASKS[:3], start=1):
        api.join_team(enterprise=mill.unit, number=f"N{n}", task=task, by=mill.contact)
    api.hold_exercise(enterprise=mill.unit, data=exercise(), by=mill.contact)
    found = api.duty_of_firms(units, clock.today())
    one, other = found[mill.unit.pk], found[forge.unit.pk]
    assert one.today is not None
    assert (one.gaps, one.short, one.drilled, one.lacking) == (2, (NEEDED_TASKS[3],), clock.today(), True)
    assert (other.today, other.gaps, other.short, other.drilled) == (None, 7, NEEDED_TASKS, None)
