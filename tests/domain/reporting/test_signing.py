"""Drafts with figures from facts, signing, corrections, and what the database refuses of a signed report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Gap, Seat, Task
from pingzhan.domain.orders import api as orders
from pingzhan.domain.reporting import api
from pingzhan.domain.reporting.models import Due, Report
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from tests.domain.reporting.conftest import drafted, switch
from tests.factories import SmallZone, actor_with

pytestmark = pytest.mark.django_db


def values(report: Report) -> dict[str, Any]:
    return {row["key"]: row["value"] for row in report.figures}


def test_the_numbers_are_those_of_the_facts(
    park: SmallZone, duty: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is counted here a second time, row by row."""
    switch(park, duty)
    for seat in list(Seat.objects.filter(closed_at__isnull=True))[:3]:
        command.acknowledge_by_phone(seat_id=seat.pk, by=duty)
    order = orders.issue_order(
        zone=park.zone,
        to=orders.To.group("medical"),
        text="备好床位",
        due_at=clock.now() + timedelta(hours=5),
        by=duty,
    )
    report = drafted(park, duty)
    seats = [one for one in Seat.objects.all() if one.closed_at is None]
    found = values(report)
    assert found["posts.filled"] == len(seats) > 0
    assert found["posts.confirmed"] == len([one for one in seats if one.acked_at]) == 3
    assert found["posts.arrived"] == len([one for one in seats if one.arrived_at])
    gaps = [one for one in Gap.objects.all() if one.resolved_at is None]
    assert found["gaps.all"] == len(gaps)
    assert found["gaps.critical"] == len([one for one in gaps if one.severity == "critical"])
    done = ("closed", "cancelled", "parked")
    tasks = [one for one in Task.objects.all() if one.state not in done and one.owner_seat.closed_at is None]
    assert found["tasks.live"] == len(tasks) > 0
    assert found["orders.issued"] == found["orders.live"] == 1
    assert found["orders.overdue"] == 0
    assert found["firms.all"] == len(park.firms)
    assert found["firms.workers"] == sum(firm.headcount for firm in park.firms) == 120
    since = report.due.activation
    assert since is not None
    sent = [one for one in Notice.objects.all() if one.created_at >= since.at and one.world == 0]
    assert found["notices.sent"] == len([one for one in sent if one.sent_at])
    monkeypatch.setattr(clock, "now", lambda: order.due_at + timedelta(minutes=1))
    assert values(api.recount(report_id=report.pk, edition=1, by=duty))["orders.overdue"] == 1


def test_a_drill_counts_nothing_of_the_real_world(park: SmallZone, duty: Actor) -> None:
    switch(park, duty)
    switch(park, duty, key="d1", world=9)
    orders.issue_order(
        zone=park.zone,
        to=orders.To.group("medical"),
        text="备好床位",
        due_at=clock.now() + timedelta(hours=5),
        by=duty,
    )
    api.make_dues()
    report = api.draft(due_id=Due.objects.get(kind="initial", world=9).pk, by=duty)
    found = values(report)
    assert found["orders.live"] == 0
    assert found["posts.filled"] == Seat.objects.filter(world=9, closed_at=None).count()
    signed = api.sign(report_id=report.pk, edition=1, by=duty)
    assert signed.number_text.startswith("演练")
    assert signed.number == 1


def test_each_number_carries_its_source_and_time(park: SmallZone, duty: Actor) -> None:
    switch(park, duty)
    report = drafted(park, duty)
    for row in report.figures:
        assert row["source"]
        assert row["at"] == report.counted_at.isoformat()


