"""The report's times are those that happened, and are held against the references as they should be."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

import pytest

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation, Seat, Task, TaskEvent
from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.models import Drill, Review
from pingzhan.domain.orders.models import Order
from pingzhan.foundation.access.actor import Actor, link_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.drills.conftest import prepare
from tests.factories import SmallZone, actor_with

pytestmark = pytest.mark.django_db


def begun(drill: Drill) -> datetime:
    activation = Activation.objects.get(pk=drill.activation_id or 0)
    return activation.at


def confirm(drill: Drill, seat: Seat, acked: float, arrived: float | None = None) -> None:
    """Have a seat confirmed so many minutes after the order."""
    at = begun(drill)
    Seat.objects.filter(pk=seat.pk).update(
        ack_state="arrived" if arrived is not None else "acked",
        seen_at=at + timedelta(minutes=acked / 2),
        acked_at=at + timedelta(minutes=acked),
        ack_by="某",
        ack_via="button",
        arrived_at=at + timedelta(minutes=arrived) if arrived is not None else None,
        next_at=None,
        unanswered="",
    )


def seats_of(drill: Drill) -> list[Seat]:
    rows = Seat.objects.filter(world=drill.world or 0, closed_at=None, post__isnull=False)
    return list(rows.select_related("post__group").order_by("pk"))


def is_lead(seat: Seat) -> bool:
    assert seat.post is not None
    return seat.post.role == "head" or (seat.post.group.kind == "leading" and seat.post.role == "deputy")


def test_goal_G14_times_against_the_references(park: SmallZone, prepared: Drill, duty: Actor) -> None:
    drill = drills.start_drill(drill_id=prepared.pk, by=duty)
    seats = seats_of(drill)
    expected: list[float] = []
    for n, seat in enumerate(seats):
        acked = 2.0 + n * 0.5 if is_lead(seat) else 20.0 + n
        expected.append(acked)
        confirm(drill, seat, acked, acked + 30)
    made = drills.report(Drill.objects.get(pk=drill.pk))
    assert made is not None
    took = made.facts["minutes"]
    leads = [one for one, seat in zip(expected, seats, strict=True) if is_lead(seat)]
    ordered = sorted(expected)
    assert took["acked_first"] == round(min(expected), 1)
    assert took["seen_first"] == round(min(expected) / 2, 1)
    assert took["acked_half"] == ordered[ceil(len(ordered) * 0.5) - 1]
    assert took["acked_90"] == ordered[ceil(len(ordered) * 0.9) - 1]
    assert took["posts_acked"] == max(expected)
    assert took["leads_acked"] == max(leads)
    assert took["leads_arrived"] == max(leads) + 30
    assert took["posts_arrived"] == max(expected) + 30
    results = {one["key"]: one["result"] for one in made.facts["references"]}
    assert results["leads_acked"] == "kept"
    assert results["leads_arrived"] == "kept"
    assert results["posts_acked"] == "kept"
    assert {one["key"]: one["minutes"] for one in made.facts["references"]} == {
        "leads_acked": 15,
        "leads_arrived": 60,
        "posts_acked": 120,
        "posts_arrived": 120,
        "tasks_4h": 240,
        "tasks_5h": 300,
        "tasks_24h": 1440,
    }


def test_goal_G14_late_and_untried_are_told_apart(park: SmallZone, prepared: Drill, duty: Actor) -> None:
    drill = drills.start_drill(drill_id=prepared.pk, by=duty)
    for seat in seats_of(drill):
        confirm(drill, seat, 16.0)
    running = drills.report(Drill.objects.get(pk=drill.pk))
    assert running is not None
    results = {one["key"]: one["result"] for one in running.facts["references"]}
    assert results["leads_acked"] == "late"
    assert results["leads_arrived"] == "untried"
    drills.end_drill(drill_id=drill.pk, by=duty)
    ended = drills.report(Drill.objects.get(pk=drill.pk))
    assert ended is not None
    assert {one["key"]: one["result"] for one in ended.facts["references"]}["tasks_24h"] == "untried"


def test_goal_G14_the_task_marks_follow_the_feedback(park: SmallZone, prepared: Drill, duty: Actor) -> None:
    drill = drills.start_drill(drill_id=prepared.pk, by=duty)
    at = begun(drill)
    due = Task.objects.filter(world=drill.world or 0, due_at__lte=at + timedelta(hours=4)).exclude(
        due_at=None
    )
    assert due.exists()
    for task in due:
        TaskEvent.objects.create(
            task=task,
            at=at + timedelta(minutes=200),
            verb="feedback",
            state_from="open",
            state_to="feedback",
            by_name="某",
        )
    made = drills.report(Drill.objects.get(pk=drill.pk))
    assert made is not None
    mark = next(one for one in made.facts["references"] if one["key"] == "tasks_4h")
    assert (mark["took"], mark["result"]) == (200.0, "kept")


def test_who_declined_and_who_took_over(park: SmallZone, prepared: Drill, duty: Actor) -> None:
    drill = drills.start_drill(drill_id=prepared.pk, by=duty)
    head = Seat.objects.get(world=drill.world or 0, post_code="leading.head", closed_at=None)
    command.decline(seat_id=head.pk, reason="在外", by=link_actor(head.person_id, "某"))
    made = drills.report(Drill.objects.get(pk=drill.pk))
    assert made is not None
    (one,) = made.facts["declined"]
    new = Seat.objects.get(world=drill.world or 0, post_code="leading.head", closed_at=None)
    assert (one["post"], one["person"], one["replaced_by"]) == ("leading.head", head.person_id, new.person_id)
    head.refresh_from_db()
    assert head.closed_at is not None
    assert one["at"] == head.closed_at.isoformat()


def test_reports_of_the_last_drills_stand_beside_it(park: SmallZone, duty: Actor) -> None:
    first = drills.start_drill(drill_id=prepare(park, duty, title="第一次").pk, by=duty)
    for seat in seats_of(first):
        confirm(first, seat, 5.0)
    drills.end_drill(drill_id=first.pk, by=duty)
    second = drills.start_drill(drill_id=prepare(park, duty, title="第二次").pk, by=duty)
    for seat in seats_of(second):
        confirm(second, seat, 3.0)
    found = drills.compare(Drill.objects.get(pk=second.pk))
    assert [(one.title, times["posts_acked"]) for one, times in found] == [("第二次", 3.0), ("第一次", 5.0)]
    assert first.world != second.world


def end_of_an_emergency(park: SmallZone, duty: Actor) -> Review:
    command.reconcile_zone(zone=park.zone, cause="试验", by=park.root)
    command.order_switch(
        order=command.SwitchOrder(key="r1", unit=park.zone, level=3, reason="真", basis="真1号"), by=duty
    )
    command.order_switch(
        order=command.SwitchOrder(key="r2", unit=park.zone, level=2, reason="升级", basis="真2号"), by=duty
    )
    assert not Review.objects.exists()
    command.stand_down(order=command.StandDown(key="r3", unit=park.zone, reason="解除"), by=duty)
    return Review.objects.get()


def test_a_real_emergency_is_reviewed_once_when_it_ends(park: SmallZone, duty: Actor) -> None:
    review = end_of_an_emergency(park, duty)
    assert (review.world, review.state) == (0, "draft")
    facts = drills.review(review)
    assert facts["levels"] == [3, 2]
    assert facts["started"] == Activation.objects.get(key="r1").at.isoformat()
    assert drills.draft_missing() == 0


def test_a_review_from_draft_to_file(park: SmallZone, duty: Actor) -> None:
    review = end_of_an_emergency(park, duty)
    with pytest.raises(Invalid):
        drills.mark_reviewed(review_id=review.pk, by=duty)
    drills.write_review(review_id=review.pk, kept="快", change="补联系方式", by=duty)
    action = drills.add_action(review_id=review.pk, text="核实联系方式", to_key="group:coordination", by=duty)
    assert action.order is not None
    assert (action.order.source, action.order.world) == ("review", 0)
    assert action.due_at == review.ended_at + timedelta(days=30)
    assert [one.pk for one in drills.open_actions(park.zone)] == [action.pk]
    drills.hand_over(review_id=review.pk, group_code="medical", text="两件未结", by=duty)
    with pytest.raises(Conflict):
        drills.file_review(review_id=review.pk, by=duty)
    drills.mark_reviewed(review_id=review.pk, by=duty)
    filed = drills.file_review(review_id=review.pk, by=duty)
    assert filed.facts_sha == drills.sha_of(filed.facts or {})
    for act in (
        lambda: drills.write_review(review_id=review.pk, kept="x", change="y", by=duty),
        lambda: drills.add_action(review_id=review.pk, text="x", to_key="group:medical", by=duty),
        lambda: drills.hand_over(review_id=review.pk, group_code="medical", text="x", by=duty),
    ):
        with pytest.raises(Conflict):
            act()
    Order.objects.filter(pk=action.order.pk).update(
        state="cancelled", ended_at=filed.filed_at, ended_by_name="某", reason="试验", next_at=None
    )
    assert not drills.open_actions(park.zone).exists()


@pytest.mark.parametrize(
    "role", [one for one in Role if one not in {Role.DUTY_OFFICER, Role.LEADER, Role.ORGANISER}]
)
def test_who_must_not_write_a_review(park: SmallZone, duty: Actor, role: Role) -> None:
    review = end_of_an_emergency(park, duty)
    other = actor_with(role, path=park.zone.path)
    for act in (
        lambda: drills.write_review(review_id=review.pk, kept="x", change="y", by=other),
        lambda: drills.add_action(review_id=review.pk, text="x", to_key="group:medical", by=other),
        lambda: drills.mark_reviewed(review_id=review.pk, by=other),
        lambda: drills.hand_over(review_id=review.pk, group_code="medical", text="x", by=other),
    ):
        with pytest.raises((Refused, NotFound)):
            act()


def test_the_head_of_a_group_hands_over_his_own(park: SmallZone, duty: Actor) -> None:
    from pingzhan.foundation.access.actor import actor_of

    review = end_of_an_emergency(park, duty)
    code = "medical"
    head = Seat.objects.filter(post_code="medical.head", posture="emergency").latest("pk").person
    who = actor_of(park.person_account(head.name))
    assert drills.hand_over(review_id=review.pk, group_code=code, text="已交", by=who).by_name == head.name
    with pytest.raises(NotFound):
        drills.hand_over(review_id=review.pk, group_code="testing", text="已交", by=who)


def test_what_expires_with_the_emergency_is_listed(park: SmallZone, duty: Actor) -> None:
    command.reconcile_zone(zone=park.zone, cause="试验", by=park.root)
    command.order_switch(
        order=command.SwitchOrder(key="r1", unit=park.zone, level=3, reason="真", basis="真1号"), by=duty
    )
    command.replace_person(
        zone=park.zone,
        post_code="medical.head",
        seat_no=1,
        person=park.people["谈云起"],
        reason="急",
        by=duty,
    )
    command.stand_down(order=command.StandDown(key="r3", unit=park.zone, reason="解除"), by=duty)
    review = Review.objects.get()
    start = Activation.objects.get(key="r1").at
    found = drills.expiring(review.activation, start)
    assert [(one.over, "谈云起" in one.what) for one in found] == [(True, True)]
    extra = drills.Expiring("车辆通行证", "通行证 3 张", start, False)
    drills.register_expiring("test", lambda _activation, _begun: [extra])
    try:
        assert drills.expiring(review.activation, start)[0] is extra
    finally:
        drills.register_expiring("test", lambda _activation, _begun: [])
