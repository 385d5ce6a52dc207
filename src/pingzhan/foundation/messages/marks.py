"""What a dispatcher has learned and not yet written: marks, attempts, the channels' health."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from django.db import connection, transaction

from pingzhan.foundation.jobs.retry import backoff
from pingzhan.foundation.live import announce
from pingzhan.foundation.messages import health, statements
from pingzhan.foundation.messages.kinds import SendError
from pingzhan.foundation.messages.lanes import Result
from pingzhan.foundation.messages.models import NoticeState, Outcome
from pingzhan.foundation.messages.text import scrubbed

logger = logging.getLogger(__name__)

INBOX_TOPIC = "inbox"
MAX_TRIES = 10
FIRST_DELAY_SECONDS = 5.0
MAX_DELAY_SECONDS = 600.0


@dataclass
class Counts:
    """What one delivery did: rows leased = sent + failed (tried again later) + dead + lost to another."""

    leased: int = 0
    sent: int = 0
    failed: int = 0
    dead: int = 0


@dataclass(frozen=True)
class Try:
    """One try of a leased notice over one way; ``others``: there are further ways. The address is not kept."""

    notice_id: int
    tries: int
    via: str
    others: bool = False
    address: str = ""
    took_ms: int = 0


@dataclass
class Marks:
    """One batch; written in one transaction."""

    _sent: list[tuple[int, int, str, str, str]] = field(default_factory=list)
    _failed: list[tuple[int, int, str, str, str, float, bool]] = field(default_factory=list)
    _back: list[tuple[int, int, str, float]] = field(default_factory=list)
    _attempts: list[tuple[int, str, str, str, str, str, int]] = field(default_factory=list)
    _tallies: dict[str, health.Tally] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._sent) + len(self._failed) + len(self._back)

    @property
    def empty(self) -> bool:
        """Return whether there is nothing to write."""
        return not (len(self) or self._tallies)

    @property
    def due_again(self) -> bool:
        """Return whether something noted here is to be looked at again at once."""
        again = any(row[2] == NoticeState.FAILED and row[5] <= 0 for row in self._failed)
        return again or any(row[3] <= 0 for row in self._back)

    def sent(self, one: Try, *, lands: bool, receipt: str) -> None:
        """Note a notice that a channel took, or (``lands``) that lies in the inbox."""
        state = NoticeState.DELIVERED if lands else NoticeState.SENT
        self._sent.append((one.notice_id, one.tries, state.value, receipt[:200], one.via))
        self._attempts.append(
            (one.notice_id, one.via, Outcome.SENT.value, "", "", receipt[:200], one.took_ms)
        )

    def refused(self, one: Try, error: SendError, *, together: float | None = None) -> None:
        """Note a try that failed and decide what follows: another way at once, another time, or the end.

        ``together``: it stays in its call for many, which is made again after so many seconds.
        """
        text = scrubbed(str(error).replace("\x00", ""), one.address)
        hopeless = one.tries >= MAX_TRIES or (error.lasting and not one.others)
        delay = 0.0 if error.lasting else (together if together is not None else _backoff(one.tries))
        state = NoticeState.DEAD if hopeless else NoticeState.FAILED
        outcome = Outcome.LASTING if error.lasting else Outcome.TEMPORARY
        logger.info("notice %s not sent over %s (try %s): %s", one.notice_id, one.via, one.tries, error.code)
        self._failed.append(
            (
                one.notice_id,
                one.tries,
                state.value,
                text,
                one.via,
                max(delay, error.pause or 0.0),
                together is not None,
            )
        )
        self._attempts.append((one.notice_id, one.via, outcome.value, error.code, text, "", one.took_ms))

    def hopeless(self, one: Try, reason: str) -> None:
        """Note a notice that has no way left."""
        self._failed.append((one.notice_id, one.tries, NoticeState.DEAD.value, reason, one.via, 0.0, False))

    def give_back(self, one: Try, seconds: float = 0.0) -> None:
        """Note a notice that was leased and not tried, to be looked at again after so long."""
        self._back.append((one.notice_id, one.tries, one.via, seconds))

    def result(self, found: Result) -> bool:
        """Take in what a lane reports; return whether the channel has just gone out of use."""
        job, lane = found.job, found.lane
        took = round(1000 * found.seconds)
        one = Try(job.notice_id, job.tries, lane.key, job.others, job.message.address, took)
        if not found.begun:
            via = "" if lane.blocked else lane.key
            for member in job.members or (job,):
                self.give_back(Try(member.notice_id, member.tries, via))
            return False
        tally = self._tallies.setdefault(lane.key, health.Tally())
        error, probing, lane.probing = found.error, lane.probing, False
        if error is None or not error.channel_fault:
            tally.answered(took)
        if job.members:
            self._many(found, took)
        elif error is None:
            self.sent(one, lands=False, receipt=found.receipt)
        else:
            self.refused(one, error)
        if error is None:
            return False
        if error.pause:
            tally.pause = max(tally.pause, error.pause)
            lane.pause(error.pause)
        if not error.channel_fault:
            return False
        tally.fault(scrubbed(str(error), one.address), probe=probing)
        if lane.blocked or not lane.halted:
            return False
        lane.block()
        return True

    def _many(self, found: Result, took: int) -> None:
        """Note a call for many: each has its own outcome, or all of them wait for the same call again.

        A call refused for good may have been refused because of one address, so each is tried alone.
        """
        error, via = found.error, found.lane.key
        again = _backoff(found.job.tries)
        for member in found.job.members:
            one = Try(member.notice_id, member.tries, via, member.others, member.address, took)
            own = found.refused.get(member.address)
            if error is not None and error.lasting:
                self.refused(one, SendError(error.code, str(error), pause=error.pause))
            elif error is not None:
                self.refused(one, error, together=again)
            elif own is not None:
                self.refused(one, own)
            else:
                self.sent(one, lands=False, receipt=found.receipt)

    def write(self, counts: Counts) -> bool:
        """Write everything and add to ``counts``; return whether a channel changed its state."""
        sent = failed = dead = 0
        with transaction.atomic():
            with connection.cursor() as cursor:
                if self._sent:
                    cursor.execute(statements.MARK_SENT, statements.columns(self._sent))
                    sent = cursor.rowcount
                if self._failed:
                    cursor.execute(statements.MARK_FAILED, statements.columns(self._failed))
                    dead = sum(1 for row in self._failed if row[2] == NoticeState.DEAD)
                    failed = cursor.rowcount - dead
                if self._back:
                    cursor.execute(statements.GIVE_BACK, statements.columns(self._back))
                if self._attempts:
                    cursor.execute(statements.WRITE_ATTEMPTS, statements.columns(self._attempts))
            if any(row[2] == NoticeState.DELIVERED for row in self._sent):
                announce(INBOX_TOPIC, {"count": sent})
            changed = health.write_down(self._tallies) if self._tallies else []
            health.tell(changed)
        # Apart from the marks, whose row locks another sender may be waiting for.
        health.hurry([one.channel.key for one in changed if one.state != "down"])
        counts.sent += sent
        counts.failed += failed
        counts.dead += dead
        return bool(changed)


def _backoff(tries: int) -> float:
    return backoff(tries, first=FIRST_DELAY_SECONDS, cap=MAX_DELAY_SECONDS)
