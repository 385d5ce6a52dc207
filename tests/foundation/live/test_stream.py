from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db import connection
from django.test import AsyncClient, Client

from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.live import announce, views
from pingzhan.foundation.live.hub import QUEUE_SIZE, Event, Subscription, hub, resync
from pingzhan.foundation.live.views import events, line_of

from ..children import environment


def run(test: Callable[[], Any]) -> None:
    """Run an async test so that its database work happens in this thread."""
    async_to_sync(test)()


async def next_event(lines: AsyncGenerator[bytes, None]) -> str:
    return (await asyncio.wait_for(anext(lines), 10)).decode()


async def tell(topic: str, payload: dict[str, Any]) -> None:
    await sync_to_async(announce)(topic, payload)


async def in_step(lines: AsyncGenerator[bytes, None], topics: int = 1) -> None:
    """Read the greeting and one resync for each topic."""
    assert (await next_event(lines)).startswith("retry: ")
    for _ in range(topics):
        assert "resync" in await next_event(lines)


@pytest.mark.django_db(transaction=True)
def test_a_change_reaches_the_streams_of_its_topic_only() -> None:
    async def test() -> None:
        mine, other = events(["command", "structure"]), events(["roster"])
        await in_step(mine, 2)
        await in_step(other)
        await tell("structure", {"n": 1})
        await tell("roster", {"n": 2})
        head, name, data = (await next_event(mine)).strip().split("\n")
        assert name == "event: structure"
        told = json.loads(data.removeprefix("data: "))
        assert (told["n"], f"id: {told['id']}") == (1, head)
        assert "event: roster" in await next_event(other)
        assert len(hub().subscriptions) == 2
        await mine.aclose()
        await other.aclose()
        assert hub().subscriptions == set()
        assert hub().task is None

    run(test)


@pytest.mark.django_db(transaction=True)
def test_a_dropped_connection_is_made_again_and_the_page_told_to_load_afresh() -> None:
    async def test() -> None:
        lines = events(["command"])
        await in_step(lines)
        pid = hub().pid
        await sync_to_async(terminate)(pid)
        assert '"resync":true' in await next_event(lines)
        assert hub().pid != pid
        await tell("command", {"n": 7})
        assert '"n":7' in await next_event(lines)
        await lines.aclose()

    run(test)


def terminate(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])


@pytest.mark.django_db(transaction=True)
def test_heartbeats_and_the_end_of_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(views, "LIFE_SECONDS", 1.5)

    async def test() -> None:
        seen = [line async for line in events(["command"])]
        assert seen[0] == b"retry: 2000\n\n"
        assert seen.count(b": beat\n\n") >= 5
        assert hub().task is None

    run(test)


def test_a_slow_reader_is_told_to_load_afresh_instead_of_growing() -> None:
    async def test() -> None:
        slow = Subscription(frozenset({"command"}))
        for n in range(QUEUE_SIZE + 1):
            slow.put(Event("command", n, {}))
            slow.put(Event("other", n, {}))
        assert slow.queue.qsize() == 1
        assert slow.queue.get_nowait() == resync("command")

    run(test)


def test_data_cannot_break_the_protocol() -> None:
    text = line_of(Event("command", 3, {"name": "a\nevent: fake\n\n"}))
    assert text.count(b"\n") == 4
    assert text.endswith(b"\n\n")


@pytest.mark.django_db(transaction=True)
def test_who_is_refused_a_stream() -> None:
    user = User.objects.create_user("streamer")
    idle = User.objects.create_user("idle", is_active=False)

    async def test() -> None:
        client = AsyncClient()
        assert (await client.get("/live/?topics=command")).status_code == 403
        await client.aforce_login(idle)
        assert (await client.get("/live/?topics=command")).status_code == 403
        await client.aforce_login(user)
        for query in ("", "?topics=", "?topics=Bad", "?topics=" + ",".join("abcdefghijk")):
            assert (await client.get(f"/live/{query}")).status_code == 400
        assert (await client.post("/live/?topics=command")).status_code == 405
        answer = await client.get("/live/?topics=command")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert answer.headers["X-Accel-Buffering"] == "no"
        assert "no-cache" in answer.headers["Cache-Control"]
        answer.close()

    run(test)


@pytest.fixture
def server() -> Iterator[int]:
    """granian with the whole application on a free port, on the test database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port"]
    child = subprocess.Popen(
        [*command, str(port), "pingzhan.config.asgi:application"],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 30
        while True:
            try:
                probe_connection = HTTPConnection("127.0.0.1", port, timeout=5)
                probe_connection.request("GET", "/health/")
                assert probe_connection.getresponse().status == 200
                break
            except OSError:
                assert time.monotonic() < end, "the server did not start"
                time.sleep(0.1)
            finally:
                probe_connection.close()
        yield port
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def read_event(response: HTTPResponse) -> str:
    text = b""
    while not text.endswith(b"\n\n"):
        line = response.readline()
        assert line, "the stream ended"
        text += line
    return text.decode()


@pytest.mark.django_db(transaction=True)
def test_a_real_server_streams_to_twelve_browsers_over_one_connection(server: int) -> None:
    client = Client()
    client.force_login(User.objects.create_user("streamer"))
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    browsers = [HTTPConnection("127.0.0.1", server, timeout=20) for _ in range(12)]
    try:
        answers = []
        for browser in browsers:
            browser.request("GET", "/live/?topics=command", headers={"Cookie": cookie})
            answers.append(browser.getresponse())
        assert {answer.status for answer in answers} == {200}
        for answer in answers:
            assert read_event(answer).startswith("retry")
            assert "resync" in read_event(answer)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), count(*) FILTER (WHERE application_name = 'pingzhan-live')"
                " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
            total, listening = cursor.fetchone()
        assert listening == 1
        assert total <= 6, "a stream keeps no connection of its own"
        start = time.monotonic()
        threading.Timer(0.1, announce_elsewhere).start()
        for answer in answers:
            event = read_event(answer)
            while "resync" in event:
                event = read_event(answer)
            assert '"n":5' in event
        assert time.monotonic() - start < 3.0
    finally:
        for browser in browsers:
            browser.close()


def announce_elsewhere() -> None:
    announce("command", {"n": 5})
    connection.close()
