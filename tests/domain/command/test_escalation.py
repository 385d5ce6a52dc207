"""Nobody confirms: the ladder of a seat, the sweep, and who is told (reference/command.md section 8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from pingzhan.domain.command import api, heartbeat
from pingzhan.domain.command import ladder as ladders
from pingzhan.domain.command.actions.reconcile import load_state
from pingzhan.domain.command.assignment import assign, owner_of
from pingzhan.domain.command.enums import AckState, GapKind
from pingzhan.domain.command.ladder import Rung
from pingzhan.domain.command.models import Broadcast, CommandTenure, Gap, Seat, Task
from pingzhan.domain.command.queries.loading import lock_world
from pingzhan.domain.command.queries.officers import Heads
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.models import Holding
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.jobs.loops import loops
from pingzhan.foundation.messages.models import Notice
from tests.domain.command.conftest import ending, order
from tests.factories import SmallZone

Sound = Callable[[], None]


def substitutes(park: SmallZone, **names: tuple[str, ...]) -> None:
    """Publish a next version in which posts ('medical__head') have these substitutes, in order."""
    draft = organisation.clone_version(version=park.version, by=park.root)
    for post, persons in names.items():
        row = draft.posts.get(code=post.replace("__", "."))
        for rank, name in enumerate(persons, start=1):
            Holding.objects.create(post=row, seat_no=1, rank=rank, person=park.people[name])
    for finding in draft.findings.filter(state="open", severity="critical"):
        organisation.waive(finding=finding, reason="试验用", by=park.root)
    organisation.publish(version=draft, by=park.root)


def older(seconds: float, **seats: Any) -> None:
    """Make open seats this much older: the clock of a test. The guard of seats is off meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Seat.objects.filter(closed_at=None, acked_at=None, **seats).update(
            opened_at=F("opened_at") - timedelta(seconds=seconds),
            next_at=F("next_at") - timedelta(seconds=seconds),
        )
        cursor.execute("SET session_replication_role = origin")


def seat_of(post_code: str) -> Seat:
    return Seat.objects.select_related("person").get(post_code=post_code, closed_at=None)


def settle(but: str | list[str]) -> None:
    """Confirm every open seat but these, so that a test looks at one ladder."""
    posts = [but] if isinstance(but, str) else but
    Seat.objects.filter(closed_at=None).exclude(post_code__in=posts).update(
        acked_at=F("opened_at"), ack_state="acked", ack_by="试验", ack_via="button", next_at=None
    )


def him(park: SmallZone, name: str) -> Actor:
    park.people[name].refresh_from_db()
    return actor_of(park.people[name].account or park.person_account(name))


@pytest.fixture
def live(park: SmallZone, duty: Actor) -> SmallZone:
    """Level II, 医疗保障组 head with two substitutes; everybody else has confirmed."""
    substitutes(park, medical__head=("桑晓风", "谈云起"))
    api.order_switch(order=order(park), by=duty)
    settle("medical.head")
    return park


LADDER = (
    Rung(120, "call", "holder"),
    Rung(300, "substitute", "group_head"),
    Rung(600, "substitute", "group_head"),
    Rung(900, "name_someone", "group_head"),
)


def test_the_ladder_of_a_successor_keeps_the_times_of_the_chair() -> None:
    first = ladders.continued(LADDER, 1)
    assert first == (
        Rung(120, "call", "holder"),
        Rung(300, "substitute", "group_head"),
        Rung(600, "name_someone", "group_head"),
    )
    assert ladders.continued(first, 1) == (
        Rung(120, "call", "holder"),
        Rung(300, "name_someone", "group_head"),
    )
    assert ladders.continued(LADDER[:2], 1) == LADDER[:2]


def test_what_fell_due_meanwhile_is_one_action() -> None:
    assert ladders.due(LADDER, 0, 121) == LADDER[:1]
    assert ladders.due(LADDER, 0, 5000) == LADDER
    assert ladders.due(LADDER, 4, 1) == LADDER[3:]
    assert ladders.next_in(LADDER, 1, 121) == 179
    assert [ladders.next_in(LADDER, n, 0) for n in (4, 5, 30)] == [900, 1800, 30 * 86_400]


