"""The same words to many in one call: WeCom, DingTalk, a gateway; refusals, throttling, a killed sender."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import pytest
from django.db.models.functions import Now

from pingzhan.foundation.messages import (
    NewNotice,
    Rendered,
    deliver_all_due,
    deliver_due,
    enqueue_bulk,
    marks,
    register_addresses,
    register_renderer,
)
from pingzhan.foundation.messages.models import Attempt, Channel, ChannelHealth, Notice
from pingzhan.foundation.messages.receipts import Report, take_reports

from ..children import environment
from .platform import Platform, platform

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., NewNotice]
MakeChannel = Callable[..., Channel]


@pytest.fixture
def there() -> Iterator[Platform]:
    with platform() as found:
        yield found


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "FIRST_DELAY_SECONDS", 0.02)


def accounts(kind: str) -> None:
    register_addresses(lambda ids: {n: [(kind, f"u{n}")] for n in ids})


def letters(new: Make, count: int, **more: object) -> list[NewNotice]:
    """Notices of one letter to many."""
    return [
        new(channel="auto", recipient=n, title="\u901a\u77e5", subject_id=1, priority=9, **more)
        for n in range(1, count + 1)
    ]


def channel(make: MakeChannel, there: Platform, kind: str, **more: object) -> Channel:
    base = f"http://127.0.0.1:{there.port}"
    usual: dict[str, dict[str, object]] = {
        "wecom_app": {"corp": "c", "agent": 1, "secret": "s", "base": base, "private": True},
        "dingtalk_app": {"app_key": "k", "agent": 1, "secret": "s", "base": base, "private": True},
        "sms": {
            "url": base + "/send",
            "private": True,
            "body": '{"phones": {phones}, "text": "{text}"}',
            "refused_field": "failed",
            "ok_field": "code",
        },
    }
    return make(kind, **{**usual[kind], **more})


def states() -> dict[str, int]:
    return dict(Counter(Notice.objects.values_list("state", flat=True)))


@pytest.mark.parametrize(
    ("kind", "contact", "most"), [("wecom_app", "wecom", 1000), ("dingtalk_app", "dingtalk", 100)]
)
def test_the_same_words_leave_in_few_calls(
    new: Make, make_channel: MakeChannel, there: Platform, kind: str, contact: str, most: int
) -> None:
    accounts(contact)
    channel(make_channel, there, kind)
    enqueue_bulk(letters(new, 2300))
    counts = deliver_all_due()

    assert counts.sent == counts.leased == 2300
    assert sorted(there.reached()) == sorted(f"u{n}" for n in range(1, 2301))
    assert len(there.calls) <= 2300 // most + 2
    assert max(len(many) for _number, many in there.calls) == most
    assert len({number for number, _many in there.calls}) == len(there.calls)
    assert there.tokens <= 5, "one token for each sending thread"
    assert Attempt.objects.count() == 2300
    assert not Notice.objects.filter(state="sent", lease_until__isnull=False).exists()


def test_other_words_leave_in_calls_of_their_own(
    new: Make, make_channel: MakeChannel, there: Platform
) -> None:
    def words(notices: Sequence[Notice]) -> dict[int, Rendered]:
        return {one.pk: Rendered(one.title, "" if one.recipient % 10 else "anders") for one in notices}

    register_renderer("test", words)
    accounts("wecom")
    channel(make_channel, there, "wecom_app")
    enqueue_bulk(letters(new, 100))
    enqueue_bulk([new(channel="auto", recipient=n, subject_id=n) for n in range(101, 111)])
    deliver_all_due()

    sizes = Counter(len(many) for _number, many in there.calls)
    assert sizes == {90: 1, 1: 20}
    for body in there.bodies:
        alone = "|" not in body["touser"]
        assert ("anders" in body["text"]["content"]) == (alone and int(body["touser"][1:]) % 10 == 0)


def test_whom_the_platform_does_not_know_goes_the_next_way_alone(
    new: Make, make_channel: MakeChannel, there: Platform
) -> None:
    there.unknown = {"u3", "u7"}
    register_addresses(
        lambda ids: {n: [("wecom", f"u{n}")] + ([("sms", f"138{n:08d}")] if n == 3 else []) for n in ids}
    )
    channel(make_channel, there, "wecom_app", order=1)
    channel(make_channel, there, "sms")
    enqueue_bulk(letters(new, 20))
    deliver_all_due()

    assert states() == {"sent": 19, "dead": 1}
    assert Notice.objects.get(recipient=3).via == "sms"
    assert Notice.objects.get(recipient=7).state == "dead"
    assert [len(many) for _number, many in there.calls] == [20, 1]
    assert Notice.objects.get(recipient=3).batch == 0
    assert not Attempt.objects.filter(error__contains="u3").exists()
    assert set(ChannelHealth.objects.values_list("failures", flat=True)) == {0}, "no fault of the channel"


def test_numbers_the_gateway_refuses_are_tried_again_one_by_one(
    new: Make, make_channel: MakeChannel, there: Platform
) -> None:
    register_addresses(lambda ids: {n: [("sms", f"138{n:08d}")] for n in ids})
    there.unknown = {"13800000005"}

    def forget(number: str, times: int) -> str:
        if not number.startswith("PZB"):
            there.unknown.clear()
        return "ok"

    there.mood = forget
    channel(make_channel, there, "sms", many=50)
    enqueue_bulk(letters(new, 120))
    for _turn in range(50):
        deliver_all_due()
        if states() == {"sent": 120}:
            break
        time.sleep(0.05)

    assert states() == {"sent": 120}
    assert [len(many) for _number, many in there.calls].count(1) == 1
    lonely = next(one for one in there.calls if len(one[1]) == 1)
    assert lonely == (Notice.objects.get(recipient=5).number, ("13800000005",))


def test_a_busy_platform_gets_the_same_call_again(
    new: Make, make_channel: MakeChannel, there: Platform
) -> None:
    there.mood = lambda number, times: "busy" if times == 1 else "ok"
    accounts("wecom")
    channel(make_channel, there, "wecom_app", many=100)
    enqueue_bulk(letters(new, 300))
    for _turn in range(50):
        deliver_all_due()
        if states() == {"sent": 300}:
            break
        time.sleep(0.05)

    assert states() == {"sent": 300}
    assert [len(many) for _number, many in there.calls] == [100, 100, 100]
    assert len(there.times) == 6
    assert sorted(there.reached()) == sorted(f"u{n}" for n in range(1, 301)), "nobody twice"
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {"temporary", "sent"}


def test_a_call_refused_for_good_is_tried_one_by_one(
    new: Make, make_channel: MakeChannel, there: Platform
) -> None:
    there.mood = lambda number, times: "refuse" if number.startswith("PZB") else "ok"
    accounts("wecom")
    channel(make_channel, there, "wecom_app")
    enqueue_bulk(letters(new, 12))
    for _turn in range(50):
        deliver_all_due()
        if states() == {"sent": 12}:
            break
        time.sleep(0.05)
    assert states() == {"sent": 12}
    assert sorted(there.reached()) == sorted(f"u{n}" for n in range(1, 13))


def test_a_call_counts_once_against_the_throttle(
    new: Make, make_channel: MakeChannel, there: Platform
) -> None:
    accounts("wecom")
    channel(make_channel, there, "wecom_app", many=50, rate_count=5, rate_seconds=1)
    enqueue_bulk(letters(new, 400))
    deliver_all_due()
    assert len(there.calls) == 8
    gaps = [later - earlier for earlier, later in zip(there.times, there.times[2:], strict=False)]
    assert min(gaps) > 0.2, "two intervals of 0.2 s less what the threads are late"


def test_an_old_token_is_changed_without_a_fault(
    new: Make, make_channel: MakeChannel, there: Platform
) -> None:
    there.stale = {"t1"}
    accounts("wecom")
    channel(make_channel, there, "wecom_app")
    enqueue_bulk(letters(new, 10))
    deliver_all_due()
    assert states() == {"sent": 10}
    assert there.tokens == 2


def test_a_call_whose_outcome_nobody_learned_keeps_number_and_recipients(
    new: Make, make_channel: MakeChannel, there: Platform
) -> None:
    there.mood = lambda number, times: "take_and_drop" if times == 1 else "ok"
    accounts("wecom")
    channel(make_channel, there, "wecom_app")
    enqueue_bulk(letters(new, 30))
    deliver_due()
    enqueue_bulk([new(channel="auto", recipient=99, title="\u901a\u77e5", subject_id=1, priority=9)])
    for _turn in range(50):
        deliver_all_due()
        if states() == {"sent": 31}:
            break
        time.sleep(0.05)
    calls = [one for one in there.calls if len(one[1]) > 1]
    assert len(calls) == 2
    assert calls[0] == calls[1]
    assert ("u99",) in [many for _number, many in there.calls]


def test_a_report_under_the_shared_receipt_says_nothing_of_one(
    new: Make, make_channel: MakeChannel, there: Platform
) -> None:
    accounts("wecom")
    one = channel(make_channel, there, "wecom_app")
    enqueue_bulk(letters(new, 5))
    deliver_all_due()
    receipt = Notice.objects.values_list("provider_id", flat=True)[0]
    assert receipt
    assert take_reports(one, [Report(receipt, False, "EXPIRED")]) == 0
    assert states() == {"sent": 5}


WORKER = """
import sys, time
import django
django.setup()
from pingzhan.foundation.messages import register_addresses
from pingzhan.foundation.messages.delivery import pump
register_addresses(lambda ids: {n: [("wecom", f"u{n}")] for n in ids})
print("ready", flush=True)
while True:
    pump()
    time.sleep(0.02)
