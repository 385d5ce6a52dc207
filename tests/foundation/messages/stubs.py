"""A mail server and an HTTP gateway on the loopback address that behave badly on purpose, and remember all."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.smtp import SMTP

Mood = Callable[[str, int], str]
"""From (number of the notice, how often it came) to what the server does."""


def kind(number: str, times: int) -> str:
    """Behave: take everything."""
    return "ok"


def flaky(number: str, times: int) -> str:
    """Misbehave for about a third, the same way in every run: drop, answer late or wrongly, or take and hang up.

    A number ending in 7 is wrong for good. Whoever comes a fourth time is served.
    """
    if number.endswith("7"):
        return "never"
    if times > 3:
        return "ok"
    draw = hashlib.sha256(f"{number}/{times}".encode()).digest()[0]
    for limit, what in ((16, "drop"), (32, "busy"), (48, "error"), (64, "take_and_drop"), (80, "slow")):
        if draw < limit:
            return what
    return "ok"


@dataclass
class Log:
    """What a stub saw: every arrival, and which numbers it took or took without saying so."""

    arrivals: list[float] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    unclear: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    bodies: dict[str, Any] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def arrive(self, number: str, body: Any, mood: Mood) -> str:
        """Note an arrival and return what to do."""
        with self.lock:
            self.arrivals.append(time.monotonic())
            self.seen[number] += 1
            what = mood(number, self.seen[number])
            if what in ("ok", "slow", "take_and_drop"):
                self.taken[number] += 1
                self.bodies[number] = body
            if what == "take_and_drop":
                self.unclear[number] += 1
            return what

    def most_within(self, seconds: float) -> int:
        """Return the greatest number of arrivals in any window of so many seconds."""
        times = sorted(self.arrivals)
        most = first = 0
        for last, at in enumerate(times):
            while times[first] <= at - seconds:
                first += 1
            most = max(most, last - first + 1)
        return most


@dataclass
class Stub:
    """A running server."""

    port: int
    log: Log
    mood: Mood


class _Hook:
    """Takes the mail, or does not."""

    def __init__(self, stub: Stub) -> None:
        self.stub = stub

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address.startswith("gone"):
            return f"550 5.1.1 <{address}>: user unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content)
        number = str(mail["X-Notice-Number"])
        what = self.stub.log.arrive(number, mail, self.stub.mood)
        if what in ("drop", "take_and_drop"):
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            return "250 OK"
        if what == "slow":
            await asyncio.sleep(0.2)
        return {
            "busy": "451 4.7.1 try again later",
            "error": "421 4.3.0 going away",
            "never": "554 5.6.0 refused",
        }.get(what, "250 OK")


@contextmanager
def mail_server(mood: Mood = kind) -> Iterator[Stub]:
    """Run a mail server on a free port of the loopback address."""
    stub = Stub(0, Log(), mood)
    loop = asyncio.new_event_loop()

    def serve() -> SMTP:
        # The library would ask the name service for the machine's own name.
        return SMTP(_Hook(stub), hostname="stub.example.org", enable_SMTPUTF8=True, loop=loop)

    server = loop.run_until_complete(loop.create_server(serve, "127.0.0.1", 0, backlog=128))
    stub.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.05))
        loop.close()


@contextmanager
def gateway(mood: Mood = kind) -> Iterator[Stub]:
    """Run an HTTP gateway that answers ``{"code": 0, "msgId": ...}`` when it takes a message."""
    stub = Stub(0, Log(), mood)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            number = self.headers.get("X-Client-Id", "")
            what = stub.log.arrive(number, (self.path, dict(self.headers), text.decode()), stub.mood)
            if what in ("drop", "take_and_drop"):
                self.close_connection = True
                return
            if what == "slow":
                time.sleep(0.2)
            status = {"busy": 429, "error": 503, "never": 400, "redirect": 302, "denied": 401}.get(what, 200)
            code = {"strange": 1, "number": 21}.get(what, 0)
            answer = json.dumps({"code": code, "msgId": f"r{number}", "errcode": code}).encode()
            if what == "long":
                answer += b" " * 200_000
            self.send_response(status)
            if what == "busy":
                self.send_header("Retry-After", "0")
            if what == "redirect":
                self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    stub.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
