"""Sending what lies in the outbox: at least once, no notice stopping another.

A sender leases rows, sends, then marks. If it is killed in between, its lease runs out and another sender
takes the rows up again. ``tries`` counts leases and doubles as the fence: a sender marks a row only while the
row still carries the try it leased.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext as _

from pingzhan.foundation.live import announce
from pingzhan.foundation.messages.registry import DRILL_PREFIX, Rendered, UndeliverableError, channel, render

if TYPE_CHECKING:
    from pingzhan.foundation.messages.models import Notice

logger = logging.getLogger(__name__)

LEASE_SECONDS = 60
MAX_TRIES = 6
FIRST_DELAY_SECONDS = 5
MAX_DELAY_SECONDS = 600
MARK_EVERY = 50
"""Rows sent between two marks: what a crash may send twice at most."""
MARK_SECONDS = 2.0
INBOX_TOPIC = "inbox"

# The subquery is materialised: a plan that ran it twice would lease more rows than asked for.
LEASE_SQL = """
WITH due AS MATERIALIZED (
    SELECT id FROM outbox_notice
    WHERE state IN ('queued', 'failed', 'leased')
      AND next_at <= clock_timestamp()
      AND (lease_until IS NULL OR lease_until < clock_timestamp())
    ORDER BY wave, id LIMIT %s
    FOR UPDATE SKIP LOCKED
)
UPDATE outbox_notice n SET state = 'leased', tries = tries + 1,
       lease_until = clock_timestamp() + make_interval(secs => %s)
FROM due WHERE n.id = due.id RETURNING n.id
"""

BURY_SQL = """
WITH lost AS MATERIALIZED (
    SELECT id FROM outbox_notice
    WHERE state = 'leased' AND lease_until < clock_timestamp() AND tries >= %s
    FOR UPDATE SKIP LOCKED
)
UPDATE outbox_notice n SET state = 'dead', lease_until = NULL, last_error = %s
FROM lost WHERE n.id = lost.id
"""

MARK_SENT_SQL = """
UPDATE outbox_notice n SET state = m.state, provider_id = m.receipt, lease_until = NULL, last_error = '',
       sent_at = clock_timestamp()
FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[]) AS m(id, tries, state, receipt)
WHERE n.id = m.id AND n.state = 'leased' AND n.tries = m.tries
"""

MARK_FAILED_SQL = """
UPDATE outbox_notice n SET state = m.state, last_error = m.error, lease_until = NULL,
       next_at = clock_timestamp() + make_interval(secs => m.delay)
FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::float8[])
     AS m(id, tries, state, error, delay)
WHERE n.id = m.id AND n.state = 'leased' AND n.tries = m.tries
"""


@dataclass
class Counts:
    """What one delivery did: rows leased = sent + failed (tried again later) + dead + lost to another."""

    leased: int = 0
    sent: int = 0
    failed: int = 0
    dead: int = 0

    def __iadd__(self, other: Counts) -> Counts:
        self.leased += other.leased
        self.sent += other.sent
        self.failed += other.failed
        self.dead += other.dead
        return self


@dataclass
class _Marks:
    sent: list[tuple[int, int, str, str]] = field(default_factory=list)
    failed: list[tuple[int, int, str, str, float]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sent) + len(self.failed)


def deliver_due(limit: int = 200) -> Counts:
    """Send up to ``limit`` notices that are due and return the counts. Never raises for a bad notice.

    Order: by wave, then as written. A failed notice is tried again after 5 s, 10 s, 20 s ... (at most 10 min)
    and is 'dead' after 6 tries. Call it outside a transaction; any number of senders may run at once.
    """
    counts = Counts(dead=_bury_lost())
    notices = _lease(limit)
    counts.leased = len(notices)
    words = render(notices)
    marks = _Marks()
    marked_at = time.monotonic()
    for notice in notices:
        _send(notice, words[notice.pk], marks)
        if len(marks) >= MARK_EVERY or time.monotonic() - marked_at > MARK_SECONDS:
            counts += _mark(marks)
            marks = _Marks()
            marked_at = time.monotonic()
    counts += _mark(marks)
    return counts


def deliver_all_due(batch: int = 200) -> Counts:
    """Send until nothing is due any more and return the counts together; the worker's loop."""
    total = Counts()
    while True:
        counts = deliver_due(batch)
        total += counts
        if counts.leased < batch:
            return total


def _bury_lost() -> int:
    """Give up notices whose senders died again and again, so that a deadly one does not kill for ever."""
    with connection.cursor() as cursor:
        cursor.execute(BURY_SQL, [MAX_TRIES, _("发送进程多次中断，已停止重发。")])
        return int(cursor.rowcount)


def _lease(limit: int) -> list[Notice]:
    from pingzhan.foundation.messages.models import Notice

    with connection.cursor() as cursor:
        cursor.execute(LEASE_SQL, [limit, LEASE_SECONDS])
        ids = [row[0] for row in cursor.fetchall()]
    return list(Notice.objects.filter(pk__in=ids).select_related("account").order_by("wave", "id"))


def _send(notice: Notice, words: Rendered | Exception, marks: _Marks) -> None:
    from pingzhan.foundation.messages.models import NoticeState

    try:
        if isinstance(words, Exception):
            raise words
        if notice.world != 0 and not words.title.startswith(DRILL_PREFIX):
            raise UndeliverableError(_("演练通知的标题没有演练标记，已拒绝发送。"))
        way = channel(notice.channel)
        with transaction.atomic():
            receipt = way.send(notice, words)
    except Exception as error:
        hopeless = isinstance(error, UndeliverableError) or notice.tries >= MAX_TRIES
        state = NoticeState.DEAD if hopeless else NoticeState.FAILED
        delay = min(FIRST_DELAY_SECONDS * 2.0 ** (notice.tries - 1), MAX_DELAY_SECONDS)
        logger.warning("notice %s not sent (try %s): %s", notice.pk, notice.tries, type(error).__name__)
        text = (str(error) or type(error).__name__).replace("\x00", "")[:500]
        marks.failed.append((notice.pk, notice.tries, state.value, text, delay))
    else:
        state = NoticeState.DELIVERED if way.lands else NoticeState.SENT
        marks.sent.append((notice.pk, notice.tries, state.value, receipt[:200]))


def _mark(marks: _Marks) -> Counts:
    if not len(marks):
        return Counts()
    counts = Counts()
    with transaction.atomic(), connection.cursor() as cursor:
        if marks.sent:
            cursor.execute(MARK_SENT_SQL, _columns(marks.sent))
            counts.sent = cursor.rowcount
            if any(state == "delivered" for _id, _tries, state, _receipt in marks.sent):
                announce(INBOX_TOPIC, {"count": counts.sent})
        if marks.failed:
            cursor.execute(MARK_FAILED_SQL, _columns(marks.failed))
            dead = sum(1 for row in marks.failed if row[2] == "dead")
            counts.dead, counts.failed = dead, cursor.rowcount - dead
    return counts


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]
