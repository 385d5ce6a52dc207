"""Seats while they are open: seen, confirmed, declined, replaced, absent; and the signed link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import ProtectedError
from django.utils import timezone

from pingzhan.domain.command import api, links
from pingzhan.domain.command.enums import AckState
from pingzhan.domain.command.models import Gap, Override, Seat, Task
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.domain.organisation.models import Holding, Person
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.command.conftest import ending, order
from tests.factories import SmallZone, actor_with

Sound = Callable[[], None]


@pytest.fixture
def live(park: SmallZone, duty: Actor) -> SmallZone:
    """The small zone at level II."""
    api.order_switch(order=order(park), by=duty)
    return park


def seat_of(post_code: str) -> Seat:
    return Seat.objects.get(post_code=post_code, closed_at=None)


def him(park: SmallZone, name: str) -> Actor:
    """The actor of a person's own account."""
    park.people[name].refresh_from_db()
    return actor_of(park.people[name].account or park.person_account(name))


def test_confirming_by_button(live: SmallZone, sound: Sound) -> None:
    seat = seat_of("medical.head")
    me = him(live, seat.person.name)
    assert api.mark_seen(seat_id=seat.pk, by=me)
    assert not api.mark_seen(seat_id=seat.pk, by=me)
    seat.refresh_from_db()
    assert (seat.ack_state, seat.acked_at) == (AckState.SEEN, None)
    assert api.acknowledge(seat_id=seat.pk, by=me, eta_minutes=30).result == "acked"
    assert api.acknowledge(seat_id=seat.pk, by=me).result == "already"
    seat.refresh_from_db()
    assert (seat.ack_state, seat.ack_via, seat.ack_by) == (AckState.ACKED, "button", me.name)
    assert seat.eta is not None
    assert seat.next_at is None
    assert api.arrive(seat_id=seat.pk, by=me)
    assert not api.arrive(seat_id=seat.pk, by=me)
    sound()


def test_already_there(live: SmallZone) -> None:
    seat = seat_of("medical.head")
    api.acknowledge(seat_id=seat.pk, by=him(live, seat.person.name), eta_minutes=0)
    seat.refresh_from_db()
    assert seat.ack_state == AckState.ARRIVED
    assert seat.arrived_at == seat.acked_at


def test_nobody_confirms_for_another(live: SmallZone, duty: Actor) -> None:
    seat = seat_of("medical.head")
    other = him(live, "方可行")
    for act in (
        lambda: api.mark_seen(seat_id=seat.pk, by=other),
        lambda: api.acknowledge(seat_id=seat.pk, by=other),
        lambda: api.acknowledge(seat_id=seat.pk, by=duty),
        lambda: api.acknowledge_by_phone(seat_id=seat.pk, by=other),
        lambda: api.arrive(seat_id=seat.pk, by=other),
        lambda: api.decline(seat_id=seat.pk, reason="替他", by=other),
        lambda: api.replace_person(
            zone=live.zone, post_code="medical.head", seat_no=1, person=seat.person, reason="x", by=other
        ),
    ):
        with pytest.raises(Refused):
            act()
    seat.refresh_from_db()
    assert seat.ack_state == AckState.GIVEN


def test_phone_call_is_recorded_under_the_officers_name(live: SmallZone, duty: Actor) -> None:
    seat = seat_of("medical.head")
    api.acknowledge_by_phone(seat_id=seat.pk, by=duty, eta_minutes=20)
    seat.refresh_from_db()
    assert (seat.ack_by, seat.ack_via) == ("值班甲", "phone")


def substitute(park: SmallZone, post_code: str, name: str) -> None:
    """Publish a next version in which a post has a substitute."""
    draft = organisation.clone_version(version=park.version, by=park.root)
    Holding.objects.create(post=draft.posts.get(code=post_code), seat_no=1, rank=1, person=park.people[name])
    for finding in draft.findings.filter(state="open", severity="critical"):
        organisation.waive(finding=finding, reason="试验用", by=park.root)
    organisation.publish(version=draft, by=park.root)


