from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.live import version
from pingzhan.foundation.messages import (
    DRILL_PREFIX,
    NewNotice,
    Rendered,
    UndeliverableError,
    backlog,
    deliver_all_due,
    deliver_due,
    enqueue_bulk,
    inbox,
    mark_read,
    register_channel,
    register_renderer,
    unread_count,
)
from pingzhan.foundation.messages.marks import MAX_TRIES
from pingzhan.foundation.messages.models import Notice

pytestmark = pytest.mark.django_db
Make = Callable[..., NewNotice]


def states() -> list[str]:
    return list(Notice.objects.order_by("id").values_list("state", flat=True))


def make_due() -> None:
    Notice.objects.filter(state="failed").update(next_at=Now() - timedelta(seconds=1))


class Sink:
    """A channel that keeps what it was given and fails for the titles it is told to."""

    def __init__(self, *failing: str, error: Exception | None = None) -> None:
        self.failing = failing
        self.error = error or ConnectionError("线路不通")
        self.got: list[str] = []

    def __call__(self, notice: Notice, words: Rendered) -> str:
        if words.title in self.failing:
            raise self.error
        self.got.append(words.title)
        return f"r{notice.pk}"


def test_writing_many_is_two_statements_and_a_second_time_is_ignored(
    new: Make, django_assert_num_queries: Any
) -> None:
    notices = [new() for _ in range(1200)]
    with django_assert_num_queries(2):
        assert enqueue_bulk(notices) == 1200
    assert enqueue_bulk([*notices, new()]) == 1
    assert enqueue_bulk([]) == 0
    assert Notice.objects.count() == 1201


def test_the_same_dedupe_twice_in_one_call_is_written_once(new: Make) -> None:
    notice = new()
    assert enqueue_bulk([notice, notice]) == 1


def test_in_app_lands_in_the_inbox(new: Make, account: User) -> None:
    register_renderer("test", lambda ns: {n.pk: Rendered(n.title, "正文", "/tasks/") for n in ns})
    before = version("inbox")
    enqueue_bulk([new(channel="in_app", account=account.pk, title="上岗")])
    assert inbox(account.pk) == []
    counts = deliver_due()
    assert (counts.leased, counts.sent, counts.failed, counts.dead) == (1, 1, 0, 0)
    assert states() == ["delivered"]
    assert version("inbox") != before
    (item,) = inbox(account.pk)
    assert (item.words, item.unread, unread_count(account.pk)) == (
        Rendered("上岗", "正文", "/tasks/"),
        True,
        1,
    )
    assert mark_read(account_id=account.pk + 1, notice_ids=[item.notice.pk]) == 0
    assert mark_read(account_id=account.pk, notice_ids=[item.notice.pk]) == 1
    assert mark_read(account_id=account.pk, notice_ids=[item.notice.pk]) == 0
    assert unread_count(account.pk) == 0
    assert inbox(account.pk)[0].unread is False
    assert inbox(account.pk + 1) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_inbox_needs_one_query_however_long(
    new: Make, account: User, count: int, django_assert_num_queries: Any
) -> None:
    enqueue_bulk([new(channel="in_app", account=account.pk) for _ in range(count)])
    deliver_due()
    with django_assert_num_queries(1):
        assert len(inbox(account.pk)) == count


def test_in_app_without_an_account_is_given_up_with_a_reason(new: Make) -> None:
    enqueue_bulk([new(channel="in_app")])
    deliver_due()
    notice = Notice.objects.get()
    assert (notice.state, notice.lease_until) == ("dead", None)
    assert "账号" in notice.last_error


def test_one_failing_message_stops_no_other(new: Make) -> None:
    sink = Sink("坏")
    register_channel("console", sink)
    enqueue_bulk([new(title="一"), new(title="坏"), new(title="三")])
    counts = deliver_all_due()
    assert (counts.leased, counts.sent, counts.failed) == (3, 2, 1)
    assert sink.got == ["一", "三"]
    assert states() == ["sent", "failed", "sent"]
    assert Notice.objects.get(state="failed").last_error == "线路不通"


def test_one_subject_that_cannot_be_rendered_stops_no_other(new: Make) -> None:
    def render(notices: Sequence[Notice]) -> Mapping[int, Rendered]:
        if any(notice.title == "坏" for notice in notices):
            raise LookupError("没有这个岗位")
        return {notice.pk: Rendered(notice.title) for notice in notices if notice.title != "漏"}

    register_renderer("test", render)
    sink = Sink()
    register_channel("console", sink)
    enqueue_bulk([new(title="一"), new(title="坏"), new(title="漏"), new(title="四")])
    counts = deliver_due()
    assert (counts.sent, counts.failed) == (2, 2)
    assert sink.got == ["一", "四"]
    assert states() == ["sent", "failed", "failed", "sent"]


