"""Whom an order reaches: posts follow the seat, groups their head, enterprises their contact; one text to many."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.db import connections
from django.db.models import Count, Max, Min
from pytest_django import DjangoAssertNumQueries

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Seat
from pingzhan.domain.orders import api
from pingzhan.domain.orders.models import Batch, Order
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import AbsenceKind, PersonKind
from pingzhan.domain.organisation.models import Person, Post
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages import DRILL_PREFIX
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Invalid, Refused
from tests.domain.command.conftest import ending
from tests.domain.command.park import GroupSpec, PostSpec, make_persons, make_unit, make_version
from tests.domain.orders.conftest import HOUR, Give, him
from tests.factories import SmallZone, account, actor_with, small_zone


def leads(order: Order) -> list[str]:
    return [one.name for one in api.owners_of([order]) if one.role == "lead"]


def told(order: Order, kind: str) -> set[str]:
    people = Notice.objects.filter(subject_kind="work_order", subject_id=order.pk, kind=kind)
    return set(Person.objects.filter(pk__in=people.values("recipient")).values_list("name", flat=True))


def test_a_group_is_led_by_its_head(give: Give) -> None:
    order = give(to=api.To.group("medical"))
    assert leads(order) == ["简而清"]
    assert (told(order, "order_issue"), told(order, "order_copy")) == ({"简而清"}, set())


def test_a_post_is_addressed_directly_and_its_head_gets_a_copy(park: SmallZone, give: Give) -> None:
    order = give(to=api.To.post("medical.member"))
    assert leads(order) == ["祁连山"]
    assert (told(order, "order_issue"), told(order, "order_copy")) == ({"祁连山"}, {"简而清"})
    api.receive_order(order_id=order.pk, by=him(park, "祁连山"))


def test_an_enterprise_is_led_by_its_contact_and_the_responsible_official_gets_a_copy(
    park: SmallZone, give: Give
) -> None:
    firm = park.firms[0]
    Person.objects.create(name="厂方甲", home_unit=firm, kind=PersonKind.COMPANY)
    order = give(to=api.To.enterprise(firm.pk))
    assert leads(order) == ["厂方甲"]
    assert (told(order, "order_issue"), told(order, "order_copy")) == ({"厂方甲"}, {"梅映雪"})
    own, other = (actor_with(Role.COMPANY, path=unit.path) for unit in park.firms)
    api.receive_order(order_id=order.pk, by=own)
    with pytest.raises(Refused):
        api.start_order(order_id=order.pk, by=other)


def test_a_person_is_addressed_by_name_and_counted_with_his_group(give: Give, park: SmallZone) -> None:
    order = give(to=api.To.person(park.people["祁连山"].pk))
    assert (leads(order), order.group_code) == (["祁连山"], "medical")
    assert give(to=api.To.person(park.people["桑晓风"].pk)).group_code == ""


def test_helpers_are_asked_and_may_only_report(park: SmallZone, give: Give) -> None:
    order = give(co=[api.To.group("response"), api.To.group("medical"), api.To.group("response")])
    assert [(one.role, one.name) for one in api.owners_of([order])] == [("lead", "简而清"), ("co", "蓝田玉")]
    helper = him(park, "蓝田玉")
    api.add_note(order_id=order.pk, text="车辆已备", by=helper)
    assert told(order, "order_note") == {"简而清"}
    with pytest.raises(Refused):
        api.feed_back(order_id=order.pk, text="好", by=helper)


def test_an_order_follows_the_seat(park: SmallZone, give: Give, duty: Actor) -> None:
    order = give(to=api.To.post("medical.head"))
    before = him(park, "简而清")
    command.order_switch(
        order=command.SwitchOrder(key="k", unit=park.zone, level=2, reason="试验", basis="试1号"), by=duty
    )
    command.replace_person(
        zone=park.zone,
        post_code="medical.head",
        seat_no=1,
        person=park.people["桑晓风"],
        reason="借调",
        by=duty,
    )
    assert leads(order) == ["桑晓风"]
    with pytest.raises(Refused):
        api.receive_order(order_id=order.pk, by=before)
    assert not api.visible_to(before).filter(pk=order.pk).exists()
    api.receive_order(order_id=order.pk, by=him(park, "桑晓风"))


def test_an_empty_post_belongs_to_the_head_until_it_is_filled(park: SmallZone, give: Give, now: Any) -> None:
    order = give(to=api.To.post("medical.member"))
    organisation.register_absence(
        person=park.people["祁连山"],
        kind=AbsenceKind.ILL,
        t0=now - HOUR,
        t1=now + 24 * HOUR,
        basis="",
        by=park.root,
    )
    command.reconcile_zone(zone=park.zone, cause="病假", by=park.root)
    assert leads(order) == ["简而清"]
    assert [one.stands_in for one in api.owners_of([order])] == [True]
    api.start_order(order_id=order.pk, by=him(park, "简而清"))
    assert order.targets.get().post_code == "medical.member"


def test_numbers_have_no_gap_and_belong_to_zone_world_and_year(park: SmallZone, give: Give, now: Any) -> None:
    assert [give().number for _n in range(3)] == [1, 2, 3]
    with pytest.raises(Invalid):
        give(text="")
    with pytest.raises(Refused):
        give(by=actor_with(Role.OFFICIAL))
    assert give().number == 4
    batch = api.issue_bulk(
        zone=park.zone,
        to=[api.To.enterprise(one.pk) for one in park.firms],
        text="自查",
        due_at=now + HOUR,
        by=park.root,
    )
    assert list(batch.orders.order_by("pk").values_list("number", flat=True)) == [5, 6]
    assert give().number == 7


@pytest.mark.concurrency
def test_numbers_have_no_gap_when_given_at_once(transactional_db: None) -> None:
    park = small_zone()
    command.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    due = clock.now() + 9 * HOUR

    def one(n: int) -> None:
        try:
            api.issue_order(
                zone=park.zone, to=api.To.group("medical"), text=f"第{n}件", due_at=due, by=park.root
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(12)))
    found = Order.objects.aggregate(n=Count("pk"), low=Min("number"), high=Max("number"))
    assert found == {"n": 12, "low": 1, "high": 12}


def test_one_text_to_many_counts_what_it_made_and_what_not(park: SmallZone, now: Any) -> None:
    near = actor_with(Role.DUTY_OFFICER, path=park.firms[0].path)
    asked = [
        api.To.enterprise(park.firms[0].pk),
        api.To.enterprise(park.firms[1].pk),
        api.To.enterprise(10**9),
        api.To.group("medical"),
        api.To.enterprise(park.firms[0].pk),
    ]
    batch = api.issue_bulk(zone=park.zone, to=asked, text="自查食堂", due_at=now + 9 * HOUR, by=near)
    assert (batch.asked, batch.made, len(batch.refused)) == (4, 1, 3)
    assert batch.asked == batch.made + len(batch.refused) == 4
    assert {line["why"] for line in batch.refused} == {"gone", "scope"}
    assert [api.refusal_words(line) for line in batch.refused if line["why"] == "gone"] == ["对象已不存在"]
    assert batch.orders.count() == batch.made
    with pytest.raises(Invalid) as error:
        api.issue_bulk(
            zone=park.zone, to=[api.To.enterprise(10**9)], text="x", due_at=now + HOUR, by=park.root
        )
    assert error.value.code == "bulk_empty"
    with pytest.raises(Refused):
        api.issue_bulk(zone=park.zone, to=[api.To.group("medical")], text="x", due_at=now + HOUR, by=near)
    assert Batch.objects.count() == 1


def test_bulk_costs_the_same_for_one_and_for_many(
    park: SmallZone, give: Give, now: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    give()  # the counter of the year is made once
    for targets in (park.firms[:1], park.firms):
        with django_assert_num_queries(30):
            api.issue_bulk(
                zone=park.zone,
                to=[api.To.enterprise(one.pk) for one in targets],
                text="自查",
                due_at=now + 9 * HOUR,
                by=park.root,
            )


def test_a_drill_has_its_own_numbers_seats_and_prefix(park: SmallZone, give: Give, now: Any) -> None:
    give()
    seat = Seat.objects.filter(post_code="medical.head", closed_at=None).values().get()
    Seat.objects.create(**{**seat, "id": None, "world": 7, "person_id": park.people["谈云起"].pk})
    order = give(world=7)
    assert (order.number, leads(order)) == (1, ["谈云起"])
    notice = Notice.objects.get(subject_id=order.pk, subject_kind="work_order")
    assert notice.title.startswith(DRILL_PREFIX)
    assert api.board(park.zone).live == api.board(park.zone, 7).live == 1
    with pytest.raises(Refused):
        api.receive_order(order_id=order.pk, by=him(park, "简而清"))


def test_orders_of_a_post_that_is_gone_go_to_its_group(duty: Actor) -> None:
    """Section 10 b: after the stand-down no order is without an owner, or it is listed."""
    park = small_zone(publish=False)
    Post.objects.filter(code__in=["medical.member", "response.head", "response.member"]).update(
        posture="emergency"
    )
    park.version = organisation.publish(version=park.version, by=park.root)
    command.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    give = partial(api.issue_order, zone=park.zone, text="备好床位", due_at=clock.now() + 9 * HOUR, by=duty)
    switch = command.SwitchOrder(key="k", unit=park.zone, level=2, reason="试验", basis="试1号")
    command.order_switch(order=switch, by=duty)
    work = give(to=api.To.post("medical.member"), co=[api.To.post("testing.member")])
    lost = give(to=api.To.post("response.member"))
    assert work.activation is not None
    assert api.ownerless(park.zone.pk) == []
    command.stand_down(order=ending(park), by=duty)
    target = work.targets.get(role="lead")
    work.refresh_from_db()
    assert (target.post_code, work.lead_name, leads(work)) == (
        "medical.head", "医疗保障组组长", ["简而清"],
    )  # fmt: skip
    moved = work.events.get(verb="move")
    assert (moved.note, moved.by_name) == ("医疗保障组成员 → 医疗保障组组长", "系统")
    assert told(work, "order_move") == {"简而清"}
    # The whole group is gone: nobody is guessed, it is listed.
    assert api.ownerless(park.zone.pk) == [lost]
    assert api.move_vanished(zone_id=park.zone.pk, world=0) == 0


def test_an_order_nobody_stands_for_is_listed(park: SmallZone, give: Give) -> None:
    person = api.To.person(park.people["祁连山"].pk)
    firm = give(to=api.To.enterprise(park.firms[0].pk))
    helped = give(to=api.To.enterprise(park.firms[1].pk), co=[person])
    give(to=person)
    give()
    # A helper leads nothing: an order is not looked after because somebody is named to help.
    assert api.ownerless(park.zone.pk) == [firm, helped]


def test_a_seat_of_a_drill_owns_nothing_in_earnest(duty: Actor, now: datetime) -> None:
    """Whoever plays the enterprise's contact in a drill neither leads nor reads its real orders."""
    zone = make_unit("zone", "WZ")
    firm = make_unit("enterprise", "WE", zone)
    head, player = make_persons(zone, 2)
    post = PostSpec("enterprise.WE.contact", "enterprise", "firm_contact", firm, holders=[(1, 0, player.pk)])
    leading = PostSpec("leading.head", "leading", "head", holders=[(1, 0, head.pk)])
    make_version(zone, [GroupSpec("leading", "leading"), GroupSpec("enterprise")], [leading, post])
    drill = command.SwitchOrder(key="d", unit=firm, level=3, reason="演练", basis="演1号", world=5)
    command.order_switch(order=drill, by=duty)
    assert set(Seat.objects.values_list("world", "person")) == {(5, player.pk)}
    real, played = (
        api.issue_order(
            zone=zone, to=api.To.enterprise(firm.pk), text="清点", due_at=now + HOUR, by=duty, world=world
        )
        for world in (0, 5)
    )
    assert [(one.order_id, one.person_id) for one in api.owners_of([real, played])] == [
        (played.pk, player.pk)
    ]
    user = account(Role.OFFICIAL)
    Person.objects.filter(pk=player.pk).update(account=user)
    assert list(api.visible_to(actor_of(user))) == [played]


