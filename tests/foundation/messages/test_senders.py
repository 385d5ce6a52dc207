from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from pingzhan.foundation.messages import NewNotice, Rendered, deliver_all_due, enqueue_bulk, register_channel
from pingzhan.foundation.messages.models import Notice

from ..children import environment

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., NewNotice]

KILLED_SENDER = """
import sys, time
import django
django.setup()
from pingzhan.foundation.messages import deliver_due, register_channel
def hang(notice, words):
    print("accepted", notice.dedupe, flush=True)
    time.sleep(60)
register_channel("console", hang)
deliver_due()
"""


def test_case_03_accepted_but_not_marked_is_sent_again_under_the_same_number(new: Make) -> None:
    both = [new(title="一"), new(title="二")]
    enqueue_bulk(both)
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED_SENDER], env=environment(), stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == f"accepted {both[0].dedupe}\n"
        assert set(Notice.objects.values_list("state", flat=True)) == {"leased"}
        assert deliver_all_due().leased == 0
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
        if child.stdout is not None:
            child.stdout.close()
    got: list[str] = []

    def keep(notice: Notice, words: Rendered) -> str:
        got.append(f"{notice.dedupe} {words.title}")
        return ""

    register_channel("console", keep)
    assert deliver_all_due().leased == 0
    Notice.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert deliver_all_due().sent == 2
    assert got == [f"{both[0].dedupe} 一", f"{both[1].dedupe} 二"]
    assert sorted(Notice.objects.values_list("dedupe", "state")) == sorted(
        (one.dedupe, "sent") for one in both
    )


def test_four_senders_at_once_send_each_notice_once(new: Make) -> None:
    enqueue_bulk([new() for _ in range(300)])
    got: list[int] = []

    def keep(notice: Notice, words: Rendered) -> str:
        got.append(notice.pk)
        return ""

    register_channel("console", keep)
    counts: list[int] = []

    def send() -> None:
        try:
            counts.append(deliver_all_due(batch=20).sent)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 300
    assert max(Counter(got).values()) == 1
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}


def test_what_is_rolled_back_is_never_sent(new: Make) -> None:
    with transaction.atomic():
        enqueue_bulk([new()])
        transaction.set_rollback(True)
    assert deliver_all_due().leased == 0
