"""From giving to closing: who does each step, what the database refuses, and that every time is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingzhan.domain.orders import api
from pingzhan.domain.orders.enums import (
    FINAL_STATES,
    TRANSITIONS,
    OrderState,
)
from pingzhan.domain.orders.models import Order, OrderEvent, Target
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.orders.conftest import HOUR, Give, fed, him
from tests.factories import SmallZone, account, actor_with

HEAD, OTHER = "简而清", "蓝田玉"
"""Heads of 医疗保障组 and of 应急处置组."""


def test_from_giving_to_closing(park: SmallZone, give: Give, duty: Actor, leader: Actor) -> None:
    order = give(title="备好床位")
    assert (order.state, order.lead_name, order.number_text) == (
        "open", "医疗保障组", f"交办〔{order.year}〕1号",
    )  # fmt: skip
    head = him(park, HEAD)
    api.receive_order(order_id=order.pk, by=head)
    api.start_order(order_id=order.pk, by=head)
    api.add_note(order_id=order.pk, text="已联系两家", by=head)
    fed(order, head)
    api.check_feedback(order_id=order.pk, ok=True, by=duty)
    done = api.close_order(order_id=order.pk, by=leader, note="同意销号")
    assert (done.state, done.ended_by_name, done.checked_by_name) == ("closed", "领导乙", "值班甲")
    times = [done.issued_at, done.received_at, done.fed_back_at, done.checked_at, done.ended_at]
    assert times == sorted(times, key=lambda at: at or timezone.now())
    assert None not in times
    assert list(done.events.values_list("verb", "by_name")) == [
        ("issue", "值班甲"), ("receive", HEAD), ("start", HEAD), ("note", HEAD), ("feedback", HEAD),
        ("check", "值班甲"), ("close", "领导乙"),
    ]  # fmt: skip
    assert done.next_at is None


def test_sent_back_and_done_again(park: SmallZone, give: Give, duty: Actor) -> None:
    order, head = give(), him(park, HEAD)
    fed(order, head)
    with pytest.raises(Invalid, match="退回要写明原因"):
        api.check_feedback(order_id=order.pk, ok=False, by=duty)
    back = api.check_feedback(order_id=order.pk, ok=False, by=duty, note="没有床位数")
    assert (back.state, back.checked_at) == ("returned", None)
    back.refresh_from_db()
    assert back.next_at is not None
    assert fed(order, head, text="床位 20 张").feedback == "床位 20 张"
    api.check_feedback(order_id=order.pk, ok=True, by=duty)
    assert Notice.objects.filter(subject_id=order.pk, kind="order_return").count() == 1


def test_same_person_cannot_check_or_close_his_own_feedback(park: SmallZone, give: Give, duty: Actor) -> None:
    user = park.person_account(HEAD, Role.OFFICIAL, Role.DUTY_OFFICER)
    head = him(park, HEAD)
    assert head.user_id == user.pk
    order = give()
    fed(order, head)
    with pytest.raises(Refused) as error:
        api.check_feedback(order_id=order.pk, ok=True, by=head)
    assert error.value.code == "own_feedback"
    api.check_feedback(order_id=order.pk, ok=True, by=duty)
    with pytest.raises(Refused) as error:
        api.close_order(order_id=order.pk, by=head)
    assert error.value.code == "own_feedback"
    # Not by another account of the same person either, and not past the actions.
    same = Actor(
        "user", account(Role.DUTY_OFFICER).pk, head.person_id, "另一账号", grants=((Role.DUTY_OFFICER, "/"),)
    )
    with pytest.raises(Refused):
        api.close_order(order_id=order.pk, by=same)
    for values in ({"checked_by": user.pk}, {"checked_person": head.person_id}):
        with pytest.raises(IntegrityError, match="order_checked_by_other"), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(**values)


DIRECTING = {Role.DUTY_OFFICER, Role.LEADER}


@pytest.mark.parametrize("role", [role for role in Role if role not in DIRECTING])
def test_roles_that_may_direct_nothing(park: SmallZone, give: Give, role: Role) -> None:
    order, by = fed(give(), him(park, HEAD)), actor_with(role)
    pk = order.pk
    for act in (
        lambda: give(by=by),
        lambda: api.issue_bulk(zone=park.zone, to=[api.To.group("medical")], text="x", due_at=order.due_at, by=by),
        lambda: api.check_feedback(order_id=pk, ok=True, by=by),
        lambda: api.check_feedback(order_id=pk, ok=False, note="不", by=by),
        lambda: api.close_order(order_id=pk, by=by),
        lambda: api.cancel_order(order_id=pk, reason="不", by=by),
        lambda: api.urge_order(order_id=pk, by=by),
        lambda: api.decide_extension(order_id=pk, grant=True, by=by),
        lambda: api.move_order(order_id=pk, to=api.To.group("response"), note="不", by=by),
        lambda: api.receive_order(order_id=pk, by=by),
        lambda: api.start_order(order_id=pk, by=by),
        lambda: api.feed_back(order_id=pk, text="x", by=by),
        lambda: api.add_note(order_id=pk, text="x", by=by),
        lambda: api.ask_extension(order_id=pk, until=order.due_at + HOUR, reason="x", by=by),
    ):  # fmt: skip
        with pytest.raises(Refused):
            act()
    order.refresh_from_db()
    assert order.state == "feedback"
    assert not api.visible_to(by).exists()


@pytest.mark.parametrize("name", [OTHER, "祁连山", "桑晓风", ""])
def test_only_the_lead_does_it(park: SmallZone, give: Give, duty: Actor, name: str) -> None:
    order = give()
    by = him(park, name) if name else duty
    acts: list[Callable[[], object]] = [
        lambda: api.receive_order(order_id=order.pk, by=by),
        lambda: api.start_order(order_id=order.pk, by=by),
        lambda: api.feed_back(order_id=order.pk, text="x", by=by),
        lambda: api.add_note(order_id=order.pk, text="x", by=by),
    ]
    for act in acts:
        with pytest.raises(Refused) as error:
            act()
        assert error.value.code == "not_own_order"


def test_far_away_may_not_direct(park: SmallZone, give: Give) -> None:
    order = fed(give(), him(park, HEAD))
    far = actor_with(Role.DUTY_OFFICER, path=park.firms[0].path)
    with pytest.raises(Refused):
        api.check_feedback(order_id=order.pk, ok=True, by=far)
    with pytest.raises(Refused):
        give(by=far)
    assert give(by=far, to=api.To.enterprise(park.firms[0].pk)).unit == park.firms[0]
    with pytest.raises(Refused):
        give(by=far, to=api.To.enterprise(park.firms[1].pk))


@pytest.mark.parametrize(
    ("evidence", "wrong", "right", "code"),
    [
        ("text", {"text": " "}, {"text": "好"}, "evidence_text"),
        ("count", {"text": "好"}, {"count": 0}, "evidence_count"),
        ("count", {"count": -1}, {"count": 3}, "evidence_count"),
        ("photo", {"text": "好"}, None, "evidence_photo"),
        ("none", None, {}, ""),
    ],
)
def test_evidence_asked_for(
    park: SmallZone, give: Give, evidence: str, wrong: Any, right: Any, code: str
) -> None:
    order, head = give(evidence=evidence), him(park, HEAD)
    if wrong is not None:
        with pytest.raises(Invalid) as error:
            api.feed_back(order_id=order.pk, by=head, **wrong)
        assert error.value.code == code
    if right is not None:
        done = api.feed_back(order_id=order.pk, by=head, **right)
        assert (done.state, done.feedback_count) == ("feedback", right.get("count"))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"text": " "}, "order_empty"),
        ({"due": -1}, "order_due"),
        ({"to": api.To.group("nowhere")}, "order_target"),
        ({"to": api.To.post("nowhere.head")}, "order_target"),
        ({"to": api.To.person(10**9)}, "order_target"),
        ({"co": [api.To.group("nowhere")]}, "order_target"),
        ({"source": "rumour"}, "order_choice"),
        ({"evidence": "song"}, "order_choice"),
        ({"title": "长" * 121}, "order_long"),
    ],
)
def test_what_cannot_be_given(give: Give, more: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as error:
        give(**more)
    assert error.value.code == code
    assert not Order.objects.exists()


def test_enterprise_of_another_zone_is_unknown(park: SmallZone, give: Give) -> None:
    assert park.firms[0].path.startswith(park.zone.path)
    with pytest.raises(Invalid):
        give(to=api.To.enterprise(park.area.pk))


def test_given_on_paper_and_entered_later(give: Give, now: Any) -> None:
    order = give(given_at=now - 5 * HOUR, due=-1)
    assert order.issued_at == now - 5 * HOUR
    assert order.events.get().at >= now
    for wrong in (now + HOUR, now - timedelta(days=31)):
        with pytest.raises(Invalid, match="补录"):
            give(given_at=wrong)


def test_cancelling_needs_a_reason_and_ends_it(park: SmallZone, give: Give, duty: Actor) -> None:
    order = give()
    with pytest.raises(Invalid):
        api.cancel_order(order_id=order.pk, reason=" ", by=duty)
    done = api.cancel_order(order_id=order.pk, reason="另有安排", by=duty)
    assert (done.state, done.reason, done.next_at) == ("cancelled", "另有安排", None)
    with pytest.raises(Conflict):
        api.receive_order(order_id=order.pk, by=him(park, HEAD))
    with pytest.raises(Conflict):
        api.urge_order(order_id=order.pk, by=duty)


def test_urging_at_most_once_a_minute(give: Give, duty: Actor) -> None:
    order = give()
    assert api.urge_order(order_id=order.pk, by=duty) == 1
    with pytest.raises(Conflict) as error:
        api.urge_order(order_id=order.pk, by=duty)
    assert error.value.code == "urge_again"


def test_unknown_order(duty: Actor) -> None:
    with pytest.raises(NotFound):
        api.close_order(order_id=1, by=duty)


STEP: dict[OrderState, Callable[[int, Actor, Actor], Order]] = {
    OrderState.RECEIVED: lambda pk, head, duty: api.receive_order(order_id=pk, by=head),
    OrderState.DOING: lambda pk, head, duty: api.start_order(order_id=pk, by=head),
    OrderState.FEEDBACK: lambda pk, head, duty: api.feed_back(order_id=pk, text="好", by=head),
    OrderState.RETURNED: lambda pk, head, duty: api.check_feedback(order_id=pk, ok=False, note="不", by=duty),
    OrderState.CHECKED: lambda pk, head, duty: api.check_feedback(order_id=pk, ok=True, by=duty),
    OrderState.CLOSED: lambda pk, head, duty: api.close_order(order_id=pk, by=duty),
    OrderState.CANCELLED: lambda pk, head, duty: api.cancel_order(order_id=pk, reason="不", by=duty),
}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(sorted(STEP)), min_size=1, max_size=10))
def test_any_walk_keeps_to_the_table(
    park: SmallZone, give: Give, duty: Actor, steps: list[OrderState]
) -> None:
    head = him(park, HEAD)
    order = give()
    state, walked = OrderState.OPEN, 1
    for to in steps:
        if to in TRANSITIONS[state]:
            STEP[to](order.pk, head, duty)
            state, walked = to, walked + 1
        else:
            with pytest.raises(Conflict):
                STEP[to](order.pk, head, duty)
    order.refresh_from_db()
    assert order.state == state
    assert order.events.count() == walked
    assert (order.ended_at is not None) == (state in FINAL_STATES)
    states = list(order.events.values_list("state_from", "state_to"))
    assert [pair[1] for pair in states[:-1]] == [pair[0] for pair in states[1:]]


@pytest.mark.parametrize("before", list(OrderState))
def test_the_database_holds_the_table_too(park: SmallZone, give: Give, before: OrderState) -> None:
    order = give()
    full = {
        "fed_back_at": order.issued_at, "fed_back_by_name": "某", "checked_at": order.issued_at,
        "checked_by_name": "某", "reason": "某",
    }  # fmt: skip
    ended = {"ended_at": order.issued_at, "ended_by_name": "某", "next_at": None}
    running: dict[str, Any] = {"ended_at": None, "ended_by_name": ""}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Order.objects.filter(pk=order.pk).update(
            state=before, **full, **(ended if before in FINAL_STATES else running)
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    for after in OrderState:
        if after == before:
            continue
        values = full | (ended if after in FINAL_STATES else running)
        try:
            with transaction.atomic():
                Order.objects.filter(pk=order.pk).update(state=after, **values)
                transaction.set_rollback(True)
            refused = ""
        except IntegrityError as error:
            refused = str(error)
        assert bool(refused) == (after not in TRANSITIONS[before]), f"{before} > {after}"
        if refused:
            assert f"不能从“{before.label}”变为“{after.label}”" in refused


def test_orders_and_their_history_cannot_be_rewritten(give: Give) -> None:
    order = give()
    for write in (
        lambda: Order.objects.filter(pk=order.pk).update(text="改"),
        lambda: Order.objects.filter(pk=order.pk).update(number=7),
        lambda: Order.objects.filter(pk=order.pk).update(issued_by_name="改"),
        lambda: Order.objects.filter(pk=order.pk).delete(),
        lambda: OrderEvent.objects.filter(order=order).update(by_name="改"),
        lambda: OrderEvent.objects.filter(order=order).delete(),
        lambda: Order.objects.create(
            zone=order.zone, unit=order.unit, year=2026, number=9, title="t", source="desk", lead_name="x",
            due_at=order.due_at, first_due_at=order.due_at, yellow_at=order.due_at, issued_by_name="x",
            state="received",
        ),
        lambda: Target.objects.create(order=order, role="lead", kind="group", group_code="x", name="x"),
        lambda: Target.objects.create(order=order, role="co", kind="post", group_code="x", name="x"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_the_trail_names_nobody(park: SmallZone, give: Give, duty: Actor) -> None:
    order = give(title="找安若水谈话")
    fed(order, him(park, HEAD), text="已找安若水")
    api.check_feedback(order_id=order.pk, ok=True, by=duty)
    rows = AuditRecord.objects.filter(subject_kind="work_order", subject_id=str(order.pk))
    assert [row.verb for row in rows.order_by("pk")] == ["orders.issue", "orders.feedback", "orders.check"]
    assert "安若水" not in str([row.body for row in rows])