def test_an_enterprises_order_never_goes_to_another_enterprise(duty: Actor, now: datetime) -> None:
    """All enterprises are one group of the plan; a post that ends hands its orders over within its own only."""
    zone = make_unit("zone", "VZ")
    firms = [make_unit("enterprise", f"VE{n}", zone) for n in range(2)]
    head, *people = make_persons(zone, 5)
    posts = [PostSpec("leading.head", "leading", "head", holders=[(1, 0, head.pk)])]
    for n, firm in enumerate(firms):
        for k, (role, posture) in enumerate((("contact", "both"), ("team", "emergency"))):
            if n == 1 and role == "contact":
                continue
            posts.append(
                PostSpec(
                    f"enterprise.{firm.code}.{role}",
                    "enterprise",
                    f"firm_{role}",
                    firm,
                    posture=posture,
                    holders=[(1, 0, people[2 * n + k].pk)],
                )
            )
    make_version(zone, [GroupSpec("leading", "leading"), GroupSpec("enterprise")], posts)
    command.order_switch(
        order=command.SwitchOrder(key="v", unit=zone, level=3, reason="试验", basis="试1号"), by=duty
    )
    given = [
        api.issue_order(
            zone=zone, to=api.To.post(f"enterprise.{firm.code}.team"), text="消杀", due_at=now + HOUR, by=duty
        )
        for firm in firms
    ]
    command.stand_down(order=command.StandDown(key="ve", unit=zone, reason="解除"), by=duty)
    assert given[0].targets.get().post_code == "enterprise.VE0.contact"
    # The second enterprise has nobody else: its order is listed, not handed to the first.
    assert given[1].targets.get().post_code == "enterprise.VE1.team"
    assert api.ownerless(zone.pk) == [given[1]]