def test_a_figure_of_a_later_part_is_counted_and_one_that_fails_is_told(park: SmallZone, duty: Actor) -> None:
    switch(park, duty)
    api.register_figure("test.nine", "九", lambda scope: 9, source="试验")
    api.register_figure("test.broken", "坏", lambda scope: 1 // 0, source="试验")
    api.register_figure("test.none", "无", lambda scope: None)
    try:
        report = drafted(park, duty)
    finally:
        for key in ("nine", "broken", "none"):
            api.unregister_figure(f"test.{key}")
    found = values(report)
    assert found["test.nine"] == 9
    assert found["test.broken"] is None
    assert "test.none" not in found
    assert not next(one for one in api.compared(report) if one.key == "test.broken").counted


def test_the_text_begins_with_sentences_from_the_log(park: SmallZone, duty: Actor) -> None:
    switch(park, duty)
    command.write_log(zone=park.zone, text="县疾控到场指导", by=duty)
    report = drafted(park, duty)
    assert "聚集性疫情" in report.situation
    assert "县疾控到场指导" in report.progress
    assert report.next_steps == ""


def test_a_report_is_drafted_changed_and_signed_with_a_number(park: SmallZone, duty: Actor) -> None:
    switch(park, duty)
    report = drafted(park, duty)
    assert api.draft(due_id=report.due_id, by=duty).pk == report.pk
    report = api.edit(report_id=report.pk, edition=1, texts={"next_steps": "继续排查。"}, by=duty)
    with pytest.raises(Conflict) as raced:
        api.edit(report_id=report.pk, edition=1, texts={"next_steps": "别的"}, by=duty)
    assert raced.value.code == "edition"
    with pytest.raises(Conflict):
        api.sign(report_id=report.pk, edition=1, by=duty)
    signed = api.sign(report_id=report.pk, edition=2, by=duty)
    assert signed.state == "signed"
    assert signed.number == 1
    assert signed.signed_by_name == "值班甲"
    assert signed.number_text.endswith("〕1号")
    assert Due.objects.get(pk=report.due_id).done_at is not None
    assert report.due_id not in {one.pk for one in api.due_reports(park.zone)}


def test_numbers_that_are_old_are_not_signed(park: SmallZone, duty: Actor) -> None:
    switch(park, duty)
    report = drafted(park, duty)
    Report.objects.filter(pk=report.pk).update(counted_at=report.counted_at - timedelta(minutes=31))
    with pytest.raises(Conflict) as old:
        api.sign(report_id=report.pk, edition=1, by=duty)
    assert old.value.code == "figures_old"
    api.recount(report_id=report.pk, edition=1, by=duty)
    assert api.sign(report_id=report.pk, edition=2, by=duty).state == "signed"


def test_a_report_without_a_situation_is_not_signed(park: SmallZone, duty: Actor) -> None:
    switch(park, duty)
    report = drafted(park, duty)
    api.edit(report_id=report.pk, edition=1, texts={"situation": " "}, by=duty)
    with pytest.raises(Invalid):
        api.sign(report_id=report.pk, edition=2, by=duty)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "别的"},
        {"figures": []},
        {"signed_by_name": "别人"},
        {"state": "draft"},
        {"situation": "别的"},
    ],
)
def test_a_signed_report_never_changes(park: SmallZone, duty: Actor, change: dict[str, Any]) -> None:
    switch(park, duty)
    signed = api.sign(report_id=drafted(park, duty).pk, edition=1, by=duty)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=signed.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=signed.pk).delete()
    acts: tuple[Callable[[], Any], ...] = (
        lambda: api.edit(report_id=signed.pk, edition=1, texts={"situation": "别的"}, by=duty),
        lambda: api.recount(report_id=signed.pk, edition=1, by=duty),
        lambda: api.sign(report_id=signed.pk, edition=1, by=duty),
        lambda: api.draft(due_id=signed.due_id, by=duty),
    )
    for act in acts:
        with pytest.raises(Conflict):
            act()


def test_a_draft_is_not_deleted_either(park: SmallZone, duty: Actor) -> None:
    switch(park, duty)
    report = drafted(park, duty)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).delete()


def test_a_correction_is_a_new_version_under_the_same_number(park: SmallZone, duty: Actor) -> None:
    switch(park, duty)
    first = api.sign(report_id=drafted(park, duty).pk, edition=1, by=duty)
    with pytest.raises(Invalid):
        api.correct(report_id=first.pk, reason=" ", by=duty)
    second = api.correct(report_id=first.pk, reason="到岗人数误记", by=duty)
    assert api.correct(report_id=first.pk, reason="又一次", by=duty).pk == second.pk
    assert second.version == 2
    assert second.situation == first.situation
    signed = api.sign(report_id=second.pk, edition=1, by=duty)
    assert signed.number_text == first.number_text
    first.refresh_from_db()
    assert first.state == "signed"
    assert [one.pk for one in api.latest_signed(park.zone)] == [signed.pk]
    api.make_dues()
    follow = api.draft(due_id=Due.objects.get(kind="follow", number=1).pk, by=duty)
    assert api.sign(report_id=follow.pk, edition=1, by=duty).number == 2


def test_the_difference_to_the_report_before_is_shown(park: SmallZone, duty: Actor) -> None:
    switch(park, duty)
    first = api.sign(report_id=drafted(park, duty).pk, edition=1, by=duty)
    assert all(one.before is None and one.change is None for one in api.compared(first))
    seat = Seat.objects.filter(closed_at__isnull=True).first()
    assert seat is not None
    command.acknowledge_by_phone(seat_id=seat.pk, by=duty)
    follow = api.draft(due_id=Due.objects.get(kind="follow", number=1).pk, by=duty)
    lines = {one.key: one for one in api.compared(follow)}
    assert lines["posts.confirmed"].change == 1
    assert lines["posts.filled"].change == 0
    rows = {one["key"]: one["values"] for one in api.series([first, follow])}
    assert rows["posts.confirmed"] == [0, 1]


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.DUTY_OFFICER, Role.LEADER)])
def test_who_may_not_sign(park: SmallZone, duty: Actor, role: Role) -> None:
    switch(park, duty)
    report = drafted(park, duty)
    with pytest.raises(Refused):
        api.sign(report_id=report.pk, edition=1, by=actor_with(role))


def test_a_leader_of_another_place_signs_nothing_and_sees_nothing(park: SmallZone, duty: Actor) -> None:
    switch(park, duty)
    report = drafted(park, duty)
    elsewhere = actor_with(Role.LEADER, path=park.firms[1].path)
    with pytest.raises(Refused):
        api.sign(report_id=report.pk, edition=1, by=elsewhere)
    assert not api.visible_to(elsewhere).exists()
    assert not api.dues_visible_to(elsewhere).exists()


def test_a_daily_report_may_be_written_on_a_day_that_asks_for_none(park: SmallZone, duty: Actor) -> None:
    report = api.draft_daily(zone=park.zone, by=duty)
    assert api.draft_daily(zone=park.zone, by=duty).pk == report.pk
    assert "平时" in report.situation
    assert api.sign(report_id=report.pk, edition=1, by=duty).number == 1
