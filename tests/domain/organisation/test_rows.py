"""The rows the switch reads: right, in a fixed number of queries, and fast."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from pingzhan.domain.organisation import api, events
from pingzhan.domain.organisation.enums import AbsenceKind, Channel, GroupKind
from pingzhan.domain.organisation.models import (
    Absence,
    Group,
    Holding,
    Person,
    Post,
    StructureVersion,
)
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.accounts.models import User
from pingzhan.kernel.errors import Conflict, Invalid, Refused

from .conftest import with_role


@pytest.fixture
def large(zone: Unit, organiser: Actor) -> StructureVersion:
    """1,000 officials on 1,200 posts in 20 groups."""
    version = api.create_draft(zone=zone, title="大型", by=organiser)
    groups = Group.objects.bulk_create(
        Group(version=version, code=f"g{n}", name=f"第{n}组", kind=GroupKind.WORK, sort=n) for n in range(20)
    )
    people = Person.objects.bulk_create(Person(name=f"甲{n}", home_unit=zone) for n in range(1000))
    posts = Post.objects.bulk_create(
        Post(version=version, group=groups[n % 20], code=f"p{n}", name=f"岗{n}", unit=zone, sort=n)
        for n in range(1200)
    )
    Holding.objects.bulk_create(
        Holding(post=post, seat_no=1, rank=rank, person=people[(n + rank) % 1000])
        for n, post in enumerate(posts)
        for rank in (0, 1)
    )
    return version


def test_rows_of_a_large_structure(large: StructureVersion, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        posts = api.post_rows(large.pk)
        holdings = api.holding_rows(large.pk)
    assert (len(posts), len(holdings)) == (1200, 2400)
    assert posts[0].code == "p0"
    assert [(row.rank) for row in holdings[:2]] == [0, 1]


def test_absence_is_half_open_by_the_database_clock(
    zone: Unit, people: list[Person], organiser: Actor
) -> None:
    now = datetime.now(UTC)
    api.register_absence(
        person=people[0], kind=AbsenceKind.LEAVE, t0=now, t1=now + timedelta(hours=2), by=organiser
    )
    assert api.absent_ids(now) == {people[0].pk}
    assert api.absent_ids(now + timedelta(hours=2)) == set()
    assert api.absent_ids() == {people[0].pk}
    absence = api.absences_of(zone).get()
    api.cancel_absence(absence=absence, by=organiser)
    assert api.absent_ids(now) == set()


def test_absence_must_not_be_empty(people: list[Person], organiser: Actor) -> None:
    now = datetime.now(UTC)
    with pytest.raises(Invalid, match="晚于开始时间"):
        api.register_absence(person=people[0], kind=AbsenceKind.ILL, t0=now, t1=now, by=organiser)


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in roles_with(Permission.REGISTER_ABSENCE)]
)
def test_roles_that_may_not_register_absences(people: list[Person], organiser: Actor, role: Role) -> None:
    now = datetime.now(UTC)
    by = with_role(role)
    with pytest.raises(Refused):
        api.register_absence(person=people[0], kind=AbsenceKind.ILL, t0=now, t1=now + timedelta(1), by=by)
    absence = Absence.objects.create(person=people[0], kind="ill", t0=now, t1=now + timedelta(1))
    with pytest.raises(Refused):
        api.cancel_absence(absence=absence, by=by)


@pytest.mark.django_db(transaction=True)
def test_changes_of_people_are_told_after_commit(zone: Unit, people: list[Person], organiser: Actor) -> None:
    heard: list[events.PeopleChanged] = []

    def hear(event: events.PeopleChanged, **_more: Any) -> None:
        heard.append(event)

    events.people_changed.connect(hear)
    try:
        with transaction.atomic():
            api.add_contact(person=people[0], channel=Channel.PHONE, address="13900000000", by=organiser)
            api.set_responsible(unit=zone, person=people[1], by=organiser)
            api.set_responsible(unit=zone, person=people[2], by=organiser)
    finally:
        events.people_changed.disconnect(hear)
    # One transaction tells once, however many changes it makes.
    assert [(event.unit_path, event.person_ids) for event in heard] == [
        (zone.path, (people[0].pk, people[1].pk, people[2].pk))
    ]


def test_who_can_be_reached(zone: Unit, people: list[Person], organiser: Actor) -> None:
    user = User.objects.create_user("gan", name="安若水")
    api.link_account(person=people[0], user=user, by=organiser)
    api.add_contact(person=people[1], channel=Channel.PHONE, address="13900000000", by=organiser)
    reachable = {row.id for row in api.person_rows(zone.path) if row.reachable}
    assert reachable == {people[0].pk, people[1].pk}
    assert api.unreachable_ids() == {person.pk for person in people[2:]}
    assert api.contacts_of(people[1].pk) == [("phone", "13900000000")]


def test_the_actor_of_an_account_is_its_person(people: list[Person], organiser: Actor) -> None:
    user = User.objects.create_user("gan", name="安若水")
    api.link_account(person=people[0], user=user, by=organiser)
    assert actor_of(user).person_id == people[0].pk
    assert api.user_of_person(people[0].pk) == user.pk
    with pytest.raises(Conflict, match="另一名人员"):
        api.link_account(person=people[1], user=user, by=organiser)


def test_persons_out_of_service_are_not_listed(zone: Unit, people: list[Person], organiser: Actor) -> None:
    api.change_person(person=people[0], name="安若水", title="退休", active=False, by=organiser)
    assert people[0].pk not in api.official_ids(zone.path)
    assert people[0].pk not in {row.id for row in api.person_rows()}


def test_names_sort_by_their_reading(zone: Unit, people: list[Person]) -> None:
    assert [row.name for row in api.person_rows(zone.path)] == [
        "安若水",
        "白景行",
        "程与之",
        "戴望舒远",
        "方可行",
        "葛明达",
        "何以宁",
        "简而清",
    ]
