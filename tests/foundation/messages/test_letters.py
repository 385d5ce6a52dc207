"""Letters to many, what comes back of them, and what a person may do with a notice that failed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.db.models.functions import Now
from django.utils import timezone

from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages import (
    NewNotice,
    actions,
    deliver_due,
    enqueue_bulk,
    inbox,
    receipts,
    register_addresses,
    retention,
    rules,
)
from pingzhan.foundation.messages.letters import Recipient, reach, send_letter
from pingzhan.foundation.messages.models import Attempt, Channel, ChannelHealth, Letter, Notice, Outcome
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.factories import actor_with

pytestmark = pytest.mark.django_db
Make = Callable[..., NewNotice]
MakeChannel = Callable[..., Channel]
SENDERS = {Role.DUTY_OFFICER, Role.LEADER, Role.CLERK}


def send(*recipients: Recipient, **more: Any) -> Letter:
    usual: dict[str, Any] = {
        "title": "集合",
        "body": "八时集合。",
        "audience": "全体机关干部",
        "priority": 5,
        "unit_path": "/1/",
        "by": actor_with(Role.CLERK),
    }
    return send_letter(recipients=recipients, **{**usual, **more})


def test_who_gets_it_by_which_way(
    account: User, make_channel: MakeChannel, django_assert_num_queries: Any
) -> None:
    make_channel("sms", order=1)
    make_channel("smtp", order=2)
    register_addresses(
        lambda ids: {1: [("sms", "13800000001")], 2: [("email", "p@example.org")], 3: [("phone", "1")]}
    )
    people = [Recipient(1, None), Recipient(2, account.pk), Recipient(3, None), Recipient(4, account.pk)]
    with django_assert_num_queries(2):
        found = reach(people)
    assert (dict(found.ways), found.nobody) == ({"sms": 1, "smtp": 1, "in_app": 1}, [3])
    inside = reach(people, channel="in_app")
    assert (dict(inside.ways), inside.nobody) == ({"in_app": 2}, [1, 3])


def test_a_channel_that_is_down_is_not_promised(account: User, make_channel: MakeChannel) -> None:
    make_channel("sms")
    register_addresses(lambda ids: {1: [("sms", "13800000001")]})
    ChannelHealth.objects.update(state="down", probe_at=Now())
    assert dict(reach([Recipient(1, account.pk)]).ways) == {"in_app": 1}


def test_a_letter_is_one_notice_for_each_who_can_be_reached(account: User, make_channel: MakeChannel) -> None:
    make_channel("wecom")
    letter = send(Recipient(1, account.pk), Recipient(1, account.pk), Recipient(9, None), groups=["wecom"])
    assert (letter.recipients, letter.unreached) == (1, [9])
    written = list(Notice.objects.order_by("id").values_list("recipient", "channel", "priority", "unit_path"))
    assert written == [(1, "auto", 5, "/1/"), (0, "wecom", 5, "/1/")]
    assert AuditRecord.objects.get(verb="messages.letter_sent").body == {
        "recipients": 1,
        "unreached": 1,
        "groups": 1,
        "priority": 5,
    }
    Notice.objects.filter(recipient=0).delete()
    deliver_due()
    (item,) = inbox(account.pk)
    assert (item.words.title, item.words.body, item.words.link) == ("集合", "八时集合。", "")


def test_the_same_form_twice_is_one_letter(account: User) -> None:
    key, clerk = uuid.uuid4(), actor_with(Role.CLERK)
    first = send(Recipient(1, account.pk), key=key, by=clerk)
    assert send(Recipient(1, account.pk), key=key, by=clerk) == first
    assert (Letter.objects.count(), Notice.objects.count()) == (1, 1)


@pytest.mark.parametrize("wrong", [{"title": " "}, {"title": "长" * 81}, {"body": "长" * 2001}])
def test_words_out_of_bounds_are_refused(account: User, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        send(Recipient(1, account.pk), **wrong)
    assert not Letter.objects.exists()


def test_a_letter_nobody_would_get_is_refused() -> None:
    with pytest.raises(Invalid):
        send(Recipient(1, None))
    assert not Letter.objects.exists()


@pytest.mark.parametrize("role", sorted(set(Role) - SENDERS))
def test_who_may_not_send(role: Role, account: User) -> None:
    with pytest.raises(Refused):
        send(Recipient(1, account.pk), by=actor_with(role))
    assert not Notice.objects.exists()


def test_nobody_sends_outside_his_units(account: User) -> None:
    with pytest.raises(Refused):
        send(Recipient(1, account.pk), by=actor_with(Role.CLERK, path="/2/"))


def failed(new: Make, state: str = "dead", **more: Any) -> Notice:
    enqueue_bulk([new(unit_path="/1/", **more)])
    Notice.objects.filter(state="queued").update(state=state, tries=10, last_error="线路不通")
    return Notice.objects.latest("id")


def test_a_failed_notice_is_sent_again_over_every_way(new: Make) -> None:
    notice = failed(new)
    Attempt.objects.create(notice=notice, channel="console", outcome=Outcome.LASTING)
    actions.retry_notice(notice_id=notice.pk, by=actor_with(Role.DUTY_OFFICER))
    assert deliver_due().sent == 1
    outcomes = list(Attempt.objects.order_by("id").values_list("outcome", flat=True))
    assert outcomes == ["lasting", "retried", "sent"]
    with pytest.raises(Conflict):
        actions.retry_notice(notice_id=notice.pk, by=actor_with(Role.DUTY_OFFICER))


def test_all_that_failed_is_sent_again_where_one_may(new: Make) -> None:
    failed(new)
    enqueue_bulk([new(unit_path="/2/")])
    Notice.objects.filter(state="queued").update(state="dead")
    assert actions.retry_all(by=actor_with(Role.CLERK, path="/1/")) == 1
    assert list(Notice.objects.order_by("id").values_list("state", flat=True)) == ["queued", "dead"]
    assert actions.retry_all(by=actor_with(Role.CLERK, path="/3/")) == 0


def test_giving_up_ends_the_wait(new: Make) -> None:
    notice = failed(new, "failed")
    actions.give_up(notice_id=notice.pk, by=actor_with(Role.LEADER))
    notice.refresh_from_db()
    assert (notice.state, Attempt.objects.get().outcome) == ("dead", "given_up")
    with pytest.raises(Conflict):
        actions.give_up(notice_id=notice.pk, by=actor_with(Role.LEADER))


def test_who_may_see_and_handle(new: Make) -> None:
    notice = failed(new)
    seers = {role for role in Role if rules.notices_visible_to(actor_with(role)).exists()}
    assert seers == SENDERS | {Role.SYSTEM_ADMIN}
    for role in set(Role) - seers:
        with pytest.raises(Notice.DoesNotExist):
            actions.retry_notice(notice_id=notice.pk, by=actor_with(role))
        with pytest.raises(Notice.DoesNotExist):
            actions.give_up(notice_id=notice.pk, by=actor_with(role))
    with pytest.raises(Notice.DoesNotExist):
        actions.retry_notice(notice_id=notice.pk, by=actor_with(Role.CLERK, path="/2/"))


def test_tries_are_forgotten_after_half_a_year_and_the_notice_stays(new: Make) -> None:
    notice = failed(new)
    for days in (10, 170, 190, 400):
        one = Attempt.objects.create(notice=notice, channel="sms", outcome=Outcome.TEMPORARY)
        Attempt.objects.filter(pk=one.pk).update(at=Now() - timedelta(days=days))
    ids = retention.due(timezone.now(), 180, 10)
    assert len(ids) == 2
    assert len(retention.due(timezone.now(), 180, 1)) == 1
    assert retention.destroy(ids) == 2
    assert Attempt.objects.count() == 2
    assert Notice.objects.filter(pk=notice.pk).exists()


def sent_by_sms(new: Make, make_channel: MakeChannel) -> tuple[Channel, Notice]:
    channel = make_channel("sms")
    enqueue_bulk([new(channel="auto", recipient=1)])
    Notice.objects.update(state="sent", sent_at=Now(), via="sms", provider_id="r-77")
    return channel, Notice.objects.get()


@pytest.mark.parametrize("reference", ["r-77", "number"])
def test_a_delivery_report_is_noted_once(new: Make, make_channel: MakeChannel, reference: str) -> None:
    channel, notice = sent_by_sms(new, make_channel)
    reference = notice.number if reference == "number" else reference
    reports = receipts.read_reports(channel, [{"msgId": reference, "status": "DELIVRD"}])
    assert receipts.take_reports(channel, reports) == 1
    assert receipts.take_reports(channel, reports) == 1
    notice.refresh_from_db()
    assert notice.state == "delivered"
    assert list(Attempt.objects.values_list("outcome", flat=True)) == ["delivered"]


def test_what_was_not_delivered_goes_another_way(new: Make, make_channel: MakeChannel, account: User) -> None:
    channel, notice = sent_by_sms(new, make_channel)
    Notice.objects.update(account=account)
    receipts.take_reports(channel, receipts.read_reports(channel, {"msgId": "r-77", "status": "UNDELIV"}))
    register_addresses(lambda ids: {1: [("sms", "13800000001")]})
    deliver_due()
    notice.refresh_from_db()
    assert (notice.state, notice.via) == ("delivered", "in_app")
    outcomes = list(Attempt.objects.order_by("id").values_list("channel", "outcome"))
    assert outcomes == [("sms", "undelivered"), ("sms", "lasting"), ("in_app", "sent")]


def test_reports_of_others_and_nonsense_change_nothing(new: Make, make_channel: MakeChannel) -> None:
    channel, notice = sent_by_sms(new, make_channel)
    other = make_channel("sms", key="other")
    reports = receipts.read_reports(channel, [{"msgId": "r-77", "status": "DELIVRD"}])
    assert receipts.take_reports(other, reports) == 0
    assert (
        receipts.take_reports(channel, receipts.read_reports(channel, {"msgId": "PZ9" * 9, "status": "x"}))
        == 0
    )
    for nonsense in (None, [], {}, "text", [1, 2], {"msgId": {"a": 1}}):
        with pytest.raises(Invalid):
            receipts.read_reports(channel, nonsense)
    notice.refresh_from_db()
    assert notice.state == "sent"


def test_a_callback_address_cannot_be_made_up(make_channel: MakeChannel) -> None:
    channel = make_channel("sms")
    token = receipts.callback_token(channel)
    assert receipts.callback_channel(token) == channel
    for wrong in ("", "sms", token[:-1], token.replace("sms", "smt"), signing.Signer(salt="x").sign("sms")):
        with pytest.raises(NotFound):
            receipts.callback_channel(wrong)


def test_reading_is_confirmed_by_the_link_and_by_the_subject(new: Make, make_channel: MakeChannel) -> None:
    _channel, notice = sent_by_sms(new, make_channel)
    token = receipts.reading_token(notice.pk)
    assert receipts.notice_of_token(token) == notice
    assert (receipts.confirm_read(notice), receipts.confirm_read(notice)) == (True, False)
    with pytest.raises(NotFound):
        receipts.notice_of_token(token[:-1])
    enqueue_bulk([new(subject_kind="seat", subject_id=5)])
    Notice.objects.filter(subject_kind="seat").update(state="sent", sent_at=Now())
    assert receipts.note_opened(subject_kind="seat", subject_id=5) == 1
    assert Notice.objects.get(subject_kind="seat").state == "read"