"""


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
    for _turn in range(1200):
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("nothing happened any more")


@pytest.mark.crash
def test_case_3_kill_between_call_and_mark_doubles_only_under_the_same_number(
    new: Make, make_channel: MakeChannel, there: Platform
) -> None:
    there.delay = 0.4
    channel(make_channel, there, "wecom_app", many=100, concurrency=2)
    enqueue_bulk(letters(new, 1500))
    child = start()
    try:
        wait_for(lambda: len(there.calls) >= 4)
    finally:
        kill(child)
    assert Notice.objects.filter(state="leased").exists()
    Notice.objects.filter(state="leased").update(lease_until=Now())
    there.delay = 0.0
    others = [start(), start()]
    try:
        wait_for(lambda: states() == {"sent": 1500})
    finally:
        for one in others:
            kill(one)

    by_number: dict[str, set[tuple[str, ...]]] = {}
    for number, many in there.calls:
        by_number.setdefault(number, set()).add(tuple(sorted(many)))
    assert all(len(sets) == 1 for sets in by_number.values()), "one number, one set of recipients"
    once = [one for sets in by_number.values() for many in sets for one in many]
    assert sorted(once) == sorted(f"u{n}" for n in range(1, 1501)), "each in one call only, none lost"
    assert 0 < len(there.calls) - len(by_number) <= 4, "only the calls under way were made twice"