def test_a_call_then_two_substitutes_then_the_head_must_name(
    live: SmallZone, duty: Actor, sound: Sound
) -> None:
    assert api.sweep() == api.SweepResult()
    first = seat_of("medical.head")
    task = Task.objects.filter(owner_seat=first).first()
    older(121)
    assert api.sweep() == api.SweepResult(called=1)
    assert api.sweep() == api.SweepResult()
    assert Notice.objects.filter(kind="call", recipient=first.person_id).count() == 1

    older(180, post_code="medical.head")
    assert api.sweep() == api.SweepResult(passed=1)
    sound()
    first.refresh_from_db()
    assert (first.ack_state, first.closed_reason, first.next_at) == (AckState.PASSED, "passed", None)
    second = seat_of("medical.head")
    assert (second.person.name, second.replaces_id) == ("桑晓风", first.pk)
    assert [step["after_sec"] for step in second.policy_snapshot] == [120, 300, 600]
    assert task is not None
    task.refresh_from_db()
    assert task.owner_seat_id == second.pk
    assert Notice.objects.filter(dedupe=f"order:0:{second.pk}").exists()
    release = Notice.objects.get(dedupe=f"release:0:{first.pk}", recipient=first.person_id)
    assert release.title.startswith("逾期未签收：您已不再担任")
    assert Notice.objects.filter(kind="escalation", recipient=seat_of("leading.head").person_id).count() == 1

    older(301, post_code="medical.head")
    assert api.sweep() == api.SweepResult(passed=1)
    third = seat_of("medical.head")
    assert third.person.name == "谈云起"
    sound()

    older(301, post_code="medical.head")
    assert api.sweep() == api.SweepResult(named=1)
    third.refresh_from_db()
    assert (third.closed_at, third.unanswered) == (None, "name_someone")
    gap = Gap.objects.get(kind=GapKind.NAME_SOMEONE, resolved_at=None)
    assert (gap.severity, gap.post_code, gap.person_id) == ("critical", "medical.head", third.person_id)
    assert "立即指定人员" in api.gap_lines([gap])[0].sentence
    told = Notice.objects.filter(kind="escalation", title__contains="指定人员")
    assert set(told.values_list("account_id", flat=True)) >= {duty.user_id}
    sound()

    api.acknowledge(seat_id=third.pk, by=him(live, "谈云起"))
    gap.refresh_from_db()
    assert gap.resolved_at is not None
    sound()


