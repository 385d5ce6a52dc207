"""提级指挥: the level above commands, ours is deputy, posts stay; handed back or over with the emergency."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pingzhan.domain.command import api, rights
from pingzhan.domain.command.dutyset import GroupLike
from pingzhan.domain.command.models import CommandTenure, Seat
from pingzhan.domain.organisation.enums import PersonKind
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.roles import Permission, Role
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from tests.domain.command.conftest import ending, order
from tests.factories import SmallZone, actor_with

Sound = Callable[[], None]
CHIEF = api.Newcomer("宗元亮", "市疫情防控指挥部副指挥长", "13900008888")


def seats() -> set[tuple[int, int]]:
    return set(Seat.objects.filter(closed_at=None).values_list("id", "person"))


def test_upper_level_commands_and_ours_becomes_deputy(park: SmallZone, duty: Actor, sound: Sound) -> None:
    api.order_switch(order=order(park), by=duty)
    before = seats()
    old = api.chain_of_command(park.zone)
    assert old.commander is not None
    assert (old.acting, old.upper) == (True, False)
    tenure = api.take_command(unit=park.zone, person=CHIEF, note="力量和在办事项已交接", by=duty)
    sound()
    assert seats() == before
    now = api.chain_of_command(park.zone)
    assert now.commander is not None
    assert (now.commander.name, now.acting, now.upper) == ("宗元亮", False, True)
    assert now.commander.phone == CHIEF.phone
    assert now.next[0].name == "安若水"
    person = Person.objects.get(pk=tenure.person_id)
    assert (person.kind, person.title) == (PersonKind.OTHER, CHIEF.title)
    ended = CommandTenure.objects.get(person=old.commander.person_id, ended_at__isnull=False)
    assert ended.handover_note == "力量和在办事项已交接"
    told = dict(Notice.objects.filter(kind="command").values_list("recipient", "title"))
    assert set(told) == {person.pk, old.commander.person_id}
    assert "副职" in told[old.commander.person_id]
    assert api.band_data(park.zone).upper


def test_it_lasts_through_confirmation_level_and_nested_orders_until_handed_back(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    api.order_switch(order=order(park, level=3), by=duty)
    api.take_command(unit=park.zone, person=CHIEF, note="交接", by=duty)
    head = Seat.objects.get(closed_at=None, post_code="leading.head")
    api.acknowledge_by_phone(seat_id=head.pk, by=duty)
    api.order_switch(order=order(park, key="k2", level=1), by=duty)
    api.order_switch(order=order(park, key="f", unit=park.firms[0], level=2), by=duty)
    sound()
    assert [(one.unit_id, one.person.name, one.upper) for one in api.tenures_in_force(park.zone)] == [
        (park.zone.pk, "宗元亮", True),
        (park.firms[0].pk, "宗元亮", False),
    ]
    back = api.hand_back(unit=park.zone, note="已稳定", by=duty)
    sound()
    assert back is not None
    assert (back.person.name, back.acting) == ("安若水", False)
    assert {one.person.name for one in api.tenures_in_force(park.zone)} == {"安若水"}
    assert Notice.objects.filter(kind="command", recipient=head.person_id, title__contains="交回").exists()


def test_it_ends_with_the_emergency_of_its_scope(park: SmallZone, duty: Actor, sound: Sound) -> None:
    firm = park.firms[0]
    api.order_switch(order=order(park, key="f", unit=firm, level=3), by=duty)
    api.order_switch(order=order(park, level=2), by=duty)
    api.take_command(unit=park.zone, person=CHIEF, note="交接", by=duty)
    api.stand_down(order=ending(park), by=duty)
    sound()
    assert [(one.unit_id, one.upper) for one in api.tenures_in_force(park.zone)] == [(firm.pk, False)]
    assert api.tenures_in_force(park.zone)[0].person.name != "宗元亮"


def test_same_person_again_and_the_next_one(park: SmallZone, duty: Actor, sound: Sound) -> None:
    api.order_switch(order=order(park), by=duty)
    first = api.take_command(unit=park.zone, person=CHIEF, note="交接", by=duty)
    again = api.take_command(unit=park.zone, person=first.person, note="再登记", by=duty)
    assert again.pk == first.pk
    second = api.take_command(unit=park.zone, person=api.Newcomer("褚望舒"), note="换班", by=duty)
    sound()
    assert CommandTenure.objects.get(ended_at=None, unit=park.zone).pk == second.pk
    first.refresh_from_db()
    assert first.handover_note == "换班"


def test_refused_takeovers(park: SmallZone, duty: Actor) -> None:
    with pytest.raises(Conflict) as caught:
        api.take_command(unit=park.zone, person=CHIEF, note="交接", by=duty)
    assert caught.value.code == "not_active"
    api.order_switch(order=order(park), by=duty)
    for role in Role:
        if role not in (Role.DUTY_OFFICER, Role.LEADER):
            with pytest.raises(Refused):
                api.take_command(unit=park.zone, person=CHIEF, note="交接", by=actor_with(role))
            with pytest.raises(Refused):
                api.hand_back(unit=park.zone, note="交接", by=actor_with(role))
    with pytest.raises(Invalid):
        api.take_command(unit=park.zone, person=CHIEF, note=" ", by=duty)
    with pytest.raises(Invalid) as wrong:
        api.take_command(unit=park.zone, person=park.people["安若水"], note="交接", by=duty)
    assert wrong.value.code == "own_level"
    gone = park.people["桑晓风"]
    Person.objects.filter(pk=gone.pk).update(active=False)
    gone.refresh_from_db()
    with pytest.raises(Invalid):
        api.take_command(unit=park.zone, person=gone, note="交接", by=duty)
    with pytest.raises(Conflict) as nothing:
        api.hand_back(unit=park.zone, note="交接", by=duty)
    assert nothing.value.code == "not_taken"
    assert not CommandTenure.objects.filter(upper=True).exists()


def chief_with_account(tenure: CommandTenure) -> User:
    account = User.objects.create_user("upper", name=CHIEF.name)
    Person.objects.filter(pk=tenure.person_id).update(account=account)
    return account


def test_he_has_the_rights_of_the_commanders_post_until_he_hands_back(park: SmallZone, duty: Actor) -> None:
    api.order_switch(order=order(park), by=duty)
    tenure = api.take_command(unit=park.zone, person=CHIEF, note="交接", by=duty)
    account = chief_with_account(tenure)
    head = Seat.objects.select_related("post__group").get(closed_at=None, post_code="leading.head")
    assert head.post is not None
    group = head.post.group
    wanted, _clauses = rights.permissions_of(GroupLike(group.code, group.name, group.kind), head.post.role)

    chief = actor_of(account)
    assert wanted >= {Permission.ORDER_SWITCH, Permission.ISSUE_ORDERS, Permission.SIGN_REPORTS}
    assert {one for one in Permission if chief.has(one, park.firms[0].path)} == set(wanted)
    assert not any(chief.has(one, "/99999/") for one in Permission), "nothing outside what he commands"
    ((_person, name, user, permissions, path, _why),) = [
        one for one in rights.over_unit(park.firms[0].path) if one[0] == tenure.person_id
    ]
    assert (name, user, set(permissions), path) == (CHIEF.name, account.pk, set(wanted), park.zone.path)

    api.order_switch(order=order(park, key="worse", level=1), by=chief)
    assert actor_of(account).has(Permission.ORDER_SWITCH, park.zone.path), "a new level does not end it"
    api.hand_back(unit=park.zone, note="交回", by=chief)
    later = actor_of(account)
    refused = [one for one in Permission if not later.has(one, park.zone.path)]
    assert set(refused) == set(Permission)
    with pytest.raises(Refused):
        api.take_command(unit=park.zone, person=CHIEF, note="交接", by=later)


def test_command_in_a_drill_and_after_the_end_permits_nothing(park: SmallZone, duty: Actor) -> None:
    api.order_switch(order=order(park), by=duty)
    tenure = api.take_command(unit=park.zone, person=CHIEF, note="交接", by=duty)
    account = chief_with_account(tenure)
    CommandTenure.objects.filter(pk=tenure.pk).update(world=7)
    assert not any(actor_of(account).has(one, park.zone.path) for one in Permission)
    CommandTenure.objects.filter(pk=tenure.pk).update(world=0)
    assert actor_of(account).has(Permission.ORDER_SWITCH, park.zone.path)
    api.stand_down(order=ending(park), by=duty)
    assert not any(actor_of(account).has(one, park.zone.path) for one in Permission)
