"""Answers that race, come late, come by other ways, or are made up (reference/command.md sections 8, 14, 15)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models.functions import Now

from pingzhan.domain.command import api, links
from pingzhan.domain.command.actions import calling
from pingzhan.domain.command.enums import AckState, GapKind
from pingzhan.domain.command.models import Gap, Override, Seat, Task
from pingzhan.domain.command.queries.loading import lock_world
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import AbsenceKind, Channel
from pingzhan.domain.organisation.models import Post
from pingzhan.foundation.access.actor import Actor, link_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Refused
from tests.domain.command.conftest import ending, offending, order
from tests.domain.command.test_concurrency import together
from tests.domain.command.test_escalation import him, older, seat_of, settle, substitutes
from tests.factories import SmallZone, actor_with, small_zone

Sound = Callable[[], None]


@pytest.fixture
def live(park: SmallZone, duty: Actor) -> SmallZone:
    """Level II, 医疗保障组 head with two substitutes; everybody else has confirmed."""
    substitutes(park, medical__head=("桑晓风", "谈云起"))
    api.order_switch(order=order(park), by=duty)
    settle("medical.head")
    return park


@pytest.fixture
def passed(live: SmallZone) -> Seat:
    """The seat of 医疗保障组 head after its first holder was passed over."""
    seat = seat_of("medical.head")
    older(301, post_code="medical.head")
    api.sweep()
    seat.refresh_from_db()
    return seat


def me(seat: Seat) -> Actor:
    return link_actor(seat.person_id, seat.person.name)


# --- racing


@pytest.fixture
def quay(transactional_db: None) -> SmallZone:
    """The zone of ``live``, committed, so that other connections see it."""
    park = small_zone()
    substitutes(park, medical__head=("桑晓风", "谈云起"))
    api.order_switch(order=order(park), by=actor_with(Role.DUTY_OFFICER))
    settle("medical.head")
    older(301)
    return park


@pytest.mark.concurrency
def test_case_16_a_confirmation_that_came_first_wins(quay: SmallZone) -> None:
    seat = seat_of("medical.head")
    with transaction.atomic():
        assert api.acknowledge(seat_id=seat.pk, by=me(seat)).result == "acked"
        assert together(api.sweep) == [api.SweepResult()]
    assert api.sweep() == api.SweepResult()
    seat.refresh_from_db()
    assert (seat.ack_state, seat.closed_at) == (AckState.ACKED, None)
    assert offending() == {}


@pytest.mark.concurrency
def test_case_16_a_sweep_that_came_first_wins(quay: SmallZone, monkeypatch: pytest.MonkeyPatch) -> None:
    seat = seat_of("medical.head")
    answers: list[Any] = []

    def acknowledge() -> None:
        try:
            answers.append(api.acknowledge(seat_id=seat.pk, by=me(seat)).result)
        finally:
            connections.close_all()

    rival = threading.Thread(target=acknowledge)
    tell = calling.tell

    def wait_for_the_rival(telling: calling.Telling) -> int:
        rival.start()
        with connection.cursor() as cursor:
            waiting = 0
            while not waiting:
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
                )
                (waiting,) = cursor.fetchone()
        return tell(telling)

    monkeypatch.setattr(calling, "tell", wait_for_the_rival)
    assert api.sweep() == api.SweepResult(passed=1)
    rival.join()
    assert answers == ["late"]
    seat.refresh_from_db()
    assert (seat.ack_state, seat.acked_at) == (AckState.PASSED, None)
    assert seat.late_ack_at is not None
    assert offending() == {}


@pytest.mark.concurrency
def test_two_sweeps_at_once_act_once(quay: SmallZone) -> None:
    done = together(api.sweep, api.sweep, api.sweep)
    assert sum(one.passed for one in done) == 1
    assert Notice.objects.filter(kind="escalation").count() == 1
    assert offending() == {}


@pytest.mark.concurrency
def test_goal_G12_confirmations_do_not_wait_for_a_switch(quay: SmallZone) -> None:
    api.stand_down(order=ending(quay), by=quay.root)
    seats = list(
        Seat.objects.filter(closed_at=None, acked_at=None)
        .exclude(post_code="leading.head")
        .select_related("person")
    )
    assert len(seats) > 10

    def acknowledge(seat: Seat) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '10s'")
        return api.acknowledge(seat_id=seat.pk, by=me(seat)).result

    with transaction.atomic():
        lock_world(0)
        assert together(*(partial(acknowledge, seat) for seat in seats)) == ["acked"] * len(seats)
    assert offending() == {}


# --- late


def test_case_17_a_late_answer_is_recorded_and_the_head_may_put_him_back(
    live: SmallZone, passed: Seat, duty: Actor, sound: Sound
) -> None:
    assert api.acknowledge(seat_id=passed.pk, by=me(passed)).result == "late"
    assert api.acknowledge(seat_id=passed.pk, by=me(passed)).result == "late"
    assert seat_of("medical.head").person.name == "桑晓风"
    head = seat_of("leading.head")
    assert Notice.objects.filter(dedupe__startswith=f"head:0:late:{passed.pk}:").count() == 1
    assert [one.pk for one in api.late_answers(live.zone)] == [passed.pk]
    assert [one.pk for one in api.head_matters(head.person_id).late] == [passed.pk]
    api.reconcile_zone(zone=live.zone, cause="校正", by=duty)
    assert seat_of("medical.head").person.name == "桑晓风"

    for name in ("方可行", "潘怀远", passed.person.name):
        with pytest.raises(Refused):
            api.put_back(seat_id=passed.pk, reason="恢复", by=him(live, name))
    now = seat_of("medical.head")
    task = Task.objects.filter(owner_seat=now).first()
    api.put_back(seat_id=passed.pk, reason="已联系上", by=him(live, head.person.name))
    back = seat_of("medical.head")
    assert (back.person_id, back.chosen_by, back.replaces_id) == (passed.person_id, "override", now.pk)
    assert Override.objects.get().reason == "已联系上"
    assert task is not None
    assert Task.objects.get(pk=task.pk).owner_seat_id == back.pk
    assert not api.late_answers(live.zone).exists()
    with pytest.raises(Conflict):
        api.put_back(seat_id=passed.pk, reason="再来", by=duty)
    sound()


def test_case_17_a_forwarded_link_and_one_after_the_stand_down_do_no_harm(
    live: SmallZone, passed: Seat, duty: Actor, sound: Sound
) -> None:
    token = links.token_for(passed)
    with pytest.raises(Refused, match="发给别人"):
        links.open_link(token, signed_in=him(live, "桑晓风"))
    api.stand_down(order=ending(live), by=duty)
    view = links.open_link(token, allow_closed=True)
    assert api.acknowledge(seat_id=view.seat.pk, by=view.actor).result == "late"
    assert not api.late_answers(live.zone).exists()
    with pytest.raises(Conflict):
        api.put_back(seat_id=passed.pk, reason="恢复", by=duty)
    sound()


def test_somebody_who_never_answered_is_not_put_back(passed: Seat, duty: Actor) -> None:
    with pytest.raises(Conflict):
        api.put_back(seat_id=passed.pk, reason="恢复", by=duty)


def test_case_18_a_refusal_tells_the_head_and_opens_the_next_at_once(live: SmallZone, sound: Sound) -> None:
    seat = seat_of("medical.head")
    api.decline(seat_id=seat.pk, reason="生病", by=me(seat))
    seat.refresh_from_db()
    now = seat_of("medical.head")
    assert now.opened_at == seat.closed_at
    told = Notice.objects.get(dedupe__startswith=f"head:0:declined:{seat.pk}:")
    assert told.recipient == seat_of("leading.head").person_id
    assert "已转替补" in told.title
    assert seat.person.name not in told.title
    sound()


def test_the_head_names_somebody_only_when_nobody_answers(live: SmallZone, duty: Actor, sound: Sound) -> None:
    settle("nothing")
    Seat.objects.filter(post_code="medical.member", closed_at=None).update(
        acked_at=None, ack_state="given", ack_by="", ack_via="", next_at=Now() + timedelta(hours=1)
    )
    seat = seat_of("medical.member")
    head, spare = him(live, seat_of("medical.head").person.name), live.people["谈云起"]
    with pytest.raises(Refused):
        api.name_someone(seat_id=seat.pk, person=spare, reason="无人应答", by=head)
    older(4600, post_code="medical.member")
    assert api.sweep().named == 1
    assert [one.pk for one in api.head_matters(head.person_id or 0).unanswered] == [seat.pk]
    assert not api.head_matters(him(live, "方可行").person_id or 0)
    with pytest.raises(Refused):
        api.name_someone(seat_id=seat.pk, person=spare, reason="无人应答", by=him(live, "方可行"))
    api.name_someone(seat_id=seat.pk, person=spare, reason="无人应答", by=head)
    assert seat_of("medical.member").person == spare
    assert not Gap.objects.filter(kind=GapKind.NAME_SOMEONE, resolved_at=None).exists()
    sound()


def test_waiting_counts_on_time_and_late_by_class(park: SmallZone, duty: Actor) -> None:
    api.order_switch(order=order(park), by=duty)
    head, member = seat_of("medical.head"), seat_of("medical.member")
    older(360)
    for seat in (head, member):
        api.acknowledge(seat_id=seat.pk, by=me(seat))
    found = {one.key: one for one in api.waiting(park.zone).classes}
    assert (found["core"].minutes, found["core"].on_time, found["core"].late) == (5, 0, 1)
    assert found["core"].waiting == 0
    assert found["core"].overdue == found["core"].seats - 1
    assert (found["post"].minutes, found["post"].on_time, found["post"].late) == (15, 1, 0)
    assert found["post"].overdue == 0
    assert found["enterprise"].seats == 0


# --- who can take over


def test_case_10_substitutes_on_leave_are_not_passed_to(live: SmallZone, duty: Actor, sound: Sound) -> None:
    for name in ("桑晓风", "谈云起"):
        organisation.register_absence(
            person=live.people[name],
            kind=AbsenceKind.LEAVE,
            t0=seat_of("medical.head").opened_at - timedelta(days=1),
            t1=seat_of("medical.head").opened_at + timedelta(days=2),
            basis="年假",
            by=duty,
        )
    api.reconcile_zone(zone=live.zone, cause="请假", by=duty)
    seat = seat_of("medical.head")
    older(301, post_code="medical.head")
    assert api.sweep().unfilled == 1
    assert seat_of("medical.head").pk == seat.pk
    assert Gap.objects.filter(kind=GapKind.NO_SUBSTITUTE, post_code="medical.head", resolved_at=None).exists()
    sound()


def test_case_14_nobody_takes_over_a_post_apart_from_his_own(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    draft = organisation.clone_version(version=park.version, by=park.root)
    Post.objects.filter(version=draft, code="medical.head").update(segregated_from=["testing.head"])
    holder = draft.posts.get(code="testing.head").holdings.get().person
    draft.posts.get(code="medical.head").holdings.create(seat_no=1, rank=1, person=holder)
    for finding in draft.findings.filter(state="open", severity="critical"):
        organisation.waive(finding=finding, reason="试验用", by=park.root)
    organisation.publish(version=draft, by=park.root)
    api.order_switch(order=order(park), by=duty)
    settle("medical.head")
    older(301, post_code="medical.head")
    assert api.sweep().unfilled == 1
    sound()


def test_an_answer_by_telephone_verifies_the_number(live: SmallZone, duty: Actor) -> None:
    seat = seat_of("medical.head")
    phone = organisation.add_contact(
        person=seat.person, channel=Channel.PHONE, address="13900001234", by=live.root
    )
    mail = organisation.add_contact(
        person=seat.person, channel=Channel.EMAIL, address="a@example.org", by=live.root
    )
    api.acknowledge_by_phone(seat_id=seat.pk, by=duty)
    phone.refresh_from_db()
    mail.refresh_from_db()
    assert phone.verified_at is not None
    assert mail.verified_at is None
