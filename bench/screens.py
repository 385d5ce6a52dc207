"""How soon open screens show a new posture: 20 walls and 20 duty desks, one switch of the whole zone (goal G5).

``python -m bench.screens [--viewers N] [--rounds N]`` makes a database of its own with the zone of ``bench.switch``,
starts the web server as ``pingzhan up`` does, and opens that many streams of each kind over HTTP. Each viewer waits
for an event, asks for its page as the browser does, and asks again until the page names the posture ordered. Times
run from the commit of the order to the answer that shows it. Prints one JSON object; exit code 1 when a gate fails.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
import threading
import time
from typing import Any

from bench.people import Site as Server
from bench.people import served, session_of, visitor_n
from bench.place import place
from bench.switch import build, p

GATES = {"screens_max_ms": 3_000.0, "unseen": 0.0}
PATIENCE = 20.0
MARKS = {2: "Ⅱ级".encode(), 3: "Ⅲ级".encode()}
"""What a page shows in each of the levels ordered in turn."""


class Screen(threading.Thread):
    """One open page: a stream, and the address it loads when something has changed."""

    def __init__(self, server: Server, session: str, address: str) -> None:
        super().__init__(daemon=True)
        self.server, self.session, self.address = server, session, address
        self.wanted: bytes | None = None
        self.seen_at: float | None = None
        self.open = threading.Event()
        self.over = False

    def run(self) -> None:
        """Follow the stream until told to stop."""
        headers = {"Cookie": f"sessionid={self.session}"}
        stream = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        page = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        stream.request("GET", "/live/?topics=command", headers=headers)
        answer = stream.getresponse()
        assert answer.status == 200, answer.status
        self.open.set()
        while not self.over and (line := answer.readline()):
            if line.startswith(b"data:"):
                self.load(page, headers)

    def load(self, page: http.client.HTTPConnection, headers: dict[str, str]) -> None:
        """Load the page until it shows what is waited for, as the browser would after each event."""
        for _n in range(20):
            if self.wanted is None or self.seen_at is not None:
                return
            page.request("GET", self.address, headers=headers)
            body = page.getresponse().read()
            if self.wanted in body:
                self.seen_at = time.perf_counter()
                return
            time.sleep(0.2)


def measure(viewers: int, rounds: int) -> dict[str, Any]:
    """Order levels in turn and return how long each screen took to show them."""
    from pingzhan.domain.command import api

    site = build()
    api.reconcile_zone(zone=site.zone, cause="bench", by=site.actor)
    client = visitor_n("duty_officer", 0)
    times: list[float] = []
    unseen = 0
    with served() as server:
        where = (f"/wall/fragment/?zone={site.zone.pk}&world=0", "/duty/")
        screens = [Screen(server, session_of(client), address) for address in where for _n in range(viewers)]
        for screen in screens:
            screen.start()
        assert all(screen.open.wait(30) for screen in screens)
        for n in range(rounds):
            level = 2 + n % 2
            for screen in screens:
                screen.seen_at, screen.wanted = None, MARKS[level]
            order = api.SwitchOrder(key=f"s{n}", unit=site.zone, level=level, reason="bench", basis="bench")
            api.order_switch(order=order, by=site.actor)
            begin = time.perf_counter()
            while time.perf_counter() - begin < PATIENCE and any(one.seen_at is None for one in screens):
                time.sleep(0.02)
            seen = [one.seen_at for one in screens if one.seen_at is not None]
            times.extend((at - begin) * 1_000 for at in seen)
            unseen += len(screens) - len(seen)
        for screen in screens:
            screen.over = True
    return {
        "bench": "screens",
        "load": round(os.getloadavg()[0], 1),
        "screens": 2 * viewers,
        "rounds": rounds,
        "unseen": unseen,
        "screens_p50_ms": p(times, 0.5) if times else None,
        "screens_max_ms": round(max(times), 1) if times else PATIENCE * 1_000,
    }


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    with place():
        result = measure(options.viewers, options.rounds)
    failed = [name for name, limit in GATES.items() if result[name] > limit]
    print(json.dumps({**result, "gates": GATES, "failed": failed}))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
