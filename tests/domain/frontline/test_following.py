"""下沉一线: places of all officials, in force with the switch, over with the stand-down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Seat, Task
from pingzhan.domain.frontline import api
from pingzhan.domain.frontline.actions.following import follow
from pingzhan.domain.frontline.enums import EndReason, PlaceSource
from pingzhan.domain.frontline.models import Place, Posting
from pingzhan.domain.frontline.settings import arrive_minutes
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.command.conftest import ending, offending, order
from tests.domain.frontline.conftest import him
from tests.factories import SmallZone, actor_with


def sent(park: SmallZone, world: int = 0) -> dict[str, str]:
    """Unit codes by name of who is sent where now."""
    return dict(
        Posting.objects.filter(zone=park.zone, world=world, ended_at__isnull=True).values_list(
            "person__name", "unit__code"
        )
    )


def away(park: SmallZone, name: str) -> None:
    now = timezone.now()
    organisation.register_absence(
        person=park.people[name],
        kind=AbsenceKind.ILL,
        t0=now - timedelta(hours=1),
        t1=now + timedelta(days=2),
        by=park.root,
    )


def test_every_official_has_a_place_but_the_commander(park: SmallZone) -> None:
    places = {one.person.name: one for one in api.places(park.zone)}
    assert set(places) == set(park.people) - {"安若水"}
    assert (places["梅映雪"].unit.code, places["梅映雪"].source) == ("F1", PlaceSource.RESPONSIBLE)
    counts = dict.fromkeys(("F1", "F2", "F3"), 0)
    for one in places.values():
        counts[one.unit.code] += 1
    assert counts["F1"] < counts["F2"] < counts["F3"]
    assert api.refresh_places(zone=park.zone, by=park.root) == {"made": 0, "changed": 0, "removed": 0}


def test_switch_sends_everybody_and_stand_down_ends_it(park: SmallZone, duty: Actor) -> None:
    command.order_switch(order=order(park), by=duty)
    plan = dict(Place.objects.values_list("person__name", "unit__code"))
    assert sent(park) == plan
    tasks = Task.objects.filter(duty_code__startswith="person.front.")
    assert tasks.count() == len(plan)
    assert set(tasks.values_list("owner_seat__person__name", flat=True)) == set(plan)
    assert {"桑晓风", "谈云起"} <= set(
        tasks.filter(owner_seat__post_code=command.POOL_CODE).values_list(
            "owner_seat__person__name", flat=True
        )
    )
    assert not Notice.objects.filter(kind__in=["front_go", "front_end"]).exists()
    command.stand_down(order=ending(park), by=duty)
    assert sent(park) == {}
    assert set(Posting.objects.values_list("ended_reason", flat=True)) == {EndReason.STOOD_DOWN}
    assert set(tasks.values_list("state", flat=True)) == {"cancelled"}
    assert offending() == {}


def test_stand_down_asks_nothing_about_the_front_line(park: SmallZone, duty: Actor) -> None:
    command.order_switch(order=order(park), by=duty)
    Task.objects.filter(state="open").exclude(duty_code__startswith="person.").update(
        state="closed", done_at=timezone.now()
    )
    assert command.preview_stand_down(order=ending(park), by=duty).task_groups == ()


def test_level_change_and_repetition_change_nothing(park: SmallZone, duty: Actor) -> None:
    command.order_switch(order=order(park, level=4, key="one"), by=duty)
    before = list(Posting.objects.values_list("id", "given_at"))
    command.order_switch(order=order(park, level=2, key="two"), by=duty)
    assert list(Posting.objects.values_list("id", "given_at")) == before
    assert api.follow_zone(zone=park.zone, world=0, by=park.root) == {"given": 0, "ended": 0}
    live = Task.objects.filter(duty_code__startswith="person.front.", state="open")
    assert live.count() == len(before)
    assert offending() == {}


def test_one_enterprise_calls_only_its_own(park: SmallZone, duty: Actor) -> None:
    command.order_switch(order=order(park, unit=park.firms[0]), by=duty)
    assert set(sent(park).values()) == {"F1"}
    people = set(Posting.objects.values_list("person_id", flat=True))
    told = set(Notice.objects.filter(kind="front_go").values_list("recipient", flat=True)) | set(
        Notice.objects.filter(kind="order", subject_id__in=Posting.objects.values("seat")).values_list(
            "recipient", flat=True
        )
    )
    assert people <= told
    command.stand_down(order=ending(park, unit=park.firms[0]), by=duty)
    assert sent(park) == {}
    assert offending() == {}


@pytest.mark.django_db(transaction=True)
def test_place_of_somebody_on_leave_falls_to_the_substitute(park: SmallZone, duty: Actor) -> None:
    f1, mei, pan = park.firms[0], park.people["梅映雪"], park.people["潘怀远"]
    api.adopt(zone=park.zone, lines=[api.ResponsibleChange(f1.pk, 1, pan.pk, None)], by=duty)
    for person in Place.objects.filter(unit=f1).exclude(person=mei).values_list("person_id", flat=True):
        api.set_place(zone=park.zone, person_id=person, unit_id=park.firms[1].pk, by=duty)
    command.order_switch(order=order(park), by=duty)
    assert sent(park)["梅映雪"] == "F1"
    away(park, "梅映雪")
    rows = {
        (one.person.name, one.unit.code): one.stands_in_for_id
        for one in Posting.objects.filter(ended_at__isnull=True).select_related("person", "unit")
    }
    assert rows["潘怀远", "F1"] == mei.pk
    assert rows["潘怀远", "F2"] is None
    assert ("梅映雪", "F1") not in rows
    assert Posting.objects.get(person=mei).ended_reason == EndReason.AWAY


def test_stand_ins_are_written_with_the_switch_itself(park: SmallZone, duty: Actor) -> None:
    f1, mei, pan = park.firms[0], park.people["梅映雪"], park.people["潘怀远"]
    api.adopt(zone=park.zone, lines=[api.ResponsibleChange(f1.pk, 1, pan.pk, None)], by=duty)
    Place.objects.filter(unit=f1).exclude(person=mei).update(unit=park.firms[1])
    away(park, "梅映雪")
    command.order_switch(order=order(park), by=duty)
    assert Posting.objects.get(unit=f1).stands_in_for_id == mei.pk


@pytest.mark.django_db(transaction=True)
def test_choice_by_hand_stays_and_moves_at_once(park: SmallZone, duty: Actor) -> None:
    command.order_switch(order=order(park), by=duty)
    tan, f1 = park.people["谈云起"], park.firms[0]
    was = Posting.objects.get(person=tan)
    target = next(unit for unit in park.firms if unit.pk != was.unit_id)
    api.set_place(zone=park.zone, person_id=tan.pk, unit_id=target.pk, by=duty, duty="守大门", leads=True)
    assert sent(park)["谈云起"] == target.code
    was.refresh_from_db()
    assert was.ended_reason == EndReason.MOVED
    live = Task.objects.get(owner_seat__person=tan, duty_code__startswith="person.front.", state="open")
    assert live.title.endswith("守大门")
    assert Notice.objects.filter(recipient=tan.pk, kind="front_go").count() == 1
    assert api.refresh_places(zone=park.zone, by=park.root) == {"made": 0, "changed": 0, "removed": 0}
    api.set_place(zone=park.zone, person_id=tan.pk, unit_id=None, by=duty)
    assert Place.objects.get(person=tan).source == PlaceSource.ASSIGNED
    with pytest.raises(Invalid):
        api.set_place(zone=park.zone, person_id=tan.pk, unit_id=park.area.pk, by=duty)
    with pytest.raises(NotFound):
        api.set_place(zone=park.zone, person_id=10**9, unit_id=f1.pk, by=duty)


@pytest.mark.parametrize("role", [one for one in Role if one not in roles_with(Permission.ASSIGN_OFFICIALS)])
def test_who_may_not_choose_places(park: SmallZone, role: Role) -> None:
    with pytest.raises(Refused):
        api.set_place(
            zone=park.zone,
            person_id=park.people["谈云起"].pk,
            unit_id=park.firms[0].pk,
            by=actor_with(role),
        )


def test_arrival_is_reported_by_himself_or_by_telephone(park: SmallZone, duty: Actor) -> None:
    command.order_switch(order=order(park), by=duty)
    mine, other = (Posting.objects.get(person__name=name) for name in ("谈云起", "桑晓风"))
    tan = him(park, "谈云起")
    with pytest.raises(NotFound):
        api.arrive_at_front(posting_id=other.pk, by=tan)
    done = api.arrive_at_front(posting_id=mine.pk, by=tan)
    assert (done.arrived_via, done.arrived_by) == ("self", tan.name)
    assert api.arrive_at_front(posting_id=mine.pk, by=duty).arrived_via == "self"
    assert Task.objects.get(owner_seat=mine.seat_id, duty_code__startswith="person.").state == "closed"
    assert api.arrive_at_front(posting_id=other.pk, by=duty).arrived_via == "phone"
    found = api.presence(park.zone)
    assert (found.arrived, found.sent) == (2, len(park.people) - 1)
    assert next(line.state for line in found.lines) == "waiting"
    command.stand_down(order=ending(park), by=duty)
    with pytest.raises(Conflict):
        api.arrive_at_front(posting_id=mine.pk, by=duty)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.CLERK, Role.COMPANY, Role.SYSTEM_ADMIN, Role.OFFICIAL])
def test_who_may_not_report_an_arrival(park: SmallZone, duty: Actor, role: Role) -> None:
    command.order_switch(order=order(park), by=duty)
    one = Posting.objects.first()
    assert one is not None
    with pytest.raises(NotFound):
        api.arrive_at_front(posting_id=one.pk, by=actor_with(role))


def test_units_without_anybody_come_first(park: SmallZone, duty: Actor) -> None:
    Place.objects.filter(unit=park.firms[2]).update(unit=park.firms[1])
    command.order_switch(order=order(park), by=duty)
    found = api.presence(park.zone)
    assert next((line.unit.code, line.state) for line in found.lines) == ("F3", "nobody")
    assert (found.nobody, found.waiting) == (1, 2)


def test_drill_has_postings_of_its_own(park: SmallZone, duty: Actor) -> None:
    command.order_switch(order=order(park, world=7), by=duty)
    assert sent(park) == {}
    assert len(sent(park, 7)) == len(park.people) - 1
    assert set(
        Task.objects.filter(duty_code__startswith="person.front.").values_list("world", flat=True)
    ) == {7}
    assert api.presence(park.zone).lines == ()
    assert offending() == {}


def test_order_notice_says_where_to_go(park: SmallZone, duty: Actor) -> None:
    from pingzhan.domain.command.notices import render_seats

    command.order_switch(order=order(park), by=duty)
    seat = Seat.objects.get(person__name="谈云起", closed_at__isnull=True)
    notice = Notice.objects.get(subject_kind="seat", subject_id=seat.pk, kind="order")
    unit = Posting.objects.get(person__name="谈云起").unit.name
    assert f"下沉一线\uff1a到{unit}\u3002" in render_seats([notice])[notice.pk].body


def test_statements_do_not_grow_with_the_officials(
    park: SmallZone, duty: Actor, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inside the switch: one SELECT, one INSERT of postings, one of tasks, and the announcement."""
    seen: list[Any] = []
    monkeypatch.setattr(
        "pingzhan.domain.command.actions.followers._followers", {"spy": lambda *args: seen.append(args)}
    )
    command.order_switch(order=order(park), by=duty)
    arrive_minutes()  # a setting is read again only after some seconds
    with django_assert_num_queries(4):
        follow(*seen[0])
    assert len(sent(park)) == len(park.people) - 1
