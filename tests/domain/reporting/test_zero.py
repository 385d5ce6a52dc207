"""Zero reports: who must give one, one tap, calls typed in, urging, and what is not zero."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from pingzhan.domain.reporting import api
from pingzhan.domain.reporting.enums import Via
from pingzhan.domain.reporting.models import Due, ZeroEntry, ZeroLine
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from tests.domain.reporting.conftest import him, setting, switch
from tests.factories import SmallZone, actor_with
from tests.factories.small_zone import GROUPS, HEADS, MEMBERS, SPARE

pytestmark = pytest.mark.django_db


def still_today() -> None:
    """Set the hour of the report so that it is still to come today."""
    setting("zero_at", "23:59")
    if f"{localtime():%H:%M}" >= "23:59":
        pytest.skip("the minute before midnight")


@pytest.fixture
def zero(park: SmallZone, duty: Actor) -> Due:
    """Today's zero report of an emergency of the zone, whatever the time of day."""
    still_today()
    switch(park, duty)
    api.make_dues()
    due = api.zero_due(park.zone)
    assert due is not None
    return due


def line(due: Due, code: str) -> ZeroLine:
    return due.lines.get(code=code)


def test_every_group_and_enterprise_must_report_in_an_emergency(park: SmallZone, zero: Due) -> None:
    codes = set(zero.lines.filter(kind="group").values_list("code", flat=True))
    assert codes == {"leading", *GROUPS}
    firms = set(zero.lines.filter(kind="enterprise").values_list("unit_id", flat=True))
    assert firms == {firm.pk for firm in park.firms}
    missing = api.not_reported(park.zone)
    assert len(missing["group"]) == 7
    assert {one.name for one in missing["enterprise"]} == {firm.name for firm in park.firms}
    assert zero.due_at == localtime(zero.due_at).replace(hour=23, minute=59)


@pytest.mark.parametrize(
    ("who", "groups", "firms"), [("groups", 7, 0), ("enterprises", 0, 2), ("both", 7, 2)]
)
def test_settings_say_who_reports_in_routine(park: SmallZone, who: str, groups: int, firms: int) -> None:
    still_today()
    api.make_dues()
    assert api.zero_due(park.zone) is None
    setting("zero_routine", "1")
    setting("zero_who", who)
    api.make_dues()
    missing = api.not_reported(park.zone)
    assert (len(missing["group"]), len(missing["enterprise"])) == (groups, firms)


def test_an_order_for_one_enterprise_asks_that_enterprise(park: SmallZone, duty: Actor) -> None:
    still_today()
    switch(park, duty, unit=park.firms[0])
    api.make_dues()
    missing = api.not_reported(park.zone)
    assert missing["group"] == []
    assert [one.unit_id for one in missing["enterprise"]] == [park.firms[0].pk]


def test_an_emergency_after_the_fixed_hour_begins_with_the_next_day(park: SmallZone, duty: Actor) -> None:
    activation = switch(park, duty)
    start = localtime(activation.at)
    hour = (start - timedelta(minutes=1)).strftime("%H:%M")
    if hour > start.strftime("%H:%M"):
        pytest.skip("the minute after midnight")
    setting("zero_at", hour)
    api.make_dues()
    assert not Due.objects.filter(kind="zero").exists()
    api.make_dues(activation.at + timedelta(days=1))
    assert Due.objects.filter(kind="zero").count() == 1


def test_one_tap_by_the_member_of_a_group(park: SmallZone, zero: Due) -> None:
    one = line(zero, "medical")
    head = him(park, HEADS[list(GROUPS).index("medical")])
    done = api.report_zero(line_id=one.pk, by=head)
    assert done.value == 0
    assert done.reported_at is not None
    assert "medical" not in {row.code for row in api.not_reported(park.zone)["group"]}
    assert api.zero_count(zero).done == 1


def test_an_enterprise_reports_by_its_own_account(park: SmallZone, zero: Due) -> None:
    contact = actor_with(Role.COMPANY, path=park.firms[0].path)
    mine = list(api.own_lines_of(contact))
    assert [one.unit_id for one in mine] == [park.firms[0].pk]
    api.report_zero(line_id=mine[0].pk, by=contact)
    other = zero.lines.get(unit=park.firms[1])
    with pytest.raises(Refused):
        api.report_zero(line_id=other.pk, by=contact)
    assert not api.lines_visible_to(contact).filter(pk=other.pk).exists()


@pytest.mark.parametrize("role", list(Role))
def test_no_role_alone_gives_the_zero_report_of_a_group(park: SmallZone, zero: Due, role: Role) -> None:
    with pytest.raises(Refused):
        api.report_zero(line_id=line(zero, "testing").pk, by=actor_with(role))


def test_who_sits_in_another_group_or_in_none_does_not_report(park: SmallZone, zero: Due) -> None:
    for name in (MEMBERS[0], SPARE[0]):
        with pytest.raises(Refused):
            api.report_zero(line_id=line(zero, "medical").pk, by=him(park, name))


