"""Sending what lies in the outbox: at least once, no notice stopping another, commands first.

A dispatcher leases notices, finds each its way, hands it to the lane of its channel, and marks in batches what
the lanes report. No transaction is open while anything is sent. If a process is killed its leases run out and
another sends again, with the same number, what it had not marked.
"""

from __future__ import annotations

import atexit
import logging
import queue
import time
from collections.abc import Sequence
from urllib.parse import urljoin

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from pingzhan.foundation.messages import batches, statements
from pingzhan.foundation.messages.addresses import addresses_of
from pingzhan.foundation.messages.kinds import Message, Sender, SendError
from pingzhan.foundation.messages.lanes import Job, Lane, Result, Slots
from pingzhan.foundation.messages.marks import MAX_TRIES, Counts, Marks, Try
from pingzhan.foundation.messages.models import EXPRESS, Attempt, ChannelState, Notice, Outcome
from pingzhan.foundation.messages.outbox import WAKE_CHANNEL
from pingzhan.foundation.messages.registry import (
    Rendered,
    UndeliverableError,
    channel,
    is_local,
    render,
)
from pingzhan.foundation.messages.routes import Go, History, Wait, Way, load_ways, route, signature
from pingzhan.foundation.messages.sealing import complete
from pingzhan.foundation.messages.wordcheck import checked
from pingzhan.kernel.errors import DomainError

logger = logging.getLogger(__name__)

LEASE_SECONDS = 60
MARK_EVERY = 50
"""Rows sent between two marks: what a crash may send twice at most."""
MARK_SECONDS = 1.0
TICK_SECONDS = 0.1
BUSY_SECONDS = 0.02
"""How long reports gather before the lanes are filled again."""
WAYS_SECONDS = 1.0
"""How old the picture of the channels may be."""
PUMP_SECONDS = 8.0
"""How long the worker's loop goes on before it writes its heartbeat."""
IDLE_LANE_SECONDS = 60.0
LAST_SECONDS = 6.0
PROBE_CLAIM_SECONDS = LEASE_SECONDS


def deliver_due(limit: int = 200) -> Counts:
    """Send up to ``limit`` notices that are due, wait for the outcome and return the counts.

    Never raises for a bad notice. Order: by priority, wave, then as written. A failed notice is tried again
    after 5 s, 10 s, 20 s ... (at most 10 min, plus up to a tenth) and is 'dead' after 10 tries. Call it outside
    a transaction; any number of senders may run at once.
    """
    dispatcher = Dispatcher(limit)
    try:
        return dispatcher.run(once=True)
    finally:
        dispatcher.close()


def deliver_all_due(batch: int = 200) -> Counts:
    """Send until nothing is due any more and nothing is under way; return the counts together."""
    dispatcher = Dispatcher(batch)
    try:
        return dispatcher.run()
    finally:
        dispatcher.close()


def pump() -> Counts:
    """Do the worker's share: send for at most 8 s, keep the lanes and connections for the next call.

    What is under way goes on between two calls. At the end of the process the lanes are emptied in order.
    """
    if not _pumping:
        _pumping.append(Dispatcher(200))
        atexit.register(_pumping[0].close)
    counts = _pumping[0].run(seconds=PUMP_SECONDS)
    if _pumping[0].in_flight:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [WAKE_CHANNEL])
    return counts


_pumping: list[Dispatcher] = []


