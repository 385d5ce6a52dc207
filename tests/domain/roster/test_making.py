"""A fair draft, edited, published; and shifts in force changed afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.domain.roster import api, events
from pingzhan.domain.roster.enums import ChangeKind, RosterStatus, ShiftRole
from pingzhan.domain.roster.models import PoolMember, Roster, Shift, ShiftChange
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.roster.conftest import DUTY_NAMES, HOUR, LEAD_NAMES, Lay, later
from tests.factories import SmallZone, actor_with

Setting = Callable[..., None]
DAY = timedelta(days=1)
REFUSED = [role for role in Role if role not in roles_with(Permission.MANAGE_ROSTER)]


def first_day() -> date:
    return timezone.localdate() + 2 * DAY


@pytest.fixture
def draft(park: SmallZone, pool: list[PoolMember], maker: Actor) -> Roster:
    return api.generate(zone=park.zone, first=first_day(), until=first_day() + 12 * DAY, by=maker)


def test_a_draft_is_whole_fair_and_not_in_force(park: SmallZone, draft: Roster) -> None:
    rows = list(draft.shifts.all())
    assert len(rows) == 24
    assert not any(row.in_force for row in rows)
    lead = Counter(row.person_id for row in rows if row.seat == 0)
    duty = Counter(row.person_id for row in rows if row.seat == 1)
    assert set(lead.values()) == {4}
    assert set(duty.values()) == {2}
    assert set(lead) == {park.people[name].pk for name in LEAD_NAMES}
    assert api.on_duty(park.zone).people == []
    assert api.drafts_of(park.zone).get() == draft


def test_leave_is_respected_and_what_nobody_can_take_stays_empty(
    park: SmallZone, pool: list[PoolMember], maker: Actor, setting: Setting
) -> None:
    for name in DUTY_NAMES[1:]:
        organisation.register_absence(
            person=park.people[name], kind=AbsenceKind.ILL, t0=later(0), t1=later(24 * 30), by=park.root
        )
    draft = api.generate(zone=park.zone, first=first_day(), until=first_day() + 4 * DAY, by=maker)
    taken = [row.person for row in draft.shifts.filter(seat=1).order_by("t0")]
    alone = park.people[DUTY_NAMES[0]]
    assert taken == [alone, None, alone, None]
    setting(rest_hours=0)
    again = api.generate(zone=park.zone, first=first_day(), until=first_day() + 4 * DAY, by=maker)
    assert [row.person for row in again.shifts.filter(seat=1)] == [alone] * 4


def test_what_was_done_before_counts(park: SmallZone, pool: list[PoolMember], maker: Actor, lay: Lay) -> None:
    for n, name in enumerate(DUTY_NAMES[:-1]):
        lay(name, -24 * (20 - n), -24 * (20 - n) + 12)
    PoolMember.objects.update(since=timezone.now() - 365 * DAY)
    draft = api.generate(zone=park.zone, first=first_day(), until=first_day() + DAY, by=maker)
    (row,) = draft.shifts.filter(seat=1)
    shares = {
        share.person.name: share
        for share in api.balance(park.zone, later(-24 * 40), later(0))
        if share.role == ShiftRole.DUTY
    }
    assert shares[DUTY_NAMES[-1]].total == 0
    assert row.person is not None
    assert shares[row.person.name].counts[api.day_class(row.day, {})] == 0


def test_who_joins_late_is_not_given_everything(
    park: SmallZone, pool: list[PoolMember], maker: Actor, lay: Lay
) -> None:
    for n in range(5):
        for m, name in enumerate(DUTY_NAMES[:-1]):
            lay(name, -24 * (60 - 7 * n - m), -24 * (60 - 7 * n - m) + 12)
    PoolMember.objects.exclude(person__name=DUTY_NAMES[-1]).update(since=timezone.now() - 365 * DAY)
    draft = api.generate(zone=park.zone, first=first_day(), until=first_day() + 12 * DAY, by=maker)
    late = draft.shifts.filter(seat=1, person__name=DUTY_NAMES[-1]).count()
    assert 1 <= late <= 4


def test_two_shifts_with_the_leader_for_the_whole_day(
    park: SmallZone, pool: list[PoolMember], maker: Actor, setting: Setting
) -> None:
    setting(shifts="two", officers=2, rest_hours=12)
    draft = api.generate(zone=park.zone, first=first_day(), until=first_day() + DAY, by=maker)
    rows = [
        (row.seat, row.part, round((row.t1 - row.t0) / HOUR)) for row in draft.shifts.order_by("seat", "t0")
    ]
    assert rows == [(0, "full", 24), (1, "day", 9), (1, "night", 15), (2, "day", 9), (2, "night", 15)]
    assert timezone.localtime(draft.shifts.get(seat=1, part="night").t0).strftime("%H:%M") == "17:30"


@pytest.mark.parametrize(
    ("first", "length", "code"), [(0, 0, "roster_period"), (0, 93, "roster_too_long"), (-9, 3, "roster_over")]
)
def test_a_period_that_will_not_do(
    park: SmallZone, pool: list[PoolMember], maker: Actor, first: int, length: int, code: str
) -> None:
    start = first_day() + first * DAY
    with pytest.raises(Invalid) as error:
        api.generate(zone=park.zone, first=start, until=start + length * DAY, by=maker)
    assert error.value.code == code
    assert not Roster.objects.exists()


def test_nobody_takes_turns(park: SmallZone, maker: Actor) -> None:
    with pytest.raises(Invalid) as error:
        api.generate(zone=park.zone, first=first_day(), until=first_day() + DAY, by=maker)
    assert error.value.code == "pool_empty"


@pytest.mark.django_db(transaction=True)
def test_publishing_puts_it_in_force_and_tells_each_once(
    park: SmallZone, draft: Roster, maker: Actor
) -> None:
    heard: list[events.DutyChanged] = []

    def hear(event: events.DutyChanged, **_more: object) -> None:
        heard.append(event)

    events.duty_changed.connect(hear)
    try:
        done = api.publish(roster_id=draft.pk, by=maker)
    finally:
        events.duty_changed.disconnect(hear)
    assert (done.status, done.published_by_id) == (RosterStatus.PUBLISHED, maker.user_id)
    assert Shift.objects.filter(in_force=True).count() == 24
    assert [len(event.shift_ids) for event in heard] == [24]
    told = Counter(Notice.objects.filter(kind="roster_published").values_list("recipient", flat=True))
    assert told == dict.fromkeys({row.person_id for row in draft.shifts.all()}, 1)
    assert ShiftChange.objects.filter(kind=ChangeKind.PUBLISHED).count() == 24
    last = AuditRecord.objects.order_by("-pk").first()
    assert last is not None
    assert (last.verb, last.body) == ("roster.publish", {"shifts": 24, "empty": 0, "replaced": 0})
    with pytest.raises(Conflict, match="已经发布"):
        api.publish(roster_id=draft.pk, by=maker)


def test_a_new_table_replaces_what_has_not_begun(park: SmallZone, draft: Roster, maker: Actor) -> None:
    api.publish(roster_id=draft.pk, by=maker)
    again = api.generate(zone=park.zone, first=first_day() + 6 * DAY, until=first_day() + 14 * DAY, by=maker)
    assert all(row.person_id for row in again.shifts.all())
    api.publish(roster_id=again.pk, by=maker)
    assert Shift.objects.filter(in_force=True).count() == 28
    assert ShiftChange.objects.filter(kind=ChangeKind.CANCELLED).count() == 12
    start = draft.shifts.earliest("t0").t0
    assert not [gap for gap in api.gaps(park.zone, at=start) if gap.severity == "bad"]


def test_what_has_begun_is_not_replaced(park: SmallZone, draft: Roster, maker: Actor, lay: Lay) -> None:
    lay("任知秋", -2, 24 * 10)
    with pytest.raises(Conflict) as error:
        api.publish(roster_id=draft.pk, by=maker)
    assert error.value.code == "shift_begun"
    assert Shift.objects.filter(in_force=True).count() == 1


def test_leave_registered_after_the_draft_stops_publishing(
    park: SmallZone, draft: Roster, maker: Actor
) -> None:
    row = draft.shifts.filter(seat=1).first()
    assert row is not None
    assert row.person is not None
    organisation.register_absence(person=row.person, kind=AbsenceKind.ILL, t0=row.t0, t1=row.t1, by=park.root)
    with pytest.raises(Conflict) as error:
        api.publish(roster_id=draft.pk, by=maker)
    assert error.value.code == "person_away"
    assert row.person.name in error.value.message
    api.assign(roster_id=draft.pk, people={row.pk: None}, by=maker)
    with pytest.raises(Conflict) as refused:
        api.assign(roster_id=draft.pk, people={row.pk: row.person}, by=maker)
    assert refused.value.code == "person_away"
    api.publish(roster_id=draft.pk, by=maker)
    assert Shift.objects.get(pk=row.pk).person is None


def test_a_draft_is_edited_and_nobody_is_twice_at_once(park: SmallZone, draft: Roster, maker: Actor) -> None:
    lead, duty = draft.shifts.filter(seat=0).first(), draft.shifts.filter(seat=1).first()
    assert lead is not None
    assert duty is not None
    assert lead.person is not None
    with pytest.raises(Conflict) as error:
        api.assign(roster_id=draft.pk, people={duty.pk: lead.person}, by=maker)
    assert error.value.code == "person_busy"
    assert Shift.objects.get(pk=duty.pk).person == duty.person
    # Two change places at the same hour in one go; what did not change is not counted.
    people = {lead.pk: duty.person, duty.pk: lead.person}
    assert api.assign(roster_id=draft.pk, people=people, by=maker) == 2
    assert Shift.objects.get(pk=duty.pk).person == lead.person
    people = {lead.pk: duty.person, duty.pk: park.people["桑晓风"]}
    assert api.assign(roster_id=draft.pk, people=people, by=maker) == 1
    other = api.generate(zone=park.zone, first=first_day(), until=first_day() + DAY, by=maker)
    with pytest.raises(NotFound):
        api.assign(roster_id=other.pk, people={duty.pk: None}, by=maker)


def test_a_draft_is_given_up(park: SmallZone, draft: Roster, maker: Actor) -> None:
    api.discard(roster_id=draft.pk, by=maker)
    draft.refresh_from_db()
    assert draft.status == RosterStatus.DISCARDED
    assert not Shift.objects.exists()


@pytest.mark.parametrize("role", REFUSED)
def test_roles_that_may_not_make_a_roster(park: SmallZone, draft: Roster, role: Role, lay: Lay) -> None:
    by = actor_with(role, path=park.zone.path)
    shift = lay("任知秋", -2, 10)
    row = draft.shifts.first()
    assert row is not None
    tries: list[Callable[[], object]] = [
        lambda: api.generate(zone=park.zone, first=first_day(), until=first_day() + DAY, by=by),
        lambda: api.assign(roster_id=draft.pk, people={row.pk: None}, by=by),
        lambda: api.publish(roster_id=draft.pk, by=by),
        lambda: api.discard(roster_id=draft.pk, by=by),
        lambda: api.substitute(shift_id=shift.pk, person=park.people["桑晓风"], reason="病", by=by),
        lambda: api.cancel_shift(shift_id=shift.pk, reason="病", by=by),
        lambda: api.add_shift(
            zone=park.zone, seat=1, t0=later(90), t1=later(99), person=None, reason="缺", by=by
        ),
        lambda: api.add_member(zone=park.zone, role=ShiftRole.DUTY, person=park.people["桑晓风"], by=by),
    ]
    for attempt in tries:
        with pytest.raises(Refused):
            attempt()
    assert not api.rosters_visible_to(by).exists()


def test_a_substitute_is_put_in_and_both_are_told(park: SmallZone, maker: Actor, lay: Lay) -> None:
    shift = lay("梅映雪", 3, 27)
    api.substitute(shift_id=shift.pk, person=park.people["倪清和"], reason="  发烧 \n 就医", by=maker)
    shift.refresh_from_db()
    assert shift.person == park.people["倪清和"]
    change = ShiftChange.objects.get()
    assert (change.kind, change.before, change.after, change.reason) == (
        ChangeKind.SUBSTITUTED, park.people["梅映雪"], park.people["倪清和"], "发烧 就医",
    )  # fmt: skip
    told = set(Notice.objects.values_list("recipient", flat=True))
    assert told == {park.people["梅映雪"].pk, park.people["倪清和"].pk}
    record = AuditRecord.objects.get(verb="roster.substitute")
    assert "发烧" not in str(record.body)


@pytest.mark.parametrize(
    ("why", "code"), [("over", "shift_over"), ("same", "same_person"), ("busy", "person_busy"),
                      ("away", "person_away"), ("left", "not_in_service"), ("reason", "reason")],
)  # fmt: skip
def test_a_substitute_that_will_not_do(park: SmallZone, maker: Actor, lay: Lay, why: str, code: str) -> None:
    shift = lay("梅映雪", *((-30, -6) if why == "over" else (3, 27)))
    other = park.people["梅映雪" if why == "same" else "倪清和"]
    if why == "busy":
        lay("倪清和", 20, 40, seat=2)
    if why == "away":
        organisation.register_absence(
            person=other, kind=AbsenceKind.TRAVEL, t0=later(20), t1=later(40), by=park.root
        )
    if why == "left":
        organisation.change_person(person=other, name=other.name, title="", active=False, by=park.root)
        other.refresh_from_db()
    with pytest.raises((Conflict, Invalid)) as error:
        api.substitute(shift_id=shift.pk, person=other, reason=" " if why == "reason" else "病", by=maker)
    assert error.value.code == code
    shift.refresh_from_db()
    assert shift.person == park.people["梅映雪"]


def test_a_missing_shift_is_added_and_an_unneeded_one_cancelled(
    park: SmallZone, maker: Actor, lay: Lay
) -> None:
    lay("安若水", -1, 80, seat=0)
    lay("梅映雪", -1, 20)
    lay("倪清和", 26, 80)
    (gap,) = api.gaps(park.zone)
    made = api.add_shift(
        zone=park.zone, seat=1, t0=gap.t0, t1=gap.t1, person=park.people["欧阳溪"], reason="补缺", by=maker
    )
    assert api.gaps(park.zone) == []
    with pytest.raises(Conflict) as error:
        api.add_shift(
            zone=park.zone, seat=1, t0=gap.t0, t1=gap.t1, person=park.people["任知秋"], reason="补", by=maker
        )
    assert error.value.code == "shift_seat_once"
    assert "已有排班" in error.value.message
    api.cancel_shift(shift_id=made.pk, reason="不需要", by=maker)
    assert [one.kind for one in api.gaps(park.zone)] == [gap.kind]
    running = Shift.objects.filter(in_force=True, person__name="梅映雪").get()
    with pytest.raises(Conflict) as begun:
        api.cancel_shift(shift_id=running.pk, reason="不需要", by=maker)
    assert begun.value.code == "shift_begun"


def test_choices_put_who_is_free_and_has_done_least_first(
    park: SmallZone, pool: list[PoolMember], maker: Actor, lay: Lay
) -> None:
    PoolMember.objects.update(since=timezone.now() - 365 * DAY)
    shift = lay("梅映雪", 48, 72)
    lay("倪清和", 60, 80, seat=2)
    lay("欧阳溪", 20, 40)
    lay("潘怀远", -90, -66)
    organisation.register_absence(
        person=park.people["祁连山"], kind=AbsenceKind.ILL, t0=later(50), t1=later(60), by=park.root
    )
    found = {one.person.name: one.why for one in api.choices(park.zone, shift)}
    assert found == {
        "任知秋": None, "潘怀远": None, "倪清和": api.Why.BUSY, "欧阳溪": api.Why.REST, "祁连山": api.Why.AWAY,
    }  # fmt: skip
    assert next(iter(found)) == "任知秋"


MOMENT = st.integers(0, 24 * 14)


@given(spans=st.lists(st.tuples(MOMENT, st.integers(1, 24 * 4), st.integers(0, 2)), max_size=4))
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_is_generated_can_always_be_published(
    park: SmallZone, pool: list[PoolMember], maker: Actor, spans: list[tuple[int, int, int]]
) -> None:
    """Whatever duty the people have already: the constraints of the database never refuse a draft."""
    Shift.objects.all().update(in_force=False)
    base = timezone.make_aware(datetime.combine(first_day(), datetime.min.time()))
    for n, (start, length, who) in enumerate(spans):
        t0 = base + start * HOUR
        person = park.people[DUTY_NAMES[who]]
        if not Shift.objects.filter(
            in_force=True, person=person, t0__lt=t0 + length * HOUR, t1__gt=t0
        ).exists():
            # Duty in another seat that the table does not touch.
            seat_free = not Shift.objects.filter(
                in_force=True, seat=2, t0__lt=t0 + length * HOUR, t1__gt=t0
            ).exists()
            if seat_free:
                Shift.objects.create(
                    zone=park.zone, seat=2, day=first_day(), t0=t0, t1=t0 + length * HOUR,
                    person=person, in_force=True, part="other",
                )  # fmt: skip
        del n
    draft = api.generate(zone=park.zone, first=first_day(), until=first_day() + 14 * DAY, by=maker)
    api.publish(roster_id=draft.pk, by=maker)
    assert Shift.objects.filter(in_force=True, roster=draft).count() == 28
