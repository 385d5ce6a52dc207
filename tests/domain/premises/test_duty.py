"""Duty sheet and emergency team: named persons of the enterprise, copied, confirmed, and what they close."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pingzhan.domain.people.api import leave
from pingzhan.domain.people.enums import LeaveReason
from pingzhan.domain.premises import api
from pingzhan.domain.premises.enums import NEEDED_TASKS, TeamTask
from pingzhan.domain.premises.models import DutyDay
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.dawn import begin_at
from tests.domain.people.crowd import Firm
from tests.domain.premises.conftest import waiting
from tests.domain.premises.samples import crew

WEEK = timedelta(days=7)


@pytest.mark.usefixtures("in_force")
def test_a_sheet_closes_the_duty_of_its_days(mill: Firm) -> None:
    crew(mill, 2)
    assert waiting(mill, "duty_roster") == 1
    line = api.DutyLine(api.duty_day(), "N1", "N2")
    assert api.set_duty(enterprise=mill.unit, lines=[line], by=mill.contact) == 1
    assert waiting(mill, "duty_roster") == 0


def test_before_the_day_begins_the_duty_of_the_evening_before_is_kept(
    mill: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew(mill, 2)
    begin_at(monkeypatch, "23:59")
    day = api.duty_day()
    later = api.DutyLine(day + timedelta(days=1), "N1", "N2")
    api.set_duty(enterprise=mill.unit, lines=[later], by=mill.contact)
    with pytest.raises(Conflict):
        api.confirm_duty(enterprise=mill.unit, by=mill.contact)
    api.set_duty(enterprise=mill.unit, lines=[api.DutyLine(day, "N2", "N1")], by=mill.contact)
    assert api.confirm_duty(enterprise=mill.unit, by=mill.contact) == 1


def test_a_week_is_copied_where_nobody_is_set(mill: Firm) -> None:
    crew(mill, 3)
    monday = clock.monday(clock.today())
    with pytest.raises(Conflict):
        api.copy_week(enterprise=mill.unit, monday=monday, by=mill.contact)
    days = [api.DutyLine(monday + timedelta(days=n), "N1", "N2") for n in range(7)]
    api.set_duty(enterprise=mill.unit, lines=days, by=mill.contact)
    other = api.DutyLine(monday + WEEK, "N3", "N1")
    api.set_duty(enterprise=mill.unit, lines=[other], by=mill.contact)
    assert api.copy_week(enterprise=mill.unit, monday=monday + WEEK, by=mill.contact) == 6
    found = list(api.week(mill.unit, monday + WEEK).values())
    assert [row.leader.employee_no for row in found if row is not None] == ["N3", *["N1"] * 6]
    with pytest.raises(Conflict):
        api.copy_week(enterprise=mill.unit, monday=monday + WEEK, by=mill.contact)


def test_whoever_left_is_not_copied(mill: Firm) -> None:
    one, _two = crew(mill, 2)
    monday = clock.monday(clock.today())
    api.set_duty(enterprise=mill.unit, lines=[api.DutyLine(monday, "N1", "N2")], by=mill.contact)
    leave(employment=one, on=clock.today(), reason=LeaveReason.RESIGNED, by=mill.contact)
    with pytest.raises(Conflict):
        api.copy_week(enterprise=mill.unit, monday=monday + WEEK, by=mill.contact)


def test_wrong_lines_name_their_day(mill: Firm, forge: Firm, duty_officer: Actor) -> None:
    crew(mill, 2)
    crew(forge, 1)
    day = clock.today()
    for line, place in (
        (api.DutyLine(day, "N1", "N1"), "officer_0"),
        (api.DutyLine(day, "", "N1"), "leader_0"),
        (api.DutyLine(day, "N1", "N9"), "officer_0"),
        (api.DutyLine(day + timedelta(days=90), "N1", "N2"), "leader_0"),
        (api.DutyLine(day - timedelta(days=9), "N1", "N2"), "leader_0"),
    ):
        with pytest.raises(Invalid) as caught:
            api.set_duty(enterprise=mill.unit, lines=[line], by=mill.contact)
        assert caught.value.place == place
    good = [api.DutyLine(day, "N1", "N2")]
    for actor in (forge.contact, duty_officer):
        with pytest.raises(Refused):
            api.set_duty(enterprise=mill.unit, lines=good, by=actor)
    assert not DutyDay.objects.exists()


@pytest.mark.usefixtures("in_force")
def test_a_team_is_complete_with_each_task(mill: Firm, forge: Firm) -> None:
    crew(mill, 4)
    assert waiting(mill, "emergency_team") == 1
    with pytest.raises(Conflict, match="\u8fd8\u7f3a"):
        api.confirm_team(enterprise=mill.unit, by=mill.contact)
    rows = [
        api.join_team(enterprise=mill.unit, number=f"N{n}", task=task, by=mill.contact)
        for n, task in enumerate(NEEDED_TASKS, start=1)
    ]
    assert waiting(mill, "emergency_team") == 0
    assert api.confirm_team(enterprise=mill.unit, by=mill.contact) == 1
    with pytest.raises(Invalid):
        api.join_team(enterprise=mill.unit, number="N1", task=TeamTask.LEADER, by=mill.contact)
    with pytest.raises(NotFound):
        api.leave_team(member_id=rows[-1].pk, by=forge.contact)
    api.leave_team(member_id=rows[-1].pk, by=mill.contact)
    assert waiting(mill, "emergency_team") == 1
    assert api.missing_tasks(mill.unit) == [TeamTask.LIAISON]
    with pytest.raises(Conflict):
        api.leave_team(member_id=rows[-1].pk, by=mill.contact)


@pytest.mark.usefixtures("in_force")
def test_duty_is_confirmed_only_by_a_sheet(mill: Firm) -> None:
    crew(mill, 2)
    with pytest.raises(Conflict):
        api.confirm_duty(enterprise=mill.unit, by=mill.contact)
    one, two = mill.unit.employments.order_by("employee_no")
    assert waiting(mill, "duty_roster") == 1
    DutyDay.objects.create(enterprise=mill.unit, day=api.duty_day(), leader=one, officer=two)
    assert api.confirm_duty(enterprise=mill.unit, by=mill.contact) == 1
    assert waiting(mill, "duty_roster") == 0
