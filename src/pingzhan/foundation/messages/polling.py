"""Fetching delivery reports from gateways that cannot reach us; a zone behind its own fence takes no callbacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import cast

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.foundation.messages import answers, receipts, sealing
from pingzhan.foundation.messages.kinds import ReportSender, SendError
from pingzhan.foundation.messages.models import Channel, Notice, NoticeState
from pingzhan.kernel.errors import DomainError

SECONDS = 60.0
ASK_HOURS = 72
"""Providers keep reports for two or three days; whoever has not been heard of by then stays 'sent'."""
MOST_CALLS = 10
"""Calls for one channel in one round; the newest notices are asked for first."""
LOCK_SPACE = 0x505B
"""First key of the advisory locks by which one worker at a time asks for a channel's reports."""


class NotFetched(Exception):
    """The reports of a channel could not be fetched; the message names it and what came of it."""


def poll() -> int:
    """Fetch the reports of every enabled channel that is to be asked; return how many concerned us.

    What an earlier round fetched and did not live to note comes first, whether or not its channel is still in use.
    Nobody is asked for a channel without open notices. Raises NotFetched at the end when a channel failed, so
    that the heartbeat says so; the others were asked all the same.
    """
    failed: list[str] = []
    known = _take_up_what_is_left(failed)
    for channel in Channel.objects.filter(enabled=True).order_by("order", "id"):
        kind = sealing.kind_of(channel)
        piece = kind.polls(channel.settings) if kind is not None and kind.polls is not None else None
        if piece is None:
            continue
        try:
            known += _ask(channel, piece)
        except (SendError, DomainError) as error:
            failed.append(_failure(channel, error))
    if failed:
        raise NotFetched("\uff1b".join(failed))
    return known


def _take_up_what_is_left(failed: list[str]) -> int:
    """Note the answers that were fetched before; one that cannot be noted must not keep us from asking others."""
    known = 0
    for channel in Channel.objects.filter(answers__isnull=False).distinct().order_by("order", "id"):
        with _alone(channel) as mine:
            try:
                known += answers.take_up(channel, answers.left(channel)) if mine else 0
            except Exception as error:
                failed.append(_failure(channel, error))
    return known


def _failure(channel: Channel, error: Exception) -> str:
    return _("渠道“%(name)s”：%(error)s") % {"name": channel.label, "error": error}


def _ask(channel: Channel, piece: int) -> int:
    """Ask once for whatever is new, or for the open receipts in pieces. No transaction is open meanwhile.

    Each answer is stored before anything is done with it: a gateway may hand its reports out only once.
    """
    with _alone(channel) as mine:
        rows = _open(channel)
        if not mine or not rows.exists():
            return 0
        kind = sealing.kind_of(channel)
        assert kind is not None
        sender = cast(ReportSender, kind.open(sealing.complete(channel), float(channel.timeout_seconds)))
        known = 0
        try:
            for part in _pieces(rows, piece) if piece else [()]:
                kept = answers.keep(channel, receipts.fetched_reports(channel, sender.fetch(part)))
                known += answers.take_up(channel, kept)
        finally:
            sender.close()
        return known


def _open(channel: Channel) -> QuerySet[Notice]:
    """Return the notices that went over a channel and of which nothing is known yet."""
    return Notice.objects.filter(
        via=channel.key, state=NoticeState.SENT, sent_at__gt=Now() - timedelta(hours=ASK_HOURS)
    )


def _pieces(rows: QuerySet[Notice], size: int) -> Iterator[Sequence[str]]:
    """Yield the receipts of notices in pieces, the newest first, each once; a call for many has one for all."""
    found = rows.exclude(provider_id="").order_by("-id").values_list("provider_id", flat=True)
    ids = list(dict.fromkeys(found[: size * MOST_CALLS]))
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


@contextmanager
def _alone(channel: Channel) -> Iterator[bool]:
    """Hold the channel's lock for a while; yields False where another worker has it."""
    key = [LOCK_SPACE, channel.pk % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        row = cursor.fetchone()
    mine = bool(row and row[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
