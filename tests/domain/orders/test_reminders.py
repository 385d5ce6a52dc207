"""Reminders: at their times, each once even with two sweepers, upwards when late; extension only in time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from pingzhan.domain.command import api as command
from pingzhan.domain.orders import api
from pingzhan.domain.orders.enums import Light
from pingzhan.domain.orders.models import Extension, Order, Reminder
from pingzhan.domain.orders.tasks import remind_loop
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages.models import Notice
from pingzhan.foundation.options import registry
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from tests.domain.orders.conftest import HOUR, Give, fed, him
from tests.factories import SmallZone, small_zone

DAY = 24 * HOUR


def sent(order: Order) -> list[str]:
    return list(order.reminders.filter(sent=True).order_by("pk").values_list("stage", flat=True))


def test_every_reminder_at_its_time(park: SmallZone, give: Give, now: datetime) -> None:
    order = give(due=100)
    due = order.due_at
    assert order.next_at == due - 72 * HOUR
    for at, stages in (
        (due - 73 * HOUR, []),
        (due - 72 * HOUR, ["before-72"]),
        (due - 24 * HOUR, ["before-24"]),
        (due - 2 * HOUR, ["before-2"]),
        (due, ["due"]),
        (due + DAY, ["head", "late-1"]),
        (due + 2 * DAY, ["late-2"]),
        (due + 3 * DAY, ["late-3", "leader"]),
        (due + 4 * DAY, ["late-4"]),
    ):
        before = sent(order)
        api.remind_due(at)
        assert sorted(sent(order)[len(before) :]) == stages, at - due
        api.remind_due(at)
        assert len(sent(order)) == len(before) + len(stages)
    notices = Notice.objects.filter(subject_kind="work_order", subject_id=order.pk)
    assert notices.filter(kind="order_remind").count() == 8
    up = notices.filter(kind="order_escalate").order_by("pk").values_list("recipient", flat=True)
    assert [Person.objects.get(pk=pk).name for pk in up] == ["简而清", "安若水"]
    assert order.events.filter(verb__in=["remind", "urge", "escalate"]).count() == 10


def test_after_a_stop_only_the_last_is_told_and_those_above_once(give: Give) -> None:
    order = give(due=30)
    swept = api.remind_due(order.due_at + 10 * DAY)
    assert (swept.orders, swept.sent, swept.overtaken) == (1, 3, 12)
    assert sorted(sent(order)) == ["head", "late-10", "leader"]
    order.refresh_from_db()
    assert order.next_at == order.due_at + 11 * DAY


def test_nothing_is_reminded_that_would_have_come_before_it_was_given(give: Give) -> None:
    order = give(due=3)
    assert order.next_at == order.due_at - 2 * HOUR
    short = give(due=1)
    assert short.next_at == short.due_at


def test_who_has_fed_back_is_left_alone_until_it_is_sent_back(
    park: SmallZone, give: Give, duty: Actor
) -> None:
    order, head = give(due=30), him(park, "简而清")
    fed(order, head)
    assert api.remind_due(order.due_at + DAY).orders == 0
    api.check_feedback(order_id=order.pk, ok=False, note="不全", by=duty)
    assert api.remind_due(order.due_at + DAY).orders == 1


def test_settings_move_and_switch_off_reminders(give: Give, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"orders.first_hours": 10, "orders.second_hours": 0, "orders.third_hours": 0, "orders.head_hours": 0,
              "orders.leader_hours": 0}  # fmt: skip
    monkeypatch.setattr("pingzhan.domain.orders.settings.number", values.__getitem__)
    order = give(due=100)
    api.remind_due(order.due_at + 3 * DAY)
    assert set(order.reminders.values_list("stage", flat=True)) == {
        "before-10",
        "due",
        "late-1",
        "late-2",
        "late-3",
    }
    assert order.yellow_at == order.due_at - 10 * HOUR
    assert registry.number("orders.first_hours") == 72


def test_lights(park: SmallZone, give: Give, now: datetime) -> None:
    order = give(due=240)
    at = order.due_at
    for moment, light in (
        (at - 73 * HOUR, Light.GREEN), (at - 72 * HOUR, Light.YELLOW), (at - HOUR, Light.YELLOW), (at, Light.RED)
    ):  # fmt: skip
        assert api.light_of(order, moment) == light
    assert api.light_of(give(due=10), now) == Light.GREEN
    assert api.light_of(give(due=10), now + 5.1 * HOUR) == Light.YELLOW
    assert api.light_of(fed(order, him(park, "简而清")), at + HOUR) == Light.GREY


@pytest.fixture
def many(transactional_db: None) -> list[Order]:
    """Twelve orders, all late, committed so that other connections see them."""
    park = small_zone()
    command.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    now = clock.now()
    return [
        api.issue_order(
            zone=park.zone, to=api.To.group("medical"), text=f"第{n}件", due_at=now - HOUR, given_at=now - 9 * HOUR,
            by=park.root,
        )
        for n in range(12)
    ]  # fmt: skip


@pytest.mark.concurrency
def test_two_sweepers_remind_each_order_once(many: list[Order], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pingzhan.domain.orders.actions.reminders.BATCH", 3)

    def sweep(_n: int) -> Any:
        try:
            return api.remind_due()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        swept = list(pool.map(sweep, range(4)))
    assert sum(one.sent for one in swept) == 12
    notices = Notice.objects.filter(subject_kind="work_order", kind="order_remind")
    assert notices.count() == len(set(notices.values_list("subject_id", flat=True))) == 12
    assert Reminder.objects.filter(stage="due").count() == 12
    assert api.remind_due().orders == 0


def test_the_database_refuses_a_second_reminder(give: Give) -> None:
    order = give(due=30)
    api.remind_due(order.due_at)
    with pytest.raises(IntegrityError, match="reminder_once"), transaction.atomic():
        Reminder.objects.create(order=order, stage="due", due_at=order.due_at, sent=True)


def test_the_loop_does_both(give: Give, now: datetime) -> None:
    order = give(given_at=now - 9 * HOUR, due=-1)
    remind_loop()
    assert sent(order) == ["due"]


def test_extension_asked_in_time_and_granted(park: SmallZone, give: Give, duty: Actor) -> None:
    order, head = give(due=30), him(park, "简而清")
    api.remind_due(order.due_at - 24 * HOUR)
    until = order.due_at + 48 * HOUR
    with pytest.raises(Invalid):
        api.ask_extension(order_id=order.pk, until=until, reason=" ", by=head)
    with pytest.raises(Invalid):
        api.ask_extension(order_id=order.pk, until=order.due_at, reason="缺料", by=head)
    api.ask_extension(order_id=order.pk, until=until, reason="缺料", by=head)
    with pytest.raises(Conflict) as error:
        api.ask_extension(order_id=order.pk, until=until, reason="再要", by=head)
    assert error.value.code == "extension_pending"
    done = api.decide_extension(order_id=order.pk, grant=True, by=duty)
    assert (done.due_at, done.extended, done.first_due_at) == (until, 1, order.first_due_at)
    assert done.next_at is not None
    assert done.next_at == until - 72 * HOUR
    with pytest.raises(Conflict) as error:
        api.decide_extension(order_id=order.pk, grant=True, by=duty)
    assert error.value.code == "extension_gone"
    # The same stage comes again for the new due time.
    api.remind_due(until - 24 * HOUR)
    assert sorted(sent(order)) == ["before-24", "before-24"]


def test_extension_after_the_due_time_is_refused(park: SmallZone, give: Give, now: datetime) -> None:
    order = give(given_at=now - 9 * HOUR, due=-1)
    with pytest.raises(Conflict) as error:
        api.ask_extension(order_id=order.pk, until=now + DAY, reason="忘了", by=him(park, "简而清"))
    assert error.value.code == "extension_late"
    with pytest.raises(IntegrityError, match="已经到期"), transaction.atomic():
        Extension.objects.create(
            order=order, until=now + DAY, was=order.due_at, reason="忘了", asked_by_name="某"
        )


def test_extension_refused_with_a_reason_keeps_the_due_time(park: SmallZone, give: Give, duty: Actor) -> None:
    user = park.person_account("简而清", Role.OFFICIAL, Role.DUTY_OFFICER)
    order, head = give(), him(park, "简而清")
    assert head.user_id == user.pk
    api.ask_extension(order_id=order.pk, until=order.due_at + DAY, reason="缺料", by=head)
    with pytest.raises(Refused) as error:
        api.decide_extension(order_id=order.pk, grant=True, by=head)
    assert error.value.code == "own_extension"
    with pytest.raises(Invalid):
        api.decide_extension(order_id=order.pk, grant=False, by=duty)
    done = api.decide_extension(order_id=order.pk, grant=False, note="已延过", by=duty)
    assert (done.due_at, done.extended) == (order.due_at, 0)


def test_a_request_ends_with_its_order(park: SmallZone, give: Give, duty: Actor) -> None:
    order = give()
    asked = api.ask_extension(
        order_id=order.pk, until=order.due_at + timedelta(days=1), reason="缺料", by=him(park, "简而清")
    )
    api.cancel_order(order_id=order.pk, reason="不办了", by=duty)
    asked.refresh_from_db()
    assert asked.state == "over"