def test_tries_come_later_and_later_and_then_end(new: Make) -> None:
    register_channel("console", Sink("坏"))
    enqueue_bulk([new(title="坏")])
    delays = []
    for n in range(1, MAX_TRIES + 1):
        assert deliver_due().leased == 1
        notice = Notice.objects.annotate(now=Now()).get()
        assert notice.tries == n
        delays.append((notice.next_at - notice.now).total_seconds())
        assert deliver_due().leased == 0
        make_due()
    assert states() == ["dead"]
    expected = [min(5 * 2**n, 600) for n in range(MAX_TRIES - 1)]
    # Up to a tenth comes on top, so that many failures do not come back at one moment.
    assert all(least - 5 < delay <= least * 1.1 for least, delay in zip(expected, delays, strict=False))
    assert deliver_due().leased == 0
    assert backlog().dead == 1
    assert not backlog().healthy


def test_what_is_hopeless_is_given_up_at_once(new: Make) -> None:
    register_channel("console", Sink("坏", error=UndeliverableError("号码不存在")))
    enqueue_bulk([new(title="坏")])
    counts = deliver_due()
    assert (counts.failed, counts.dead) == (0, 1)
    assert Notice.objects.get().last_error == "号码不存在"


def test_a_drill_notice_without_its_mark_is_refused_by_every_channel(new: Make, account: User) -> None:
    sink = Sink()
    register_channel("console", sink)
    enqueue_bulk(
        [
            new(world=1, title="启动"),
            new(world=1, title=f"{DRILL_PREFIX}启动"),
            new(world=1, title="启动", channel="in_app", account=account.pk),
        ]
    )
    deliver_due()
    assert states() == ["dead", "sent", "dead"]
    assert sink.got == [f"{DRILL_PREFIX}启动"]


def test_first_orders_go_before_later_waves(new: Make) -> None:
    sink = Sink()
    register_channel("console", sink)
    enqueue_bulk([new(title="后", wave=5), new(title="先", wave=0), new(title="中", wave=1)])
    deliver_due(2)
    deliver_due(2)
    assert sink.got == ["先", "中", "后"]


def test_the_console_prints_one_line_and_writes_a_private_file(
    new: Make,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    settings: Any,
) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    file = tmp_path / "notices.txt"
    monkeypatch.setenv("PINGZHAN_CONSOLE_FILE", str(file))
    register_renderer(
        "test", lambda ns: {n.pk: Rendered("标题", "第一行\n第二行\u2028", "/a/abc") for n in ns}
    )
    enqueue_bulk([new(), new()])
    deliver_due()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("| 标题 | 第一行 第二行  | http://127.0.0.1:8000/a/abc")
    assert file.read_text(encoding="utf-8").splitlines() == lines
    assert file.stat().st_mode & 0o077 == 0


def test_a_lease_that_ran_out_is_taken_up_again(new: Make) -> None:
    sink = Sink()
    register_channel("console", sink)
    enqueue_bulk([new(title="一")])
    Notice.objects.update(state="leased", tries=1, lease_until=Now() + timedelta(seconds=30))
    assert deliver_due().leased == 0
    Notice.objects.update(lease_until=Now() - timedelta(seconds=40))
    assert backlog().stuck == 1
    assert deliver_due().sent == 1
    assert Notice.objects.get().tries == 2
    assert backlog().healthy


def test_a_notice_that_kills_its_sender_again_and_again_is_given_up(new: Make) -> None:
    enqueue_bulk([new()])
    Notice.objects.update(state="leased", tries=MAX_TRIES, lease_until=Now() - timedelta(seconds=1))
    counts = deliver_due()
    assert (counts.leased, counts.dead) == (0, 1)


def test_a_sender_that_was_overtaken_marks_nothing(new: Make) -> None:
    def overtaken(notice: Notice, words: Rendered) -> str:
        Notice.objects.filter(pk=notice.pk).update(tries=notice.tries + 1)
        return ""

    register_channel("console", overtaken)
    enqueue_bulk([new()])
    assert deliver_due().sent == 0
    assert states() == ["leased"]


def test_late_notices_turn_the_health_red(new: Make) -> None:
    enqueue_bulk([new()])
    assert (backlog().waiting, backlog().healthy) == (1, True)
    Notice.objects.update(next_at=Now() - timedelta(seconds=60))
    assert (backlog().late, backlog().healthy) == (1, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "leased"},
        {"state": "queued", "sent_at": Now()},
        {"state": "sent"},
        {"state": "delivered", "sent_at": Now(), "read_at": Now()},
        {"state": "read", "sent_at": Now()},
        {"state": "unknown"},
        {"channel": ""},
        {"priority": 10},
        {"title": ""},
        {"tries": -1},
        {"lease_until": Now()},
    ],
)
def test_impossible_rows_are_refused_by_the_database(new: Make, wrong: dict[str, Any]) -> None:
    enqueue_bulk([new()])
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.update(**wrong)
