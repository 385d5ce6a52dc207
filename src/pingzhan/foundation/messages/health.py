"""How channels are doing: taken out of use after faults in a row, tried again later and later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.jobs.retry import backoff
from pingzhan.foundation.live import announce
from pingzhan.foundation.messages import statements
from pingzhan.foundation.messages.models.channel import ChannelHealth, ChannelState

SLOW_MS = 5000
MAX_PROBE_SECONDS = 600.0
TOPIC = "messages"


@dataclass
class Tally:
    """What one channel did since it was last written down: answers, faults since the last answer, time."""

    answers: int = 0
    faults: int = 0
    error: str = ""
    probed: bool = False
    total_ms: int = 0
    pause: float = 0.0

    def answered(self, milliseconds: int) -> None:
        """Count a message the other side answered, even with a no that concerns the message."""
        self.answers += 1
        self.faults = 0
        self.total_ms += milliseconds

    def fault(self, error: str, *, probe: bool) -> None:
        """Count a fault of the channel itself; ``probe``: of the one message that tried a channel that is down."""
        self.faults += 1
        self.error = error
        self.probed = self.probed or probe


def write_down(tallies: dict[str, Tally]) -> list[ChannelHealth]:
    """Bring the health of channels up to date; return those whose state changed. Inside a transaction.

    A change to or from 'down' is announced; the caller records it last (see ``tell``).
    """
    changed: list[ChannelHealth] = []
    rows = (
        ChannelHealth.objects.filter(channel__key__in=tallies)
        .select_related("channel")
        .select_for_update(no_key=True, of=("self",))
        .annotate(now=Now())
        .order_by("channel_id")
    )
    for one in rows:
        before = one.state
        _apply(one, tallies[one.channel.key])
        one.save(
            update_fields=[
                "state", "since", "failures", "opens", "probe_at", "last_error", "last_error_at",
                "last_ok_at", "latency_ms",
            ]
        )  # fmt: skip
        if one.state != before:
            changed.append(one)
        if tallies[one.channel.key].pause:
            with connection.cursor() as cursor:
                cursor.execute(statements.PAUSE, [tallies[one.channel.key].pause, one.channel_id])
    if changed:
        announce(TOPIC, {"channels": [one.channel.key for one in changed]})
    return changed


def _apply(one: ChannelHealth, tally: Tally) -> None:
    now = one.now  # type: ignore[attr-defined]
    before = one.state
    if tally.answers:
        mean = tally.total_ms // tally.answers
        one.latency_ms = mean if not one.last_ok_at else (3 * one.latency_ms + mean) // 4
        one.last_ok_at = now
        one.failures = tally.faults
        one.opens = 0
    else:
        one.failures += tally.faults
    if tally.faults:
        one.last_error = tally.error
        one.last_error_at = now
    if before == ChannelState.DOWN and not tally.answers:
        # Messages that were under way when the channel went down say nothing new; the trial does.
        if tally.probed:
            _open(one, now)
    elif one.failures >= one.channel.trip_after:
        _open(one, now)
    else:
        one.probe_at = None
        one.state = ChannelState.SLOW if one.latency_ms > SLOW_MS else ChannelState.OK
    if one.state != before:
        one.since = now


def _open(one: ChannelHealth, now: datetime) -> None:
    one.state = ChannelState.DOWN
    one.opens += 1
    wait = backoff(one.opens, first=one.channel.probe_seconds, cap=MAX_PROBE_SECONDS)
    one.probe_at = now + timedelta(seconds=wait)


def hurry(keys: list[str]) -> None:
    """Have what waited for a channel that is back sent at once."""
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute(statements.HURRY, [key])


def tell(changed: list[ChannelHealth]) -> None:
    """Write into the trail which channels went out of use or came back; last in the transaction."""
    for one in changed:
        if one.state == ChannelState.DOWN:
            record(
                "messages.channel_down",
                by=system_actor(_("系统")),
                subject=("channel", one.channel_id),
                body={"channel": one.channel.key, "failures": one.failures},
            )
        elif one.state == ChannelState.OK:
            record(
                "messages.channel_up",
                by=system_actor(_("系统")),
                subject=("channel", one.channel_id),
                body={"channel": one.channel.key},
            )
