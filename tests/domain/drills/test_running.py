"""A drill from start to end: its own world, its situations, what a real order does to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation, Broadcast, ScopeState, Seat, Task
from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.models import Drill, DrillEvent, Inject, Review
from pingzhan.domain.orders.models import Order
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages import DRILL_PREFIX
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, NotFound, Refused
from tests.factories import SmallZone, actor_with

pytestmark = pytest.mark.django_db


def start(drill: Drill, by: Actor) -> Drill:
    return drills.start_drill(drill_id=drill.pk, by=by)


def sound() -> dict[str, object]:
    return {check.id: check.rows for check in command.check_all() if not check.holds}


def test_a_drill_lives_in_its_own_world(park: SmallZone, prepared: Drill, duty: Actor) -> None:
    command.reconcile_zone(zone=park.zone, cause="试验", by=park.root)
    before = list(Seat.objects.filter(world=0).order_by("pk").values())
    told = Notice.objects.count()
    drill = start(prepared, duty)
    assert drill.world is not None
    assert drill.running
    assert list(Seat.objects.filter(world=0).order_by("pk").values()) == before
    seats = Seat.objects.filter(world=drill.world or 0, closed_at=None)
    assert seats.filter(posture="emergency").count() == seats.count() > 10
    assert Task.objects.filter(world=drill.world or 0).exists()
    assert ScopeState.objects.get(world=drill.world or 0, unit=park.zone).activation_id == drill.activation_id
    new = Notice.objects.order_by("pk")[told:]
    assert new
    assert all(one.title.startswith(DRILL_PREFIX) and one.world == drill.world for one in new)
    assert not Broadcast.objects.exists()
    assert sound() == {}


def test_the_end_leaves_nothing_open(park: SmallZone, prepared: Drill, duty: Actor) -> None:
    command.reconcile_zone(zone=park.zone, cause="试验", by=park.root)
    drill = start(prepared, duty)
    assert drills.inject_due() == 1
    ended = drills.end_drill(drill_id=drill.pk, by=duty)
    assert (ended.state, ended.end_kind) == ("ended", "stood_down")
    activation = Activation.objects.get(pk=drill.activation_id or 0)
    assert ended.ended_at == activation.ended_at is not None
    assert not Seat.objects.filter(world=drill.world or 0, closed_at=None).exists()
    assert set(Order.objects.filter(world=drill.world or 0).values_list("state", flat=True)) == {"cancelled"}
    assert not Task.objects.filter(
        world=drill.world or 0, state__in=["open", "doing", "handed_over"]
    ).exists()
    assert Review.objects.get(activation=activation).state == "draft"
    # Nobody is called back to a routine post of a drill, and the real ones were never touched.
    assert not Seat.objects.filter(world=drill.world or 0, posture="routine").exists()
    assert sound() == {}
    with pytest.raises(Conflict):
        drills.end_drill(drill_id=drill.pk, by=duty)
    assert AuditRecord.objects.filter(verb="drills.end", world=drill.world or 0).count() == 1


def test_a_drill_of_one_enterprise_calls_nobody_else(
    park: SmallZone, duty: Actor, make: Callable[..., Drill]
) -> None:
    drill = start(make(unit=park.firms[0]), duty)
    inside = Seat.objects.filter(world=drill.world or 0)
    assert not inside.exclude(unit__path__startswith=park.firms[0].path).exists()


def test_situations_fall_due_once_each(park: SmallZone, prepared: Drill, duty: Actor) -> None:
    drill = start(prepared, duty)
    assert [drills.inject_due(), drills.inject_due()] == [1, 0]
    first, second = Inject.objects.filter(drill=drill).order_by("offset_min")
    assert first.fired_at is not None
    assert first.order is not None
    assert (first.order.world, first.order.lead_name) == (drill.world, "核酸检测组")
    assert second.fired_at is None
    Drill.objects.filter(pk=drill.pk).update(started_at=F("started_at") - timedelta(minutes=45))
    assert [drills.inject_due(), drills.inject_due()] == [1, 0]
    second.refresh_from_db()
    assert second.order is not None
    titles = Notice.objects.filter(subject_kind="work_order", subject_id=second.order.pk)
    assert titles.exists()
    assert not titles.exclude(title__startswith=DRILL_PREFIX).exists()


def test_a_situation_by_hand_is_early_and_only_once(prepared: Drill, duty: Actor) -> None:
    drill = start(prepared, duty)
    late = drill.injects.get(offset_min=45)
    fired = drills.fire_inject(inject_id=late.pk, by=duty)
    assert (fired.fired_by_name, fired.trouble) == (duty.name, "")
    with pytest.raises(Conflict):
        drills.fire_inject(inject_id=late.pk, by=duty)


def test_the_time_of_a_situation_is_that_of_the_feedback(
    park: SmallZone, prepared: Drill, duty: Actor
) -> None:
    from pingzhan.domain.orders import api as orders
    from pingzhan.foundation.access.actor import actor_of

    drill = start(prepared, duty)
    drills.inject_due()
    inject = drill.injects.get(offset_min=0)
    assert inject.order_id is not None
    head = Person.objects.get(seats__world=drill.world or 0, seats__post_code="testing.head")
    who = actor_of(park.person_account(head.name))
    orders.feed_back(order_id=inject.order_id, text="已办", by=who)
    scored = drills.score_inject(inject_id=inject.pk, score=8, remark="到位", by=duty)
    assert scored.done_at == Order.objects.get(pk=inject.order_id).fed_back_at is not None
    assert (scored.score, scored.scored_by_name) == (8, duty.name)
    told = drills.report(Drill.objects.get(pk=drill.pk))
    assert told is not None
    assert (told.score, told.points) == (8, 10)


def test_case_25_a_real_order_ends_the_drill(
    park: SmallZone, prepared: Drill, duty: Actor, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    leader = park.people["安若水"]
    drills.change_drill(
        drill_id=prepared.pk,
        data=drills.DrillData("综合演练", 3, "背景", evaluator=park.people["谈云起"].pk, leader=leader.pk),
        by=duty,
    )
    drill = start(prepared, duty)
    drills.inject_due()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        done = command.order_switch(
            order=command.SwitchOrder(key="real", unit=park.zone, level=2, reason="真", basis="真1号"),
            by=duty,
        )
    drill.refresh_from_db()
    assert (drill.state, drill.end_kind) == ("ended", "real_order")
    assert not Seat.objects.filter(world=drill.world or 0, closed_at=None).exists()
    assert Activation.objects.get(pk=done.activation_id).world == 0
    assert Seat.objects.filter(world=0, closed_at=None, posture="emergency").exists()
    told = Notice.objects.filter(subject_kind="drill", kind="drill_end")
    assert {one.recipient for one in told} == {leader.pk, park.people["谈云起"].pk}
    # The people of the drill are told by the release of their drill seats, the real ones by their order.
    assert Notice.objects.filter(
        world=drill.world or 0, kind="release", title__startswith=DRILL_PREFIX
    ).exists()
    assert not Order.objects.filter(world=drill.world or 0).exclude(state="cancelled").exists()
    assert AuditRecord.objects.get(verb="drills.end").world == drill.world
    assert sound() == {}


def test_case_25_an_unprefixed_drill_notice_is_refused(prepared: Drill, duty: Actor) -> None:
    from pingzhan.foundation.messages import deliver_all_due

    drill = start(prepared, duty)
    bare = Notice.objects.filter(world=drill.world or 0).first()
    assert bare is not None
    Notice.objects.filter(pk=bare.pk).update(title=bare.title.removeprefix(DRILL_PREFIX), kind="note")
    Notice.objects.filter(pk=bare.pk).update(subject_kind="drill", subject_id=drill.pk)
    deliver_all_due()
    bare.refresh_from_db()
    assert bare.state == "dead"
    assert "演练标记" in bare.last_error


def test_no_drill_while_it_is_in_earnest(park: SmallZone, prepared: Drill, duty: Actor) -> None:
    command.order_switch(
        order=command.SwitchOrder(key="r", unit=park.firms[0], level=3, reason="真", basis="真1号"), by=duty
    )
    with pytest.raises(Conflict) as caught:
        start(prepared, duty)
    assert caught.value.code == "drill_in_earnest"


def test_the_settling_loop_does_what_a_failed_follower_did_not(
    park: SmallZone, prepared: Drill, duty: Actor
) -> None:
    from pingzhan.domain.command.actions import followers

    drill = start(prepared, duty)
    kept = dict(followers._followers)
    followers._followers.clear()
    try:
        command.stand_down(
            order=command.StandDown(key="x", unit=park.zone, reason="止", world=drill.world or 0), by=duty
        )
    finally:
        followers._followers.update(kept)
    assert Drill.objects.get(pk=drill.pk).running
    assert [drills.settle_ended(), drills.settle_ended()] == [1, 0]
    assert not Drill.objects.get(pk=drill.pk).running
    assert Review.objects.filter(world=drill.world or 0).count() == 1


@pytest.mark.parametrize("role", [one for one in Role if one not in {Role.DUTY_OFFICER, Role.LEADER}])
def test_who_must_not_start_or_end(prepared: Drill, duty: Actor, role: Role) -> None:
    other = actor_with(role)
    for act in (drills.start_drill, drills.end_drill):
        with pytest.raises((Refused, NotFound)):
            act(drill_id=prepared.pk, by=other)
    assert DrillEvent.objects.filter(drill=prepared, verb="start").count() == 0