def test_without_a_substitute_the_seat_stays_and_is_listed(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    api.order_switch(order=order(park), by=duty)
    settle("medical.member")
    seat = seat_of("medical.member")
    older(301)
    assert api.sweep() == api.SweepResult(unfilled=1)
    seat.refresh_from_db()
    assert (seat.closed_at, seat.unanswered, seat.step_no) == (None, "no_substitute", 2)
    assert Gap.objects.filter(
        kind=GapKind.NO_SUBSTITUTE, post_code="medical.member", resolved_at=None
    ).exists()
    head = seat_of("medical.head").person_id
    assert Notice.objects.filter(kind="escalation", recipient=head, title__contains="没有替补").count() == 1
    assert Notice.objects.filter(kind="urge", recipient=seat.person_id).count() == 1
    sound()
    api.replace_person(
        zone=park.zone,
        post_code="medical.member",
        seat_no=1,
        person=park.people["桑晓风"],
        reason="无人应答",
        by=duty,
    )
    assert not Gap.objects.filter(kind=GapKind.NO_SUBSTITUTE, resolved_at=None).exists()
    sound()


def test_goal_G6_what_fell_due_while_the_system_was_down_is_one_action(live: SmallZone, sound: Sound) -> None:
    first = seat_of("medical.head")
    older(3600)
    assert api.sweep() == api.SweepResult(passed=1)
    assert Notice.objects.filter(recipient=first.person_id, kind="call").count() == 0
    second = seat_of("medical.head")
    assert second.next_at is not None
    assert second.next_at - second.opened_at == timedelta(seconds=120)
    assert api.sweep() == api.SweepResult()
    sound()


def test_goal_G6_the_sweep_looks_every_five_seconds() -> None:
    """Due at most one period before it is seen, and one sweep takes everything that is due."""
    periods = {loop.name: loop.seconds for loop in loops()}
    assert periods["command.sweep"] <= 5
    assert periods["command.auditor"] < heartbeat.LATE_SECONDS


def test_the_loops_of_this_module_do_their_work(live: SmallZone) -> None:
    older(301, post_code="medical.head")
    by_name = {loop.name: loop for loop in loops()}
    for name in ("command.reconcile", "command.sweep", "command.fanout", "command.auditor"):
        by_name[name].fn()
    assert seat_of("medical.head").person.name == "桑晓风"
    assert not Broadcast.objects.filter(done_at=None).exists()


def test_routine_reminders_go_to_the_holder_then_to_his_head(park: SmallZone, sound: Sound) -> None:
    api.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    settle("medical.member")
    seat = seat_of("medical.member")
    older(86_401)
    assert api.sweep() == api.SweepResult(notified=1)
    older(2 * 86_400)
    assert api.sweep() == api.SweepResult(notified=1)
    assert Notice.objects.filter(kind="urge", recipient=seat.person_id).count() == 2
    assert Notice.objects.filter(kind="escalation", recipient=seat_of("medical.head").person_id).count() == 1
    older(86_400)
    assert api.sweep() == api.SweepResult()
    seat.refresh_from_db()
    assert seat.step_no == 2
    sound()


def test_a_place_in_the_pool_has_no_substitute_and_nobody_is_named_for_it(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    api.order_switch(order=order(park), by=duty)
    settle("pool")
    older(1000)
    assert api.sweep() == api.SweepResult(notified=2)
    assert not Gap.objects.filter(kind__in=[GapKind.NO_SUBSTITUTE, GapKind.NAME_SOMEONE]).exists()
    head = seat_of("coordination.head").person_id
    assert Notice.objects.filter(kind="escalation", recipient=head).count() == 1
    sound()


def test_the_commander_is_passed_like_anybody_and_somebody_commands_all_the_time(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    api.order_switch(order=order(park), by=duty)
    tenure = CommandTenure.objects.get(unit=park.zone, ended_at=None)
    assert (tenure.person.name, tenure.acting) == ("白景行", True)
    older(301, post_code="leading.head")
    api.sweep()
    sound()
    assert CommandTenure.objects.get(unit=park.zone, ended_at=None).person.name == "白景行"


def test_a_drill_climbs_in_its_own_world(park: SmallZone, duty: Actor, sound: Sound) -> None:
    api.order_switch(order=order(park), by=duty)
    api.order_switch(order=order(park, key="d", world=7), by=duty)
    older(121, world=7)
    done = api.sweep()
    assert done.called == Seat.objects.filter(world=7, closed_at=None).count()
    assert not Notice.objects.filter(kind="call", world=0).exists()
    assert not Notice.objects.filter(kind="call").exclude(title__startswith="【演练】").exists()
    sound()


def test_statements_of_a_sweep_do_not_grow_with_the_seats(park: SmallZone, duty: Actor) -> None:
    names = {
        f"{group}__head": ("桑晓风" if n else "谈云起",) for n, group in enumerate(("medical", "testing"))
    }
    substitutes(park, **names)
    counts = []
    for n, posts in enumerate((["medical.head"], ["medical.head", "testing.head"])):
        api.order_switch(order=order(park, key=f"k{n}"), by=duty)
        settle(posts)
        older(301)
        with CaptureQueriesContext(connection) as queries:
            assert api.sweep() == api.SweepResult(passed=len(posts))
        counts.append(len(queries))
        api.stand_down(order=ending(park, key=f"e{n}"), by=duty)
    assert counts[0] == counts[1]


def test_the_trail_has_one_line_for_a_sweep_with_numbers_only(live: SmallZone) -> None:
    seat = seat_of("medical.head")
    older(301)
    api.sweep()
    row = AuditRecord.objects.filter(verb="command.escalate").latest("id")
    assert row.body["passed"] == 1
    assert row.body["seats"] == [seat.pk]


def test_heads_answer_as_the_assignment_says(live: SmallZone) -> None:
    state = load_state(0, live.zone, lock_world(0))
    assignment = assign(state.world)
    heads = Heads(assignment)
    for code, chair in assignment.posts.items():
        assert heads.of(code) == owner_of(assignment, chair.post), code
    assert heads.of("pool") == seat_of("coordination.head").person_id