def test_my_group_in_a_drill_is_not_my_group_in_earnest(park: SmallZone, give: Give) -> None:
    give(to=api.To.group("medical"))
    reach = api.Reach(groups={(7, park.zone.pk, "medical")})
    assert not api.wanted(Order.objects.all(), {"show": "group"}, reach, None).exists()
    reach = api.Reach(groups={(0, park.zone.pk, "medical")})
    assert api.wanted(Order.objects.all(), {"show": "group"}, reach, None).count() == 1


def test_moving_by_hand_needs_a_reason_and_says_from_whom(park: SmallZone, give: Give, duty: Actor) -> None:
    order = give()
    for to, note in (
        (api.To.group("response"), " "),
        (api.To.group("medical"), "x"),
        (api.To.group("no"), "x"),
    ):
        with pytest.raises(Invalid):
            api.move_order(order_id=order.pk, to=to, note=note, by=duty)
    moved = api.move_order(
        order_id=order.pk, to=api.To.enterprise(park.firms[0].pk), note="属企业事项", by=duty
    )
    assert (moved.unit, moved.lead_name, moved.group_code) == (park.firms[0], "试验1厂", "enterprise")
    assert moved.events.last().note == "医疗保障组 → 试验1厂\n属企业事项"  # type: ignore[union-attr]


