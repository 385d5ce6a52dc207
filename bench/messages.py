"""What the outbox costs on top of sending: 3,000 notices through an HTTP gateway on the loopback address.

``python -m bench.messages [--notices N]`` makes a database of its own, runs a gateway in this process, and prints
one JSON object: the time of the outbox (lease, route, render, send, mark, attempts), the floor (the same
messages handed to the same sender by as many threads, nothing stored), their ratio, and the place in the
sending order that a command took which was written when all 3,000 already lay in the queue. Exit code 1 when a
gate fails.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

GATES = {"ratio_to_floor": 4.0, "command_place": 100.0}
THREADS = 4


def floor(port: int, count: int) -> float:
    """Return the seconds that threads need to hand ``count`` messages to the gateway, nothing else."""
    from pingzhan.foundation.messages.kinds import Message
    from pingzhan.foundation.messages.transport.gateway import GatewaySender, GatewaySettings

    options = GatewaySettings(url=f"http://127.0.0.1:{port}/", private=True, ok_field="code")
    numbers: Iterator[int] = iter(range(count))
    lock = threading.Lock()

    def work() -> None:
        sender = GatewaySender(options, 10.0)
        while True:
            with lock:
                n = next(numbers, None)
            if n is None:
                return
            sender.send(Message(f"F{n}", "标题", "正文", "", f"138{n:08d}", 5))

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def measure(count: int) -> dict[str, Any]:
    """Return the numbers."""
    from tests.foundation.messages.stubs import gateway

    from pingzhan.foundation.access.actor import system_actor
    from pingzhan.foundation.messages import NewNotice, deliver_all_due, enqueue_bulk, register_addresses
    from pingzhan.foundation.messages.actions import Limits, create_channel, set_enabled
    from pingzhan.foundation.messages.models import Notice

    register_addresses(lambda ids: {n: [("sms", f"138{n:08d}")] for n in ids})
    by = system_actor("bench")

    def notice(n: int, priority: int) -> NewNotice:
        return NewNotice(f"bench:{n}", n, None, "bench", "auto", f"通知 {n}", "bench", n, priority=priority)

    with gateway() as stub:
        channel = create_channel(
            key="bench",
            kind="sms",
            label="bench",
            values={"url": f"http://127.0.0.1:{stub.port}/", "private": True, "ok_field": "code"},
            limits=Limits(concurrency=THREADS),
            by=by,
        )
        set_enabled(channel_id=channel.pk, enabled=True, by=by)
        began = time.perf_counter()
        enqueue_bulk([notice(n, 9) for n in range(count)])
        enqueue_seconds = time.perf_counter() - began
        enqueue_bulk([notice(count, 0)])
        began = time.perf_counter()
        deliver_all_due()
        seconds = time.perf_counter() - began
        assert not Notice.objects.exclude(state="sent").exists()
        place = list(stub.log.bodies).index(Notice.objects.get(recipient=count).number)
        bare = floor(stub.port, count)
    return {
        "notices": count,
        "enqueue_ms": round(1000 * enqueue_seconds, 1),
        "seconds": round(seconds, 2),
        "floor_seconds": round(bare, 2),
        "ratio_to_floor": round(seconds / bare, 2),
        "command_place": place,
    }


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--notices", type=int, default=3000)
    count = parser.parse_args().notices
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
    import django

    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        result = measure(count)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    failed = [name for name, limit in GATES.items() if result[name] > limit]
    print(json.dumps({**result, "gates": GATES, "failed": failed}, ensure_ascii=False))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
