"""What is due when, listed once, reminded in stages."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pingzhan.domain.command import api as command
from pingzhan.domain.reporting import api
from pingzhan.domain.reporting.models import Due
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from tests.domain.reporting.conftest import HOUR, dues, setting, switch
from tests.factories import SmallZone, actor_with

pytestmark = pytest.mark.django_db


def written(world: int = 0) -> list[str]:
    return [one for one in dues(world) if not one.startswith("zero")]


def test_nothing_is_asked_for_in_routine(park: SmallZone) -> None:
    assert api.make_dues() == 0
    assert api.due_reports(park.zone) == []
    assert api.next_report_at(park.zone) is None


def test_the_first_report_is_due_two_hours_after_the_order(park: SmallZone, duty: Actor) -> None:
    activation = switch(park, duty)
    api.make_dues()
    first = Due.objects.get(kind="initial")
    assert first.due_at - activation.at == timedelta(hours=2)
    assert first.activation == activation
    assert written() == ["initial1", "follow1"]


def test_the_hours_are_settings(park: SmallZone, duty: Actor) -> None:
    setting("initial_hours", "1")
    setting("follow_hours", "0")
    activation = switch(park, duty)
    api.make_dues()
    assert written() == ["initial1"]
    assert api.next_report_at(park.zone) == activation.at + timedelta(hours=1) or not api.due_reports(
        park.zone
    )[0].kind.startswith("initial")


def test_follow_ups_are_numbered_without_a_gap_and_end_with_a_long_emergency(
    park: SmallZone, duty: Actor
) -> None:
    activation = switch(park, duty)
    api.make_dues(activation.at + 30 * HOUR)
    follow = Due.objects.filter(kind="follow").order_by("due_at")
    assert [one.number for one in follow] == [1, 2, 3, 4]
    assert [(one.due_at - activation.at) / HOUR for one in follow] == [6, 12, 18, 24]


def test_a_second_run_and_a_change_of_level_list_nothing_again(park: SmallZone, duty: Actor) -> None:
    switch(park, duty, level=3)
    assert api.make_dues() > 0
    before = dues()
    assert api.make_dues() == 0
    switch(park, duty, level=1, key="k2")
    assert api.make_dues() == 0
    assert dues() == before


def test_a_long_emergency_has_a_daily_report_and_a_short_one_has_none(park: SmallZone, duty: Actor) -> None:
    activation = switch(park, duty)
    api.make_dues()
    assert not Due.objects.filter(kind="daily").exists()
    for days in (3, 4, 4):
        api.make_dues(activation.at + timedelta(days=days))
    first, second = Due.objects.filter(kind="daily").order_by("on")
    assert second.due_at - first.due_at == timedelta(days=1)
    assert first.due_at > activation.at + timedelta(hours=24)


def test_routine_days_have_a_daily_report_only_where_it_is_asked_for(park: SmallZone, now: datetime) -> None:
    setting("daily_routine", "1")
    api.make_dues(now)
    api.make_dues(now)
    assert written() == ["daily1"]


def test_stand_down_asks_for_the_last_report_and_for_nothing_else(park: SmallZone, duty: Actor) -> None:
    activation = switch(park, duty)
    api.make_dues()
    command.stand_down(order=command.StandDown(key="e1", unit=park.zone, reason="疫情解除"), by=duty)
    api.make_dues()
    activation.refresh_from_db()
    open_ones = [one for one in api.due_reports(park.zone) if one.kind != "zero"]
    assert [one.kind for one in open_ones] == ["final"]
    assert activation.ended_at is not None
    assert open_ones[0].due_at - activation.ended_at == timedelta(hours=24)
    first = Due.objects.get(kind="initial")
    assert first.dropped_at is not None
    assert first.dropped_why
    assert api.make_dues() == 0


def test_an_emergency_that_came_and_went_unseen_is_reported(park: SmallZone, duty: Actor) -> None:
    switch(park, duty)
    command.stand_down(order=command.StandDown(key="e1", unit=park.zone, reason="疫情解除"), by=duty)
    api.make_dues()
    assert [one.kind for one in api.due_reports(park.zone)] == ["final"]


def test_worlds_are_apart_and_a_drill_ended_by_a_real_order_needs_no_last_report(
    park: SmallZone, duty: Actor
) -> None:
    switch(park, duty, world=7)
    api.make_dues()
    assert written(7) == ["initial1", "follow1"]
    assert written(0) == []
    notices = Notice.objects.filter(kind="report_due")
    Due.objects.filter(world=7).update(next_at=Due.objects.filter(world=7).first().made_at)  # type: ignore[union-attr]
    api.remind_due()
    assert notices.exists()
    assert all(one.title.startswith("【演练】") and one.world == 7 for one in notices)


def test_nobody_is_reminded_of_a_zero_report_of_a_drill_that_is_over(park: SmallZone, duty: Actor) -> None:
    switch(park, duty, world=7)
    api.ask_zero(zone=park.zone, world=7, by=park.root)
    asked = Due.objects.get(world=7, kind="zero")
    command.stand_down(order=command.StandDown(key="e7", unit=park.zone, reason="演练结束", world=7), by=duty)
    api.make_dues()
    asked.refresh_from_db()
    assert (asked.dropped_why, asked.next_at) == ("演练已结束", None)
    assert "zero" not in [one.kind for one in api.due_reports(park.zone, 7)]
    real = api.ask_zero(zone=park.zone, by=park.root)
    api.make_dues()
    real.refresh_from_db()
    assert real.dropped_at is None


def test_one_enterprise_in_an_emergency_is_reported_by_its_name(park: SmallZone, duty: Actor) -> None:
    switch(park, duty, unit=park.firms[0])
    api.make_dues()
    first = Due.objects.get(kind="initial")
    assert first.unit == park.firms[0]
    assert first.zone == park.zone


def test_reminders_come_before_when_due_and_after_each_once(park: SmallZone, duty: Actor) -> None:
    activation = switch(park, duty)
    api.make_dues()
    Due.objects.exclude(kind="initial").update(next_at=None)
    due_at = Due.objects.get(kind="initial").due_at
    notices = Notice.objects.filter(kind="report_due")

    def told(at: datetime) -> int:
        before = notices.count()
        api.remind_due(at)
        api.remind_due(at)
        return notices.count() - before

    assert told(activation.at + timedelta(minutes=1)) == 0
    people = told(due_at - timedelta(minutes=20))
    assert people > 0
    assert told(due_at - timedelta(minutes=10)) == 0
    assert told(due_at + timedelta(minutes=1)) == people
    assert told(due_at + timedelta(minutes=31)) == people
    assert told(due_at + timedelta(days=2)) == 0


def test_after_a_stop_only_the_last_reminder_is_told(park: SmallZone, duty: Actor) -> None:
    switch(park, duty)
    api.make_dues()
    Due.objects.exclude(kind="initial").update(next_at=None)
    due_at = Due.objects.get(kind="initial").due_at
    api.remind_due(due_at + timedelta(hours=5))
    titles = set(Notice.objects.filter(kind="report_due").values_list("title", flat=True))
    assert len(titles) == 1


def test_a_report_may_be_dropped_with_a_reason_by_whoever_writes_reports(
    park: SmallZone, duty: Actor
) -> None:
    switch(park, duty)
    api.make_dues()
    due = Due.objects.get(kind="initial")
    with pytest.raises(Invalid):
        api.drop(due_id=due.pk, reason="  ", by=duty)
    api.drop(due_id=due.pk, reason="已由上级直接报告", by=duty)
    with pytest.raises(Conflict):
        api.drop(due_id=due.pk, reason="再来一次", by=duty)
    assert due.pk not in {one.pk for one in api.due_reports(park.zone)}


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.DUTY_OFFICER, Role.CLERK)])
def test_who_may_not_drop_or_draft(park: SmallZone, duty: Actor, role: Role) -> None:
    switch(park, duty)
    api.make_dues()
    due = Due.objects.get(kind="initial")
    with pytest.raises(Refused):
        api.drop(due_id=due.pk, reason="不报了", by=actor_with(role))
    with pytest.raises(Refused):
        api.draft(due_id=due.pk, by=actor_with(role))
    with pytest.raises(Refused):
        api.draft_daily(zone=park.zone, by=actor_with(role))


def test_a_clerk_of_another_place_drafts_nothing(park: SmallZone, duty: Actor) -> None:
    switch(park, duty)
    api.make_dues()
    elsewhere = actor_with(Role.CLERK, path=park.firms[0].path)
    with pytest.raises(Refused):
        api.draft(due_id=Due.objects.get(kind="initial").pk, by=elsewhere)