READS_ALL = {Role.DUTY_OFFICER, Role.LEADER}


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_what(park: SmallZone, give: Give, role: Role) -> None:
    give()
    mine = give(to=api.To.enterprise(park.firms[0].pk))
    whole = api.visible_to(actor_with(role)).count()
    assert whole == (2 if role in READS_ALL else 0)
    inside = set(api.visible_to(actor_with(role, path=park.firms[0].path)))
    assert inside == ({mine} if role in READS_ALL | {Role.COMPANY} else set())
    elsewhere = api.visible_to(actor_with(role, path=park.firms[1].path))
    assert not elsewhere.exists()


def test_members_read_their_group_and_responsible_officials_their_enterprise(
    park: SmallZone, give: Give
) -> None:
    group, firm = give(), give(to=api.To.enterprise(park.firms[0].pk))
    assert set(api.visible_to(him(park, "祁连山"))) == {group}
    assert set(api.visible_to(him(park, "梅映雪"))) == {firm}
    assert not api.visible_to(him(park, "任知秋")).exists()
    given = give(by=Actor("user", account().pk, None, "下达人", grants=((Role.DUTY_OFFICER, "/"),)))
    assert given.issued_by is not None
    bare = Actor("user", given.issued_by.pk, None, "下达人")
    assert set(api.visible_to(bare)) == {given}
