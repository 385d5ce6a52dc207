"""Thousands of notices through a slow and flaky mail server and gateway, with a worker killed in the middle."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from django.db.models.functions import Now

from pingzhan.foundation.messages import NewNotice, enqueue_bulk
from pingzhan.foundation.messages.models import Attempt, Channel, ChannelHealth, Notice, Outcome

from ..children import environment
from .stubs import flaky, gateway, mail_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.crash]
Make = Callable[..., NewNotice]
MakeChannel = Callable[..., Channel]

WORKER = """
import sys, time
import django
django.setup()
from pingzhan.foundation.messages import marks, register_addresses
from pingzhan.foundation.messages.delivery import pump
marks.FIRST_DELAY_SECONDS = 0.05
def ways(ids):
    return {n: [("email", f"p{n}@example.org")] if n % 2 else [("sms", f"138{n:08d}")] for n in ids}
register_addresses(ways)
print("ready", flush=True)
while True:
    pump()
    time.sleep(0.05)
"""
THREADS = 5
"""Four for everybody and one for what is urgent."""


def start() -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", WORKER], env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def kill(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGKILL)
    child.wait()
    if child.stdout is not None:
        child.stdout.close()


def wait_for(what: Callable[[], bool]) -> None:
    for _turn in range(3000):
        if what():
            return
        time.sleep(0.1)
    raise AssertionError("nothing happened any more")


@pytest.mark.parametrize(
    ("total", "rate"), [(1000, 150), pytest.param(10_000, 400, marks=pytest.mark.long)], ids=["1000", "10000"]
)
def test_none_lost_none_doubled_without_reason_throttles_kept(
    new: Make, make_channel: MakeChannel, total: int, rate: int
) -> None:
    with mail_server(flaky) as mail, gateway(flaky) as web:
        limits = {"rate_count": rate, "rate_seconds": 1, "probe_seconds": 1, "enabled": True}
        make_channel("smtp", port=mail.port, **limits)
        make_channel("sms", port=web.port, **limits)
        enqueue_bulk([new(channel="auto", recipient=n, priority=n % 10) for n in range(1, total + 1)])
        first = start()
        try:
            wait_for(lambda: len(mail.log.arrivals) + len(web.log.arrivals) > total // 3)
        finally:
            kill(first)
        held = {f"PZ{one}" for one in Notice.objects.filter(state="leased").values_list("pk", flat=True)}
        Notice.objects.filter(state="leased").update(lease_until=Now())
        others = [start(), start()]
        try:
            waiting = Notice.objects.filter(state__in=["queued", "leased", "failed"])
            wait_for(lambda: not waiting.exists())
        finally:
            for child in others:
                kill(child)

        states = dict(Notice.objects.values_list("pk", "state"))
        assert len(states) == total
        wrong = {f"PZ{pk}" for pk in states if str(pk).endswith("7")}
        assert {f"PZ{pk}" for pk, state in states.items() if state == "dead"} == wrong
        assert {state for pk, state in states.items() if f"PZ{pk}" not in wrong} == {"sent"}

        taken = mail.log.taken + web.log.taken
        unclear = mail.log.unclear + web.log.unclear
        assert set(taken) == {f"PZ{pk}" for pk in states} - wrong
        # Twice only where we could not know that it was taken, or were killed before we wrote it down.
        assert [
            number for number, count in taken.items() if count > 1 + unclear[number] + (number in held)
        ] == []
        assert not set(mail.log.taken) & set(web.log.taken)
        for log in (mail.log, web.log):
            # What arrives in a window was begun in it, or was one thread's send under way when it began.
            assert log.most_within(1.0) <= rate + 3 * THREADS
            assert len(log.arrivals) > total // 2

    sent = Attempt.objects.filter(outcome=Outcome.SENT)
    assert sent.count() == total - len(wrong)
    assert not Attempt.objects.filter(error__contains="@").exists()
    assert not Attempt.objects.filter(error__regex=r"138\d{8}").exists()
    assert set(ChannelHealth.objects.values_list("state", flat=True)) == {"ok"}