def test_a_call_is_typed_in_under_both_names(park: SmallZone, zero: Due, duty: Actor) -> None:
    one = line(zero, "medical")
    with pytest.raises(Invalid):
        api.report_zero(line_id=one.pk, by=duty, via=Via.PHONE)
    done = api.report_zero(line_id=one.pk, by=duty, via=Via.PHONE, caller="蓝田玉")
    assert "蓝田玉" in done.by_name
    assert "值班甲" in done.by_name
    assert done.via == "phone"
    with pytest.raises(Refused):
        api.report_zero(line_id=one.pk, by=actor_with(Role.LEADER), via=Via.PHONE, caller="蓝田玉")


def test_what_is_not_zero_needs_words_and_is_told_at_once(park: SmallZone, zero: Due, duty: Actor) -> None:
    one = line(zero, "medical")
    with pytest.raises(Invalid):
        api.report_zero(line_id=one.pk, by=duty, via=Via.PHONE, caller="蓝田玉", value=3)
    api.report_zero(line_id=one.pk, by=duty, via=Via.PHONE, caller="蓝田玉", value=3, note="发热三人")
    assert Notice.objects.filter(kind="zero_case").exists()
    assert api.zero_count(zero).cases == 1


def test_a_later_report_replaces_the_value_and_both_stay(park: SmallZone, zero: Due, duty: Actor) -> None:
    one = line(zero, "medical")
    first = api.report_zero(line_id=one.pk, by=duty, via=Via.PHONE, caller="蓝田玉")
    second = api.report_zero(
        line_id=one.pk, by=duty, via=Via.PHONE, caller="蓝田玉", value=1, note="发热一人"
    )
    assert second.first_at == first.first_at
    assert [entry.value for entry in one.entries.all()] == [0, 1]
    with pytest.raises(IntegrityError), transaction.atomic():
        ZeroEntry.objects.update(value=0)


def test_the_report_is_complete_when_the_last_is_in(park: SmallZone, zero: Due, duty: Actor) -> None:
    lines = list(zero.lines.all())
    for one in lines:
        zero.refresh_from_db()
        assert zero.done_at is None
        api.report_zero(line_id=one.pk, by=duty, via=Via.PHONE, caller="值守")
    zero.refresh_from_db()
    assert zero.done_at is not None
    assert api.not_reported(park.zone) == {"group": [], "enterprise": []}


def test_urging_tells_those_who_have_not_reported_and_not_twice_in_a_row(
    park: SmallZone, zero: Due, duty: Actor
) -> None:
    api.report_zero(line_id=line(zero, "medical").pk, by=duty, via=Via.PHONE, caller="蓝田玉")
    before = Notice.objects.count()
    done = api.urge(due_id=zero.pk, by=duty)
    # Seven groups less one can be reached; the enterprises of this small zone have nobody registered.
    assert (done.urged, done.recent, done.unreachable) == (6, 0, 2)
    told = set(Notice.objects.filter(kind="zero_urge").values_list("recipient", flat=True))
    assert park.people["蓝田玉"].pk not in told - {park.people[HEADS[5]].pk}
    assert Notice.objects.count() - before == done.notices == len(told)
    again = api.urge(due_id=zero.pk, by=duty)
    assert (again.urged, again.recent, again.notices) == (0, 6, 0)
    ZeroLine.objects.filter(urged_at__isnull=False).update(urged_at=zero.made_at - timedelta(minutes=6))
    only = line(zero, "testing")
    assert api.urge(due_id=zero.pk, by=duty, line_ids=[only.pk]).urged == 1
    only.refresh_from_db()
    assert only.urged == 2


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.DUTY_OFFICER, Role.CLERK)])
def test_who_may_not_urge(zero: Due, role: Role) -> None:
    with pytest.raises(Refused):
        api.urge(due_id=zero.pk, by=actor_with(role))


def test_only_those_who_are_missing_are_reminded(park: SmallZone, zero: Due, duty: Actor) -> None:
    api.report_zero(line_id=line(zero, "medical").pk, by=duty, via=Via.PHONE, caller="何以宁")
    api.remind_due(zero.due_at - timedelta(minutes=5))
    told = set(Notice.objects.filter(kind="zero_remind").values_list("recipient", flat=True))
    assert park.people[HEADS[list(GROUPS).index("medical")]].pk not in told
    assert park.people[HEADS[list(GROUPS).index("testing")]].pk in told


def test_a_late_report_is_counted_as_late(park: SmallZone, zero: Due, duty: Actor, now: datetime) -> None:
    Due.objects.filter(pk=zero.pk).update(due_at=now - timedelta(hours=1))
    zero.refresh_from_db()
    api.report_zero(line_id=line(zero, "medical").pk, by=duty, via=Via.PHONE, caller="何以宁")
    assert api.zero_count(zero).late == 1


def test_a_dropped_day_takes_no_report(park: SmallZone, zero: Due, duty: Actor) -> None:
    api.drop(due_id=zero.pk, reason="当日停报", by=duty)
    values: dict[str, Any] = {
        "line_id": line(zero, "medical").pk,
        "by": duty,
        "via": Via.PHONE,
        "caller": "某",
    }
    with pytest.raises(Conflict):
        api.report_zero(**values)
    api.make_dues()
    assert Due.objects.filter(kind="zero").count() == 1