class Dispatcher:
    """Leases, routes, hands out, marks; used by one thread at a time."""

    def __init__(self, batch: int = 200) -> None:
        self.batch = batch
        self.lanes: dict[str, Lane] = {}
        self.ways: dict[str, Way] = {}
        self.ways_at = float("-inf")
        self.results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self.marks = Marks()
        self.marked_at = time.monotonic()
        self.counts = Counts()
        self.urgent = False

    @property
    def in_flight(self) -> int:
        """Return how many messages lie in the lanes or are being sent."""
        return sum(lane.in_flight for lane in self.lanes.values())

    def run(self, *, seconds: float | None = None, once: bool = False) -> Counts:
        """Work until nothing is due and nothing under way, or for ``seconds``; return the counts.

        ``once``: lease a single batch and see it through.
        """
        self.counts = Counts(dead=self._bury_lost())
        ends = time.monotonic() + seconds if seconds is not None else None
        asked = False
        while True:
            self._refresh()
            leased = 0
            if not (once and asked) and (ends is None or time.monotonic() < ends):
                leased = self._lease_and_route()
                asked = True
            self._pace()
            self._collect(BUSY_SECONDS if leased else TICK_SECONDS)
            over = ends is not None and time.monotonic() >= ends
            idle = not leased and not self.in_flight
            again = False
            late = time.monotonic() - self.marked_at > MARK_SECONDS
            if over or idle or late or self.urgent or len(self.marks) >= MARK_EVERY:
                again = self._flush()
            if over or (once and not self.in_flight) or (idle and not again):
                break
        self._flush()
        return self.counts

    def close(self) -> None:
        """Stop the lanes, wait a little for what is being sent, mark it, give the rest back."""
        for lane in self.lanes.values():
            lane.stop()
        for lane in self.lanes.values():
            lane.join(LAST_SECONDS)
        self._collect(0.0)
        self.lanes.clear()
        self._flush()

    # --- taking

    def _bury_lost(self) -> int:
        """Give up notices whose senders died again and again, so a deadly one does not kill for ever."""
        with connection.cursor() as cursor:
            cursor.execute(statements.BURY, [MAX_TRIES, _("发送进程多次中断，已停止重发。")])
            return int(cursor.rowcount)

    def _lease(self) -> list[Notice]:

        full = [key for key, lane in self.lanes.items() if not lane.blocked and not lane.room(express=False)]
        full_express = [
            key for key, lane in self.lanes.items() if not lane.blocked and not lane.room(express=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                statements.LEASE,
                {
                    "express": EXPRESS.value,
                    "full": full,
                    "full_express": full_express,
                    "limit": self.batch,
                    "lease": LEASE_SECONDS,
                },
            )
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return []
        ids += batches.members_of(ids, LEASE_SECONDS)
        return self._read(ids)

    def _read(self, ids: Sequence[int]) -> list[Notice]:

        return list(
            Notice.objects.filter(pk__in=ids).select_related("account").order_by("priority", "wave", "id")
        )

    def _lease_and_route(self) -> int:
        """Take a batch and send each notice on its way; return how many were taken."""

        taken_at = time.monotonic()
        notices = self._lease()
        if not notices:
            return 0
        taken: dict[tuple[str, bool], int] = {}
        alone = self._send_together(self._routed(notices), taken, taken_at)
        going: list[tuple[Notice, Go]] = []
        for notice, found in alone:
            if isinstance(found, Go) and not self._takes(notice, found, taken):
                # Not a wait: it is looked at again as soon as the lane has room.
                self.marks.give_back(Try(notice.pk, notice.tries, found.via))
            elif isinstance(found, Go):
                going.append((notice, found))
            elif isinstance(found, Wait):
                self.marks.give_back(Try(notice.pk, notice.tries, found.via), found.seconds)
            else:
                self.marks.hopeless(Try(notice.pk, notice.tries, ""), found.reason)
        self.counts.leased += len(going)
        for notice, found in going:
            # The words depend on the way (a link that signs in is for outside only).
            if is_local(found.via):
                notice.channel = found.via
        words = render([notice for notice, _found in going])
        for notice, found in going:
            if is_local(found.via):
                self._send_here(notice, found, words[notice.pk])
            else:
                self._send_out(notice, found, words[notice.pk], taken_at)
        self._flush()
        return len(notices)

    def _routed(self, notices: Sequence[Notice]) -> list[batches.Routed]:

        addresses = addresses_of({one.recipient for one in notices if not is_local(one.channel)})
        histories = self._histories(notices)
        blocked = [key for key, lane in self.lanes.items() if lane.blocked or lane.stopped]
        return [
            (one, route(one, self.ways, addresses.get(one.recipient, ()), histories[one.pk], blocked))
            for one in notices
        ]

    def _send_together(
        self, routed: Sequence[batches.Routed], taken: dict[tuple[str, bool], int], taken_at: float
    ) -> list[batches.Routed]:
        """Hand out calls for many; return the notices that go alone."""
        groups, alone = batches.grouped(routed, self.ways)
        for group in groups:
            waits = group.waits
            if waits is None and not self._room_for(group, taken):
                waits = Wait(group.via, 0.0)
            if waits is not None:
                for notice, _found in group.members:
                    self.marks.give_back(Try(notice.pk, notice.tries, waits.via), waits.seconds)
                continue
            if not group.formed:
                more = batches.form(group, self.ways[group.via].many, LEASE_SECONDS)
                group.members += self._routed(self._read(more))
            call, others = batches.settled(group, checked)
            if call is not None:
                self.counts.leased += len(call.members)
                lane = self.lanes[group.via]
                lane.put(batches.job(call, taken_at + LEASE_SECONDS - 2 * lane.timeout - 2.0))
            alone += others
        return alone

    def _room_for(self, group: batches.Group, taken: dict[tuple[str, bool], int]) -> bool:

        first, found = group.members[0]
        if not isinstance(found, Go) or not self._takes(first, found, taken):
            return False
        return self.lanes[group.via].room_for_batches() > 0

    def _takes(self, notice: Notice, go: Go, taken: dict[tuple[str, bool], int]) -> bool:

        via = go.via
        if is_local(via):
            return True
        way = self.ways[via]
        lane = self.lanes.get(via)
        if way.health.state == ChannelState.DOWN and (lane is None or not lane.probing):
            return self._claim_probe(way)
        express = notice.priority <= EXPRESS
        if lane is None:
            lane = self._open_lane(way)
        key = (via, express)
        if key not in taken:
            taken[key] = lane.room(express=express)
        taken[key] -= 1
        return taken[key] >= 0

    def _claim_probe(self, way: Way) -> bool:
        """Let exactly one sender try a channel that is down, with one message."""
        with connection.cursor() as cursor:
            cursor.execute(statements.CLAIM_PROBE, [PROBE_CLAIM_SECONDS, way.channel.pk])
            mine = bool(cursor.rowcount)
        way.probe_in = float(PROBE_CLAIM_SECONDS)
        if mine:
            lane = self.lanes.get(way.key) or self._open_lane(way)
            lane.open_again(probing=True)
        return mine

    def _histories(self, notices: Sequence[Notice]) -> dict[int, History]:

        found = {one.pk: History() for one in notices}
        again = [one.pk for one in notices if one.tries > 1 or one.last_error]
        if again:
            rows = Attempt.objects.filter(
                notice__in=again, outcome__in=[Outcome.LASTING, Outcome.TEMPORARY, Outcome.RETRIED]
            )
            for notice_id, key, outcome in rows.order_by("id").values_list("notice_id", "channel", "outcome"):
                history = found[notice_id]
                if outcome == Outcome.RETRIED:
                    history.lasting.clear()
                    history.failed.clear()
                elif outcome == Outcome.LASTING:
                    history.lasting.add(key)
                else:
                    history.failed[key] = history.failed.get(key, 0) + 1
        return found

    # --- sending

    def _send_here(self, notice: Notice, go: Go, words: Rendered | Exception) -> None:
        """Send over a way that needs no network, at once."""
        began = time.monotonic()
        try:
            way = channel(notice.channel)
            text = checked(notice, words)
            with transaction.atomic():
                receipt = way.send(notice, text)
        except Exception as error:
            lasting = isinstance(error, UndeliverableError)
            said = SendError(type(error).__name__, str(error), lasting=lasting)
            self.marks.refused(Try(notice.pk, notice.tries, go.via, go.others), said)
        else:
            took = round(1000 * (time.monotonic() - began))
            one = Try(notice.pk, notice.tries, go.via, took_ms=took)
            self.marks.sent(one, lands=way.lands, receipt=receipt)
        if len(self.marks) >= MARK_EVERY or time.monotonic() - self.marked_at > MARK_SECONDS:
            self._flush()

    def _send_out(self, notice: Notice, go: Go, words: Rendered | Exception, taken_at: float) -> None:

        try:
            text = checked(notice, words)
        except Exception as error:
            said = SendError(type(error).__name__, str(error), lasting=isinstance(error, UndeliverableError))
            self.marks.refused(Try(notice.pk, notice.tries, go.via), said)
            return
        lane = self.lanes[go.via]
        lane.put(
            Job(
                notice_id=notice.pk,
                tries=notice.tries,
                rank=(notice.priority, notice.wave, notice.pk),
                express=notice.priority <= EXPRESS,
                message=Message(
                    number=notice.number,
                    title=text.title,
                    body=text.body,
                    link=urljoin(settings.PUBLIC_URL + "/", text.link) if text.link else "",
                    address=go.address,
                    priority=notice.priority,
                ),
                others=go.others,
                begin_by=taken_at + LEASE_SECONDS - 2 * lane.timeout - 2.0,
            )
        )

    def _open_lane(self, way: Way) -> Lane:

        one, timeout = way.channel, float(way.channel.timeout_seconds)
        refusal = ""
        try:
            typed = complete(one)
        except DomainError as error:
            typed, refusal = None, error.message

        def opened() -> Sender:
            if typed is None:
                raise SendError("settings", refusal, channel_fault=True)
            return way.kind.open(typed, timeout)

        lane = Lane(one.key, opened, one.concurrency, timeout, way.interval, one.trip_after, self.results)
        self.lanes[one.key] = lane
        return lane

    def _refresh(self) -> None:
        """Look at the channels anew from time to time; close lanes whose channel was changed or is unused."""

        now = time.monotonic()
        if now - self.ways_at < WAYS_SECONDS:
            return
        before, self.ways, self.ways_at = self.ways, load_ways(), now
        for key, lane in list(self.lanes.items()):
            if lane.stopped:
                if not lane.in_flight:
                    del self.lanes[key]
                continue
            way, old = self.ways.get(key), before.get(key)
            changed = way is None or (old is not None and signature(old) != signature(way))
            unused = not lane.in_flight and now - lane.last_used > IDLE_LANE_SECONDS
            if changed or unused:
                lane.stop()
                if not lane.in_flight:
                    del self.lanes[key]
            elif way is not None:
                if way.health.state != ChannelState.DOWN:
                    if lane.blocked:
                        lane.open_again(probing=False)
                elif not lane.probing and not lane.blocked:
                    lane.block()
                if not way.interval:
                    lane.pause(way.pause)

    def _pace(self) -> None:
        """Ask for sending moments where a throttled lane needs them; break off what hangs."""
        for key, lane in self.lanes.items():
            way = self.ways.get(key)
            count = lane.wants_slots()
            if count and way is not None:
                span = count * lane.interval
                with connection.cursor() as cursor:
                    cursor.execute(statements.TAKE_SLOTS, {"span": span, "channel": way.channel.pk})
                    row = cursor.fetchone()
                if row is not None:
                    lane.give_slots(Slots(time.monotonic() + row[0], lane.interval, count))
            lane.abort_hanging()

    # --- marking

    def _collect(self, wait: float) -> None:
        """Read what the lanes report; wait for the first report at most ``wait`` seconds."""
        while True:
            try:
                blocking = wait > 0 and self.in_flight > 0
                result = self.results.get(blocking, wait if blocking else None)
            except queue.Empty:
                return
            wait = 0.0
            result.lane.in_flight -= 1
            self.urgent = self.marks.result(result) or self.urgent

    def _flush(self) -> bool:
        """Write what was learned; return whether something is to be looked at again at once."""
        self.marked_at = time.monotonic()
        self.urgent = False
        if self.marks.empty:
            return False
        again = self.marks.due_again
        changed = self.marks.write(self.counts)
        # Only now: had the writing failed, the next flush would try again and the fence would sort it out.
        self.marks = Marks()
        if changed:
            self.ways_at = float("-inf")
        return again
