"""What the outbox costs on top of sending: 3,000 notices through an HTTP gateway on the loopback address.

``python -m bench.messages [--notices N]`` makes a database of its own, runs a gateway in this process, and prints
one JSON object: the time of the outbox (lease, route, render, send, mark, attempts), the floor (the same
messages handed to the same sender by as many threads, nothing stored), their ratio, and the place in the
sending order that a command took which was written when all 3,000 already lay in the queue. Exit code 1 when a
gate fails.

It also measures the second half of goal G4 of reference/command.md: 100,000 notices with the same words through a
platform that takes 1,000 recipients in one call, against the same hundred calls made with nothing stored.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import Any

GATES = {"ratio_to_floor": 4.0, "command_place": 100.0, "many_seconds": 120.0}
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


def many_floor(port: int, calls: int, size: int) -> float:
    """Return the seconds that one thread needs for the calls alone."""
    from pingzhan.foundation.messages.kinds import Message
    from pingzhan.foundation.messages.transport.staff_apps import WecomAppSender, WecomAppSettings

    base = f"http://127.0.0.1:{port}"
    sender = WecomAppSender(WecomAppSettings("c", 1, "s", base=base, private=True), 10.0)
    accounts = [f"u{n}" for n in range(calls * size)]
    began = time.perf_counter()
    for n in range(calls):
        message = Message(f"F{n}", "标题", "正文", "", "", 9)
        sender.send_many(message, accounts[n * size : (n + 1) * size])
    return time.perf_counter() - began


def measure_many(count: int, size: int = 1000) -> dict[str, Any]:
    """Return the numbers of notices that leave together."""
    from tests.foundation.messages.platform import platform

    from pingzhan.foundation.access.actor import system_actor
    from pingzhan.foundation.messages import NewNotice, deliver_all_due, enqueue_bulk, register_addresses
    from pingzhan.foundation.messages.actions import Limits, create_channel, set_enabled
    from pingzhan.foundation.messages.models import Channel, Notice

    Channel.objects.update(enabled=False)
    register_addresses(lambda ids: {n: [("wecom", f"u{n}")] for n in ids})
    by = system_actor("bench")
    with platform() as there:
        channel = create_channel(
            key="many",
            kind="wecom_app",
            label="many",
            values={
                "corp": "c",
                "agent": 1,
                "secret": "s",
                "many": size,
                "base": f"http://127.0.0.1:{there.port}",
                "private": True,
            },
            limits=Limits(rate_count=10_000, rate_seconds=60, concurrency=THREADS),
            by=by,
        )
        set_enabled(channel_id=channel.pk, enabled=True, by=by)
        for start in range(0, count, 5000):
            enqueue_bulk(
                [
                    NewNotice(f"many:{n}", n, None, "bench", "auto", "通知", "bench", -1, priority=9)
                    for n in range(start, start + 5000)
                ]
            )
        began, cpu = time.perf_counter(), time.process_time()
        deliver_all_due()
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        unsent = Notice.objects.filter(kind="bench", subject_id=-1).exclude(state="sent").count()
        calls = len(there.calls)
        assert unsent == 0
        assert len(set(there.reached())) == len(there.reached()) == count
        bare = many_floor(there.port, count // size, size)
    return {
        "many_notices": count,
        "many_calls": calls,
        "many_seconds": round(seconds, 1),
        "many_cpu_seconds": round(cpu, 1),
        "many_floor_seconds": round(bare, 2),
        "many_ratio_to_floor": round(seconds / bare, 1),
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--notices", type=int, default=3000)
    parser.add_argument("--many", type=int, default=100_000)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
    with tempfile.TemporaryDirectory(prefix="pingzhan-bench-keys-") as keys:
        os.environ["PINGZHAN_KEY_DIR"] = keys
        run(asked)


def run(asked: argparse.Namespace) -> None:
    """Measure with keys that live in a folder of their own."""
    import django

    django.setup()
    from django.db import connection

    from pingzhan.foundation.privacy import keyring

    keyring.create()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        result = {**measure(asked.notices), **measure_many(asked.many)}
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    failed = [name for name, limit in GATES.items() if result[name] > limit]
    print(json.dumps({**result, "gates": GATES, "failed": failed}, ensure_ascii=False))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
