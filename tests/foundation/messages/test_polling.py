"""Gateways that cannot reach us are asked for their delivery reports; a real HTTP server answers."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.jobs.database import connection_options
from pingzhan.foundation.messages import NewNotice, actions, enqueue_bulk, polling, receipts, retention
from pingzhan.foundation.messages.models import Answer, Attempt, Channel, Notice
from pingzhan.foundation.messages.transport.gateway import GatewaySettings
from pingzhan.kernel.errors import Invalid
from tests.foundation.messages.conftest import MakeChannel

from ..children import environment

Make = Callable[..., NewNotice]
pytestmark = pytest.mark.django_db


@dataclass
class Desk:
    """A gateway's desk for reports: what it is to answer, and what it was asked."""

    port: int = 0
    status: int = 200
    answer: object = field(default_factory=list)
    once: bool = False
    asked: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)


@contextmanager
def running() -> Iterator[Desk]:
    desk = Desk()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            desk.asked.append((self.command, self.path, dict(self.headers), body))
            content = desk.answer if isinstance(desk.answer, bytes) else json.dumps(desk.answer).encode()
            if desk.once:
                desk.answer = {"list": []}
            self.send_response(desk.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    desk.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def desk() -> Iterator[Desk]:
    with running() as found:
        yield found


@pytest.fixture
def asking(desk: Desk, make_channel: MakeChannel) -> Callable[..., Channel]:
    """A text-message channel whose reports are fetched from the desk."""

    def make(**more: Any) -> Channel:
        usual = {
            "port": desk.port,
            "poll_url": f"http://127.0.0.1:{desk.port}/reports?key={{key}}",
            "report_list": "list",
            "ok_field": "",
        }
        return make_channel("sms", **(usual | more))

    return make


def sent(new: Make, *receipt_ids: str, via: str = "sms") -> list[Notice]:
    """Notices that the gateway took, each with its receipt id."""
    enqueue_bulk([new(channel="auto", recipient=n) for n in range(1, len(receipt_ids) + 1)])
    rows = list(Notice.objects.filter(state="queued").order_by("id"))
    for row, receipt in zip(rows, receipt_ids, strict=True):
        Notice.objects.filter(pk=row.pk).update(state="sent", sent_at=Now(), via=via, provider_id=receipt)
    return rows


def states() -> list[str]:
    return list(Notice.objects.order_by("id").values_list("state", flat=True))


def test_reports_are_fetched_and_noted_once(new: Make, desk: Desk, asking: Callable[..., Channel]) -> None:
    asking()
    sent(new, "r1", "r2", "r3")
    desk.answer = {"list": [{"msgId": "r1", "status": "DELIVRD"}, {"msgId": "r3", "status": "UNDELIV"}]}
    assert polling.poll() == 2
    assert states() == ["delivered", "sent", "failed"]
    ((method, path, headers, body),) = desk.asked
    assert (method, path, body) == ("GET", "/reports?key=geheim", "")
    assert headers["Authorization"] == "Bearer geheim"
    outcomes = list(Attempt.objects.order_by("id").values_list("outcome", flat=True))
    assert outcomes == ["delivered", "undelivered", "lasting"]
    polling.poll()
    assert Attempt.objects.count() == 3


def test_the_receipts_that_are_still_open_are_asked_for_in_pieces(
    new: Make, desk: Desk, asking: Callable[..., Channel]
) -> None:
    asking(
        poll_body='{"ids": {ids}, "key": "{key}"}', poll_url=f"http://127.0.0.1:{desk.port}/r", poll_many=2
    )
    sent(new, "r1", 'r"2', "r3", "", "r5")
    Notice.objects.filter(provider_id="r5").update(state="delivered")
    desk.answer = {"list": []}
    assert polling.poll() == 0
    assert [(one[0], json.loads(one[3])) for one in desk.asked] == [
        ("POST", {"ids": ["r3", 'r"2'], "key": "geheim"}),
        ("POST", {"ids": ["r1"], "key": "geheim"}),
    ]
    assert states() == ["sent", "sent", "sent", "sent", "delivered"]


def test_a_gateway_that_goes_by_our_number_is_asked_too(
    new: Make, desk: Desk, asking: Callable[..., Channel]
) -> None:
    asking(id_field="")
    (notice,) = sent(new, "")
    desk.answer = {"list": [{"msgId": notice.number, "status": "DELIVRD"}]}
    assert (polling.poll(), states()) == (1, ["delivered"])


def test_what_is_still_under_way_stays_as_it_is(
    new: Make, desk: Desk, asking: Callable[..., Channel]
) -> None:
    """A state that says "not yet" would otherwise count as a refusal and send the notice another way as well."""
    channel = asking(report_wait="SENDING, WAIT")
    sent(new, "r1", "r2")
    desk.answer = {"list": [{"msgId": "r1", "status": "SENDING"}, {"msgId": "r2", "status": "WAIT"}]}
    assert polling.poll() == 0
    assert states() == ["sent", "sent"]
    assert receipts.read_reports(channel, {"list": [{"msgId": "r1", "status": "WAIT"}]}) == []


def test_nobody_is_asked_while_nothing_is_open(new: Make, desk: Desk, asking: Callable[..., Channel]) -> None:
    asking()
    assert polling.poll() == 0
    sent(new, "r1")
    Notice.objects.update(sent_at=Now() - timedelta(hours=polling.ASK_HOURS + 1))
    polling.poll()
    assert desk.asked == []
    Notice.objects.update(sent_at=Now())
    desk.answer = {"list": [{"msgId": "r1", "status": "DELIVRD"}]}
    actions.set_enabled(channel_id=Channel.objects.get().pk, enabled=False, by=system_actor("试验"))
    assert (polling.poll(), desk.asked) == (0, [])


def test_a_channel_without_an_address_to_ask_costs_two_queries(new: Make, make_channel: MakeChannel) -> None:
    make_channel("sms", port=1)
    make_channel("filedrop")
    sent(new, "r1")
    with CaptureQueriesContext(connection) as seen:
        assert polling.poll() == 0
    assert len(seen) <= 2


@pytest.mark.parametrize(
    ("status", "answer"),
    [(500, {}), (200, b"<html>"), (200, {"code": 7, "list": [{"msgId": "r1", "status": "DELIVRD"}]})],
)
def test_a_desk_that_fails_turns_the_loop_red_and_stops_no_other(
    new: Make, desk: Desk, asking: Callable[..., Channel], status: int, answer: object
) -> None:
    asking(ok_field="code")
    with running() as good:
        asking(
            key="other",
            port=good.port,
            poll_url=f"http://127.0.0.1:{good.port}/",
            report_list="",
            ok_field="",
        )
        sent(new, "r1")
        sent(new, "r2", via="other")
        desk.status, desk.answer = status, answer
        good.answer = [{"msgId": "r2", "status": "DELIVRD"}]
        with pytest.raises(polling.NotFetched) as failed:
            polling.poll()
    assert "sms" in str(failed.value)
    assert "geheim" not in str(failed.value)
    assert states() == ["sent", "delivered"]


def test_reports_of_another_channel_are_not_believed(
    new: Make, desk: Desk, asking: Callable[..., Channel]
) -> None:
    asking()
    sent(new, "r1", via="sms")
    sent(new, "r9", via="other")
    desk.answer = {"list": [{"msgId": "r9", "status": "UNDELIV"}, {"msgId": 3}, None, "x", {"status": "x"}]}
    assert polling.poll() == 0
    assert states() == ["sent", "sent"]


def test_two_workers_do_not_ask_at_once(new: Make, desk: Desk, asking: Callable[..., Channel]) -> None:
    """The reports of some gateways are handed out once: whoever asks keeps the others away."""
    channel = asking()
    sent(new, "r1")
    desk.answer = {"list": []}
    with psycopg.connect(**connection_options(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [polling.LOCK_SPACE, channel.pk])
        assert (polling.poll(), desk.asked) == (0, [])
        other.execute("SELECT pg_advisory_unlock_all()")
        polling.poll()
        free = other.execute(
            "SELECT pg_try_advisory_lock(%s, %s)", [polling.LOCK_SPACE, channel.pk]
        ).fetchone()
    assert (len(desk.asked), free) == (1, (True,))


@pytest.mark.parametrize(
    "values",
    [
        {"poll_url": "ftp://gw.example.org/"},
        {"poll_url": "http://169.254.169.254/"},
        {"poll_url": "https://gw.example.org/", "poll_body": '{"ids": "{ids}"}'},
        {"poll_body": '{"ids": {ids}}'},
    ],
)
def test_an_address_that_cannot_be_asked_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        GatewaySettings(url="https://gw.example.org/send", private=False, **values).check()
    assert refused.value.place in ("poll_url", "poll_body")


def test_the_worker_asks_every_minute() -> None:
    from pingzhan.foundation.jobs.loops import loops

    (found,) = [one for one in loops() if one.fn is polling.poll]
    assert found.seconds == 60.0


class Died(BaseException):
    """What ends a worker in the middle of its work; nothing catches it."""


def die(*_args: Any) -> int:
    raise Died


@pytest.mark.django_db(transaction=True)
def test_reports_that_are_handed_out_once_outlive_a_worker_that_dies(
    new: Make, desk: Desk, asking: Callable[..., Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    asking()
    sent(new, "r1", "r2")
    desk.once = True
    desk.answer = {"list": [{"msgId": "r1", "status": "DELIVRD"}, {"msgId": "r2", "status": "UNDELIV"}]}
    with monkeypatch.context() as broken:
        broken.setattr(receipts, "take_reports", die)
        with pytest.raises(Died):
            polling.poll()
    assert (states(), Answer.objects.count()) == (["sent", "sent"], 1)
    assert polling.poll() == 2
    assert (states(), Answer.objects.count()) == (["delivered", "failed"], 0)
    assert len(desk.asked) == 1, "it had nothing left to give, and was not needed"
    assert Attempt.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_while_noting_has_noted_nothing(
    new: Make, desk: Desk, asking: Callable[..., Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = asking()
    sent(new, "r1")
    desk.once, desk.answer = True, {"list": [{"msgId": "r1", "status": "UNDELIV"}]}
    with monkeypatch.context() as broken:
        broken.setattr(Answer, "delete", die)
        with pytest.raises(Died):
            polling.poll()
    assert (states(), Attempt.objects.count()) == (["sent"], 0)
    # Out of use meanwhile: nobody asks it any more, what it said is noted all the same.
    actions.set_enabled(channel_id=channel.pk, enabled=False, by=system_actor("\u8bd5\u9a8c"))
    assert (polling.poll(), states(), Attempt.objects.count()) == (1, ["failed"], 2)
    assert polling.poll() == 0


KILLED = """
import os, signal
import django
django.setup()
from pingzhan.foundation.messages import polling, receipts
receipts.take_reports = lambda channel, found: os.kill(os.getpid(), signal.SIGKILL)
polling.poll()
"""


@pytest.mark.crash
@pytest.mark.django_db(transaction=True)
def test_reports_outlive_a_process_that_is_killed(
    new: Make, desk: Desk, asking: Callable[..., Channel]
) -> None:
    asking()
    sent(new, "r1")
    desk.once, desk.answer = True, {"list": [{"msgId": "r1", "status": "DELIVRD"}]}
    child = subprocess.run([sys.executable, "-c", KILLED], env=environment(), check=False)
    assert child.returncode == -signal.SIGKILL
    assert (len(desk.asked), states()) == (1, ["sent"])
    assert (polling.poll(), states()) == (1, ["delivered"])


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_cannot_be_noted_keeps_back_no_other_and_ends_with_its_time(
    new: Make, desk: Desk, asking: Callable[..., Channel]
) -> None:
    channel = asking()
    sent(new, "r1")
    bad = Answer.objects.create(channel=channel, reports=[["r1"]])
    desk.answer = {"list": [{"msgId": "r1", "status": "DELIVRD"}]}
    with pytest.raises(polling.NotFetched):
        polling.poll()
    assert (states(), list(Answer.objects.all())) == (["delivered"], [bad])
    now = timezone.now()
    assert retention.answers_due(now, retention.ANSWER_DAYS, 9) == []
    Answer.objects.update(at=Now() - timedelta(days=retention.ANSWER_DAYS + 1))
    assert retention.answers_due(now, retention.ANSWER_DAYS, 9) == [bad.pk]
    assert retention.destroy_answers([bad.pk]) == 1
    assert polling.poll() == 0


def test_a_long_answer_is_noted_whole_and_odd_signs_lose_nothing(
    new: Make, desk: Desk, asking: Callable[..., Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "MAX_REPORTS", 2)
    asking()
    sent(new, *(f"r{n}" for n in range(5)))
    desk.answer = {"list": [{"msgId": f"r{n}", "status": "\x00\ud800ODD"} for n in range(5)]}
    assert polling.poll() == 5
    assert states() == ["failed"] * 5
    assert Attempt.objects.filter(outcome="undelivered", error="?ODD").count() == 5
    assert not Answer.objects.exists()
