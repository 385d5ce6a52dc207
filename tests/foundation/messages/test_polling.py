"""Gateways that cannot reach us are asked for their delivery reports; a real HTTP server answers."""

from __future__ import annotations

import json
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

from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.jobs.database import connection_options
from pingzhan.foundation.messages import NewNotice, actions, enqueue_bulk, polling, receipts
from pingzhan.foundation.messages.models import Attempt, Channel, Notice
from pingzhan.foundation.messages.transport.gateway import GatewaySettings
from pingzhan.kernel.errors import Invalid
from tests.foundation.messages.conftest import MakeChannel

Make = Callable[..., NewNotice]
pytestmark = pytest.mark.django_db


@dataclass
class Desk:
    """A gateway's desk for reports: what it is to answer, and what it was asked."""

    port: int = 0
    status: int = 200
    answer: object = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)


@contextmanager
def running() -> Iterator[Desk]:
    desk = Desk()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            desk.asked.append((self.command, self.path, dict(self.headers), body))
            content = desk.answer if isinstance(desk.answer, bytes) else json.dumps(desk.answer).encode()
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
