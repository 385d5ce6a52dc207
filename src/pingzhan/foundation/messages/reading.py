"""What a person sees of his notices, and how the outbox is doing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models.functions import Now

from pingzhan.foundation.messages.models import Notice, NoticeChannel, NoticeState
from pingzhan.foundation.messages.registry import Rendered, render

LATE_SECONDS = 30
"""A notice this long overdue turns the health block red (reference/command.md section 8)."""


@dataclass(frozen=True)
class InboxItem:
    """One notice as its recipient reads it."""

    notice: Notice
    words: Rendered
    unread: bool


@dataclass(frozen=True)
class Trouble:
    """A channel in use that is slow or down, since when (local time in words is the page's business)."""

    label: str
    state: str
    since: datetime


@dataclass(frozen=True)
class Backlog:
    """How the outbox is doing: waiting, waiting over 30 s, leases run out over 30 s ago, given up.

    ``troubles``: channels in use that are slow or down.
    """

    waiting: int
    late: int
    stuck: int
    dead: int
    troubles: tuple[Trouble, ...] = ()

    @property
    def healthy(self) -> bool:
        """Return whether nothing is late, stuck or given up, and no channel is down."""
        down = any(one.state == "down" for one in self.troubles)
        return not (self.late or self.stuck or self.dead or down)


def inbox(account_id: int, limit: int = 50) -> list[InboxItem]:
    """Return the account's notices that were sent, over whatever way, newest first.

    The words are rendered afresh, so they never show what has meanwhile been erased. The number of queries
    does not depend on the number of notices.
    """

    notices = list(
        Notice.objects.filter(
            account_id=account_id,
            state__in=[NoticeState.SENT, NoticeState.DELIVERED, NoticeState.READ],
        ).order_by("-id")[:limit]
    )
    for notice in notices:
        # Whatever way it went, here it is read inside, so its link needs no secret.
        notice.channel = NoticeChannel.IN_APP
    words = render(notices)
    items = []
    for notice in notices:
        text = words[notice.pk]
        if isinstance(text, Exception):
            text = Rendered(notice.title)
        items.append(InboxItem(notice, text, notice.state != NoticeState.READ))
    return items


def unread_count(account_id: int) -> int:
    """Return how many arrived notices the account has not opened."""

    return Notice.objects.filter(
        account_id=account_id,
        state__in=[NoticeState.SENT, NoticeState.DELIVERED],
    ).count()


def mark_read(*, account_id: int, notice_ids: list[int]) -> int:
    """Mark arrived notices of this account as read; return how many were. Others' notices stay untouched."""

    return Notice.objects.filter(
        account_id=account_id,
        pk__in=notice_ids,
        state__in=[NoticeState.SENT, NoticeState.DELIVERED],
    ).update(state=NoticeState.READ, read_at=Now())


def backlog() -> Backlog:
    """Return how the outbox is doing, by the database's clock (one query).

    The condition is written as those of the two partial indexes, so that years of delivered notices are not read.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE state <> 'dead'),
                   count(*) FILTER (WHERE state IN ('queued', 'failed')
                                    AND next_at < clock_timestamp() - make_interval(secs => %s)),
                   count(*) FILTER (WHERE state = 'leased'
                                    AND lease_until < clock_timestamp() - make_interval(secs => %s)),
                   count(*) FILTER (WHERE state = 'dead'),
                   (SELECT coalesce(jsonb_agg(jsonb_build_array(c.label, h.state, h.since)
                                              ORDER BY c."order", c.id), '[]')
                    FROM outbox_channelhealth h JOIN outbox_channel c ON c.id = h.channel_id
                    WHERE c.enabled AND h.state <> 'ok')::text
            FROM outbox_notice WHERE state IN ('queued', 'failed', 'leased') OR state IN ('failed', 'dead')
            """,
            [LATE_SECONDS, LATE_SECONDS],
        )
        row = cursor.fetchone()
    assert row is not None
    waiting, late, stuck, dead, troubles = row
    found = (
        Trouble(label, state, datetime.fromisoformat(since)) for label, state, since in json.loads(troubles)
    )
    return Backlog(waiting, late, stuck, dead, tuple(found))
