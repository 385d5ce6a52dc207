"""Acknowledgements while a switch commits: 50 a second for 20 s over HTTP, no error, p99 within 1 s (G12).

``python -m bench.acks [--rate N] [--seconds S]`` makes a database of its own with the zone of ``bench.switch``, starts
the web server as ``pingzhan up`` does, and sends signed links at a fixed rate over kept-alive connections. After
a quarter of the time the whole zone is switched to an emergency in another process's stead: in this one, beside
the server. Links of routine seats are used before, of emergency seats after; a confirmation of a seat that the
switch has closed is answered too, as late. Times run from the moment a request was due, so a stalled server
cannot hide in requests that were never sent. Prints one JSON object; exit code 1 when a gate fails.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.people import Site as Server
from bench.people import served
from bench.place import place
from bench.switch import build, p, timed

GATES = {"errors": 0.0, "p99_ms": 1_000.0, "switch_ms": 1_000.0}
CONNECTIONS = 16
GOOD = (200, 302)
"""Confirmed (and sent on to the page that says so), or answered as late."""


class Links:
    """The links to use next; the switch puts others in their place."""

    def __init__(self, paths: list[str]) -> None:
        self.lock = threading.Lock()
        self.paths = paths
        self.used = 0

    def take(self) -> str:
        """Return a link that was not used yet; the first ones again when all were."""
        with self.lock:
            self.used += 1
            return self.paths[(self.used - 1) % len(self.paths)]

    def change(self, paths: list[str]) -> None:
        """Use these from now on."""
        with self.lock:
            self.paths, self.used = paths, 0


def confirm(server: Server, links: Links, due: float, box: threading.local) -> tuple[float, float, int]:
    """Send one confirmation when it is due; return when it was due, its milliseconds, and the status (0: none)."""
    time.sleep(max(0.0, due - time.perf_counter()))
    link = getattr(box, "link", None)
    if link is None:
        link = box.link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        link.request(
            "POST",
            links.take(),
            body="answer=confirm&eta=15",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        answer = link.getresponse()
        answer.read()
        status = answer.status
    except (OSError, http.client.HTTPException):
        box.link = None
        status = 0
    return due, (time.perf_counter() - due) * 1_000, status


def paths_of_open_seats(zone: Any) -> list[str]:
    """Return the links of the open seats that nobody confirmed."""
    from pingzhan.domain.command import api
    from pingzhan.domain.command.links import token_paths

    seats = api.open_seats(zone).filter(acked_at__isnull=True).order_by("id")
    return list(token_paths(seats).values())


def measure(rate: int, seconds: int) -> dict[str, Any]:
    """Send the confirmations, switch in between, and return what happened."""
    from pingzhan.domain.command import api

    site = build()
    api.reconcile_zone(zone=site.zone, cause="bench", by=site.actor)
    links = Links(paths_of_open_seats(site.zone))
    order = api.SwitchOrder(key="acks", unit=site.zone, level=2, reason="bench", basis="bench")
    switch: Callable[[], Any] = lambda: api.order_switch(order=order, by=site.actor)  # noqa: E731
    box = threading.local()
    with served() as server, ThreadPoolExecutor(CONNECTIONS) as pool:
        warm = time.perf_counter()
        for one in [pool.submit(confirm, server, links, warm + k * 0.05, box) for k in range(40)]:
            one.result()
        start = time.perf_counter() + 0.5
        sent = [pool.submit(confirm, server, links, start + n / rate, box) for n in range(rate * seconds)]
        time.sleep(max(0.0, start + seconds / 4 - time.perf_counter()))
        begun = time.perf_counter()
        switched = timed(switch)
        ended = time.perf_counter()
        links.change(paths_of_open_seats(site.zone))
        answers = [one.result() for one in sent]
    times = [took for _due, took, _status in answers]
    meanwhile = [took for due, took, _status in answers if begun - 0.1 <= due <= ended]
    confirmed = api.open_seats(site.zone).filter(acked_at__isnull=False).count()
    return {
        "bench": "acks",
        "load": round(os.getloadavg()[0], 1),
        "rate": rate,
        "seconds": seconds,
        "sent": len(answers),
        "errors": sum(status not in GOOD for _due, _took, status in answers),
        "confirmed_emergency_seats": confirmed,
        "p50_ms": p(times, 0.5),
        "p99_ms": p(times, 0.99),
        "max_ms": round(max(times), 1),
        "during_switch": len(meanwhile),
        "during_switch_max_ms": round(max(meanwhile, default=0.0), 1),
        "switch_ms": round(switched, 1),
    }


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    with place():
        result = measure(options.rate, options.seconds)
    failed = [name for name, limit in GATES.items() if result[name] > limit]
    print(json.dumps({**result, "gates": GATES, "failed": failed}))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
