"""A platform of staff applications on the loopback address: WeCom, DingTalk and a gateway that takes many numbers."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Mood = Callable[[str, int], str]


@dataclass
class Platform:
    """What came: (number of the call, recipients) in order; ``unknown`` are accounts it does not know."""

    port: int = 0
    calls: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    tokens: int = 0
    stale: set[str] = field(default_factory=set)
    mood: Mood = lambda number, times: "ok"
    delay: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reached(self) -> list[str]:
        """Return every recipient of every call that was taken, repeats included."""
        return [one for _number, many in self.calls for one in many if one not in self.unknown]


def _recipients(body: dict[str, Any]) -> list[str]:
    if "touser" in body:
        return str(body["touser"]).split("|")
    if "phones" in body:
        return list(body["phones"])
    return str(body.get("userid_list", "")).split(",")


@contextmanager
def platform() -> Iterator[Platform]:
    """Run the platform; it answers as the services document it."""
    here = Platform()
    seen: dict[str, int] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with here.lock:
                here.tokens += 1
                token = f"t{here.tokens}"
            self._answer(200, {"errcode": 0, "access_token": token, "expires_in": 7200})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if "getsendresult" in self.path:
                bad = sorted(here.unknown)
                self._answer(200, {"errcode": 0, "send_result": {"invalid_user_id_list": bad}})
                return
            if self.path.rpartition("=")[2] in here.stale:
                self._answer(200, {"errcode": 42001, "errmsg": "access_token expired"})
                return
            number, many = self.headers["X-Client-Id"], tuple(_recipients(body))
            with here.lock:
                seen[number] = seen.get(number, 0) + 1
                what = here.mood(number, seen[number])
                here.times.append(time.monotonic())
                if what in ("ok", "take_and_drop"):
                    here.calls.append((number, many))
                    here.bodies.append(body)
            time.sleep(here.delay)
            if what == "take_and_drop":
                self.close_connection = True
                return
            bad = [one for one in many if one in here.unknown]
            answer: dict[str, Any] = {"errcode": 0, "code": 0, "msgid": f"m{number}", "task_id": 7}
            if bad:
                answer |= {"invaliduser": "|".join(bad), "failed": bad}
            if bad == list(many) and "touser" in body:
                answer["errcode"] = 81013
            status = {"busy": 429, "refuse": 400}.get(what, 200)
            self._answer(status, answer)

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "0")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    here.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