def test_case_18_decline_opens_the_substitute_at_once_and_holds_through_a_level_change(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    substitute(park, "medical.head", "桑晓风")
    api.order_switch(order=order(park, level=3), by=duty)
    seat = seat_of("medical.head")
    me = him(park, seat.person.name)
    api.acknowledge(seat_id=seat.pk, by=me)
    started = Task.objects.filter(owner_seat=seat).order_by("id")[0]
    due = started.due_at
    api.take_task(task_id=started.pk, by=me)
    with pytest.raises(Invalid):
        api.decline(seat_id=seat.pk, reason=" ", by=me)
    api.decline(seat_id=seat.pk, reason="突发疾病", by=me)
    sound()
    now = seat_of("medical.head")
    assert (now.person.name, now.chosen_by, now.replaces_id) == ("桑晓风", "substitute", seat.pk)
    started.refresh_from_db()
    assert (started.owner_seat_id, started.state, started.due_at) == (now.pk, "doing", due)
    assert Notice.objects.filter(dedupe=f"order:0:{now.pk}").exists()
    with pytest.raises(Conflict):
        api.decline(seat_id=seat.pk, reason="再说一次", by=me)
    api.order_switch(order=order(park, key="k2", level=2), by=duty)
    sound()
    assert seat_of("medical.head").pk == now.pk
    assert api.acknowledge(seat_id=seat.pk, by=me).result == "already"


def test_decline_without_substitute_is_a_gap(live: SmallZone, duty: Actor, sound: Sound) -> None:
    seat = seat_of("medical.head")
    api.decline(seat_id=seat.pk, reason="家中有事", by=him(live, seat.person.name))
    sound()
    gap = Gap.objects.get(kind="post_empty", resolved_at=None)
    assert gap.post_code == "medical.head"
    assert seat.person_id in {
        place.person_id for place in Seat.objects.filter(post_code="pool", closed_at=None)
    }


def test_case_11_leave_registered_after_the_switch_moves_the_seat(
    park: SmallZone, duty: Actor, sound: Sound, django_capture_on_commit_callbacks: Any
) -> None:
    substitute(park, "medical.head", "桑晓风")
    api.order_switch(order=order(park), by=duty)
    old = seat_of("medical.head")
    now = timezone.now()
    # The zone was built in this same transaction: what that has to tell would swallow what the leave tells.
    connection.run_on_commit.clear()
    with django_capture_on_commit_callbacks(execute=True):
        absence = organisation.register_absence(
            person=old.person,
            kind=AbsenceKind.ILL,
            t0=now - timedelta(hours=1),
            t1=now + timedelta(days=1),
            basis="病假条",
            by=duty,
        )
    sound()
    new = seat_of("medical.head")
    assert new.person.name == "桑晓风"
    assert Notice.objects.filter(dedupe=f"order:0:{new.pk}", recipient=new.person_id).exists()
    assert Notice.objects.filter(dedupe=f"release:0:{old.pk}", recipient=old.person_id).exists()
    connection.run_on_commit.clear()
    with django_capture_on_commit_callbacks(execute=True):
        organisation.cancel_absence(absence=absence, by=duty)
    sound()
    assert seat_of("medical.head").person == old.person


def test_case_28_person_who_leaves_while_seated(live: SmallZone, duty: Actor, sound: Sound) -> None:
    seat = seat_of("medical.head")
    with pytest.raises(ProtectedError):
        seat.person.delete()
    organisation.change_person(
        person=seat.person, name=seat.person.name, title="", active=False, by=live.root
    )
    api.reconcile_zone(zone=live.zone, cause="人员变动", by=live.root)
    sound()
    seat.refresh_from_db()
    assert seat.closed_at is not None
    gap = Gap.objects.get(kind="post_empty", post_code="medical.head", resolved_at=None)
    assert gap.subject["reasons"] == [[seat.person_id, "not_in_service"]]


def test_late_confirmation_is_recorded_and_changes_nothing(
    live: SmallZone, duty: Actor, sound: Sound
) -> None:
    seat = seat_of("medical.head")
    me = him(live, seat.person.name)
    api.stand_down(order=ending(live), by=duty)
    assert api.acknowledge(seat_id=seat.pk, by=me).result == "late"
    assert api.acknowledge(seat_id=seat.pk, by=me).result == "late"
    seat.refresh_from_db()
    assert seat.late_ack_at is not None
    assert seat.acked_at is None
    sound()


def test_replacing_by_hand_lasts_for_this_emergency(live: SmallZone, duty: Actor, sound: Sound) -> None:
    spare: Person = live.people["桑晓风"]
    chosen: dict[str, Any] = {
        "zone": live.zone,
        "post_code": "medical.head",
        "seat_no": 1,
        "person": spare,
        "by": duty,
    }
    with pytest.raises(Invalid):
        api.replace_person(**chosen, reason="")
    api.replace_person(**chosen, reason="原组长出差")
    sound()
    assert (seat_of("medical.head").person, seat_of("medical.head").chosen_by) == (spare, "override")
    api.order_switch(order=order(live, key="k2", level=1), by=duty)
    assert seat_of("medical.head").person == spare
    api.stand_down(order=ending(live), by=duty)
    assert seat_of("medical.head").person != spare
    with pytest.raises(Conflict):
        api.replace_person(**chosen, reason="平时不行")
    api.order_switch(order=order(live, key="k3"), by=duty)
    assert seat_of("medical.head").person != spare
    assert Override.objects.count() == 1
    sound()


def test_replacing_with_a_barred_person_says_why(live: SmallZone, duty: Actor, sound: Sound) -> None:
    me = live.people["桑晓风"]
    now = timezone.now()
    organisation.register_absence(
        person=me,
        kind=AbsenceKind.TRAVEL,
        t0=now - timedelta(hours=1),
        t1=now + timedelta(hours=9),
        basis="",
        by=duty,
    )
    with pytest.raises(Invalid) as error:
        api.replace_person(
            zone=live.zone, post_code="medical.head", seat_no=1, person=me, reason="急", by=duty
        )
    assert "请假或离岗" in error.value.message


def test_why_is_he_here(live: SmallZone, duty: Actor) -> None:
    chair = api.explain_post(live.zone, "medical.head")[0]
    assert chair.sentence == f"{chair.person_name}：任职人员。"
    api.decline(seat_id=seat_of("medical.head").pk, reason="病", by=him(live, chair.person_name))
    assert "已说明不能到岗" in api.explain_post(live.zone, "medical.head")[0].sentence


# the signed link


def token(seat: Seat) -> str:
    return links.token_for(seat)


def test_link_confirms_without_sign_in(live: SmallZone, sound: Sound) -> None:
    seat = seat_of("medical.head")
    view = api.open_link(token(seat))
    assert (view.seat.pk, view.actor.kind, view.actor.person_id) == (seat.pk, "link", seat.person_id)
    assert api.acknowledge(seat_id=seat.pk, by=view.actor, eta_minutes=15).result == "acked"
    seat.refresh_from_db()
    assert seat.ack_via == "link"
    assert api.ack_link(seat).startswith("/a/")
    sound()


def test_altered_link(live: SmallZone) -> None:
    seat, other = seat_of("medical.head"), seat_of("testing.head")
    good = token(seat)
    body, signature = good.rsplit(":", 1)
    seat_id, person_id, expires = body.split(".")
    later = str(int(expires) + 9_999_999)
    forged = [
        "",
        "x",
        body,
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        f"{other.pk}.{person_id}.{expires}:{signature}",
        f"{seat_id}.{other.person_id}.{expires}:{signature}",
        f"{seat_id}.{person_id}.{later}:{signature}",
        f"{body}:{token(other).rsplit(':', 1)[1]}",
    ]
    for bad in forged:
        with pytest.raises(Refused) as error:
            api.open_link(bad)
        assert error.value.code == "link_bad"


def test_link_signed_for_something_else(live: SmallZone) -> None:
    from django.core.signing import Signer

    seat = seat_of("medical.head")
    body = token(seat).rsplit(":", 1)[0]
    with pytest.raises(Refused):
        api.open_link(Signer(salt="another.purpose").sign(body))


def test_link_of_a_seat_with_another_person(live: SmallZone) -> None:
    seat, other = seat_of("medical.head"), seat_of("testing.head")
    mixed = links._sign(seat.pk, other.person_id, int(timezone.now().timestamp()) + 999)
    with pytest.raises(NotFound):
        api.open_link(mixed)


def test_expired_link(live: SmallZone) -> None:
    seat = seat_of("medical.head")
    old = links._sign(seat.pk, seat.person_id, int(timezone.now().timestamp()) - 1)
    with pytest.raises(Refused) as error:
        api.open_link(old)
    assert error.value.code == "link_expired"


def test_link_with_somebody_else_signed_in(live: SmallZone, duty: Actor) -> None:
    seat = seat_of("medical.head")
    for other in (duty, him(live, "方可行")):
        with pytest.raises(Refused) as error:
            api.open_link(token(seat), signed_in=other)
        assert error.value.code == "link_person"
    me = him(live, seat.person.name)
    assert api.open_link(token(seat), signed_in=me).seat.pk == seat.pk


def test_link_of_a_seat_that_is_over(live: SmallZone, duty: Actor, sound: Sound) -> None:
    seat = seat_of("medical.head")
    mine = token(seat)
    api.stand_down(order=ending(live), by=duty)
    with pytest.raises(Refused) as error:
        api.open_link(mine)
    assert error.value.code == "link_closed"
    late = api.open_link(mine, allow_closed=True)
    assert api.acknowledge(seat_id=seat.pk, by=late.actor).result == "late"
    sound()


def test_link_can_do_nothing_but_its_own_seat(live: SmallZone) -> None:
    seat, other = seat_of("medical.head"), seat_of("testing.head")
    actor = api.open_link(token(seat)).actor
    task = Task.objects.filter(owner_seat=other)[0]
    for act in (
        lambda: api.acknowledge(seat_id=other.pk, by=actor),
        lambda: api.decline(seat_id=other.pk, reason="x", by=actor),
        lambda: api.acknowledge_by_phone(seat_id=seat.pk, by=actor),
        lambda: api.order_switch(order=order(live, key="k9"), by=actor),
        lambda: api.stand_down(order=ending(live), by=actor),
        lambda: api.take_task(task_id=task.pk, by=actor),
    ):
        with pytest.raises(Refused):
            act()


# tasks


def test_life_of_a_task(live: SmallZone, duty: Actor, sound: Sound) -> None:
    seat = seat_of("testing.head")
    me, stranger = him(live, seat.person.name), him(live, "方可行")
    task = Task.objects.filter(owner_seat=seat, evidence="count")[0]
    acts: list[Callable[[], object]] = [
        lambda: api.take_task(task_id=task.pk, by=stranger),
        lambda: api.feed_back(task_id=task.pk, by=stranger, count=1),
        lambda: api.close_task(task_id=task.pk, by=stranger, count=1),
        lambda: api.cancel_task(task_id=task.pk, reason="x", by=stranger),
        lambda: api.hand_over_task(task_id=task.pk, seat_id=seat.pk, by=stranger),
        lambda: api.check_task(task_id=task.pk, by=stranger),
    ]
    for act in acts:
        with pytest.raises(Refused):
            act()
    api.take_task(task_id=task.pk, by=me)
    with pytest.raises(Conflict):
        api.take_task(task_id=task.pk, by=me)
    with pytest.raises(Invalid):
        api.feed_back(task_id=task.pk, by=me, text="只有文字")
    with pytest.raises(Invalid):
        api.close_task(task_id=task.pk, by=me)
    api.feed_back(task_id=task.pk, by=me, count=0, text="零报告")
    api.check_task(task_id=task.pk, by=duty)
    closed = api.close_task(task_id=task.pk, by=me)
    assert (closed.state, closed.feedback) == ("closed", "0 零报告")
    assert list(closed.events.values_list("verb", flat=True)) == ["take", "feedback", "check", "close"]
    with pytest.raises(Conflict):
        api.cancel_task(task_id=task.pk, reason="晚了", by=duty)
    sound()


def test_handing_over_and_cancelling(live: SmallZone, duty: Actor, sound: Sound) -> None:
    seat, other = seat_of("testing.head"), seat_of("medical.head")
    first, second = Task.objects.filter(owner_seat=seat).order_by("id")[:2]
    moved = api.hand_over_task(
        task_id=first.pk, seat_id=other.pk, by=him(live, seat.person.name), note="转办"
    )
    assert (moved.state, moved.owner_seat_id) == ("handed_over", other.pk)
    with pytest.raises(Invalid):
        api.cancel_task(task_id=second.pk, reason="", by=duty)
    assert api.cancel_task(task_id=second.pk, reason="重复", by=duty).state == "cancelled"
    closed = Seat.objects.filter(closed_at__isnull=False).first()
    if closed is not None:
        with pytest.raises(NotFound):
            api.hand_over_task(task_id=first.pk, seat_id=closed.pk, by=duty)
    sound()


def test_organiser_sees_no_seat(live: SmallZone) -> None:
    seat = seat_of("testing.head")
    assert not api.can_see_seat(actor_with(Role.ORGANISER), seat)
    assert not api.seats_visible_to(actor_with(Role.AUDITOR)).exists()
    mine = him(live, seat.person.name)
    assert set(api.seats_visible_to(mine).values_list("person", flat=True)) == {seat.person_id}


def test_whoever_leaves_the_pool_need_not_report_any_more(live: SmallZone, duty: Actor, sound: Sound) -> None:
    def reports() -> dict[str, str]:
        rows = Task.objects.filter(duty_code="pool.report")
        return dict(rows.values_list("seat__person__name", "state"))

    assert reports() == {"桑晓风": "open", "谈云起": "open"}
    api.replace_person(
        zone=live.zone,
        post_code="medical.head",
        seat_no=1,
        person=live.people["桑晓风"],
        reason="增援",
        by=duty,
    )
    sound()
    left = reports()
    assert (left["桑晓风"], left["谈云起"]) == ("cancelled", "open")
    assert Task.objects.get(duty_code="pool.report", seat__person__name="桑晓风").reason == "已不在机动力量"
    api.stand_down(order=ending(live), by=duty)
    sound()
    assert set(reports().values()) == {"cancelled"}
