"""A channel that is down: another takes over, one message tries it again, commands never wait for bulk."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages import (
    NewNotice,
    backlog,
    deliver_all_due,
    deliver_due,
    enqueue_bulk,
    marks,
    register_addresses,
)
from pingzhan.foundation.messages.models import Attempt, Channel, ChannelHealth, Notice
from pingzhan.foundation.messages.transport.http import Client

from .stubs import gateway, mail_server

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., NewNotice]
MakeChannel = Callable[..., Channel]


@pytest.fixture(autouse=True)
def both_addresses() -> None:
    register_addresses(lambda ids: {n: [("sms", f"138{n:08d}"), ("email", f"p{n}@example.org")] for n in ids})


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "FIRST_DELAY_SECONDS", 0.01)


def test_case_20_another_channel_takes_over_and_the_health_turns_red(
    new: Make, make_channel: MakeChannel
) -> None:
    with gateway(lambda number, times: "error") as web, mail_server() as mail:
        make_channel("sms", port=web.port, order=1, trip_after=3, probe_seconds=300, concurrency=1)
        make_channel("smtp", port=mail.port, order=2)
        enqueue_bulk([new(channel="auto", recipient=n) for n in range(1, 31)])
        deliver_all_due()
        assert sum(mail.log.taken.values()) == 30
        assert len(web.log.arrivals) <= 3 + 2
    assert set(Notice.objects.values_list("state", "via")) == {("sent", "smtp")}
    health = ChannelHealth.objects.get(channel__key="sms")
    assert (health.state, health.opens) == ("down", 1)
    assert [(one.label, one.state) for one in backlog().troubles] == [("sms", "down")]
    assert not backlog().healthy
    assert AuditRecord.objects.get(verb="messages.channel_down").body["channel"] == "sms"


def test_a_channel_that_is_back_is_found_by_one_message(new: Make, make_channel: MakeChannel) -> None:
    register_addresses(lambda ids: {n: [("sms", f"138{n:08d}")] for n in ids})
    with gateway(lambda number, times: "error") as web:
        make_channel("sms", port=web.port, trip_after=2, probe_seconds=300, concurrency=1)
        enqueue_bulk([new(channel="auto", recipient=n) for n in range(1, 21)])
        deliver_all_due()
        tried = len(web.log.arrivals)
        # Nothing goes out, and nothing is lost: no try is counted for those that only wait.
        assert not Notice.objects.exclude(state__in=["queued", "failed"]).exists()
        assert Notice.objects.filter(tries=0).count() >= 17
        deliver_all_due()
        assert len(web.log.arrivals) == tried

        ChannelHealth.objects.update(probe_at=Now() - timedelta(seconds=1))
        Notice.objects.update(next_at=Now())
        deliver_all_due()
        assert len(web.log.arrivals) == tried + 1
        assert ChannelHealth.objects.get().opens == 2

        web.mood = lambda number, times: "ok"
        ChannelHealth.objects.update(probe_at=Now() - timedelta(seconds=1))
        Notice.objects.filter(pk=Notice.objects.order_by("id").values("pk")[:1]).update(next_at=Now())
        deliver_all_due()
        deliver_all_due()
        assert sum(web.log.taken.values()) == 20
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}
    assert ChannelHealth.objects.get().state == "ok"
    assert backlog().healthy
    assert AuditRecord.objects.filter(verb="messages.channel_up").count() == 1


def test_case_20_a_wrong_number_is_tried_by_the_next_channel_at_once(
    new: Make, make_channel: MakeChannel
) -> None:
    with gateway(lambda number, times: "never") as web, mail_server() as mail:
        make_channel("sms", port=web.port, order=1)
        make_channel("smtp", port=mail.port, order=2)
        enqueue_bulk([new(channel="auto", recipient=1)])
        deliver_all_due()
        assert sum(mail.log.taken.values()) == 1
    outcomes = list(Attempt.objects.order_by("id").values_list("channel", "outcome", "error_class"))
    assert outcomes == [("sms", "lasting", "http_400"), ("smtp", "sent", "")]
    assert ChannelHealth.objects.get(channel__key="sms").state == "ok"


def test_case_20_a_slow_provider_is_given_up_and_another_channel_sends(
    new: Make, make_channel: MakeChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The shortest patience one may set is a second; here it is shorter than the stub is slow.
    monkeypatch.setattr(
        "pingzhan.foundation.messages.transport.gateway.Client",
        lambda timeout, private: Client(0.05, private=private),
    )
    with gateway(lambda number, times: "slow") as web, mail_server() as mail:
        make_channel("sms", port=web.port, order=1, trip_after=1, probe_seconds=300, concurrency=1)
        make_channel("smtp", port=mail.port, order=2)
        enqueue_bulk([new(channel="auto", recipient=n) for n in (1, 2, 3)])
        deliver_all_due()
        assert sum(mail.log.taken.values()) == 3
    assert set(Notice.objects.values_list("state", "via")) == {("sent", "smtp")}
    assert Attempt.objects.get(channel="sms").error_class == "timeout"
    assert not backlog().healthy


def test_a_command_does_not_wait_for_bulk(new: Make, make_channel: MakeChannel) -> None:
    register_addresses(lambda ids: {n: [("sms", f"138{n:08d}")] for n in ids})
    began = threading.Event()

    def mood(number: str, times: int) -> str:
        began.set()
        return "slow"

    with gateway(mood) as web:
        make_channel("sms", port=web.port, concurrency=2)
        enqueue_bulk([new(channel="auto", recipient=n, priority=9) for n in range(1, 61)])

        def send() -> None:
            try:
                deliver_all_due()
            finally:
                connection.close()

        sender = threading.Thread(target=send)
        sender.start()
        assert began.wait(30)
        before = len(web.log.bodies)
        enqueue_bulk([new(channel="auto", recipient=500, priority=0)])
        sender.join()
        command = Notice.objects.get(recipient=500)
        place = list(web.log.bodies).index(command.number)
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}
    # Those under way and what began while the dispatcher looked again; never the whole bulk.
    assert place - before <= 30


def test_settings_changed_while_sending_are_followed(new: Make, make_channel: MakeChannel) -> None:
    register_addresses(lambda ids: {n: [("sms", f"138{n:08d}")] for n in ids})
    with gateway() as web:
        channel = make_channel("sms", port=web.port)
        enqueue_bulk([new(channel="auto", recipient=1)])
        deliver_due()
        Channel.objects.filter(pk=channel.pk).update(enabled=False)
        enqueue_bulk([new(channel="sms", recipient=2)])
        deliver_due()
        assert sum(web.log.taken.values()) == 1
    assert Notice.objects.get(recipient=2).state == "dead"


def test_what_waits_for_a_busy_channel_keeps_its_tries(new: Make, make_channel: MakeChannel) -> None:
    register_addresses(lambda ids: {n: [("sms", f"138{n:08d}")] for n in ids})
    with gateway() as web:
        make_channel("sms", port=web.port, rate_count=6, rate_seconds=1, concurrency=1)
        enqueue_bulk([new(channel="auto", recipient=n) for n in range(1, 31)])
        counts = deliver_due()
        assert counts.sent == counts.leased == sum(web.log.taken.values()) < 30
    assert set(Notice.objects.exclude(state="sent").values_list("state", "tries", "via")) == {
        ("queued", 0, "sms")
    }
