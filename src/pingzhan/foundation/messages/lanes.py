"""One lane for each channel: threads that send, in order of priority and at the channel's pace.

A lane touches no database. The dispatcher fills it, gives it sending moments for the throttle, and reads what
became of each message from one queue.
"""

from __future__ import annotations

import heapq
import logging
import math
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from pingzhan.foundation.messages.kinds import ManySender, Message, Sender, SendError

logger = logging.getLogger(__name__)

IDLE_SECONDS = 15.0
"""A connection unused for so long is given up: servers close idle ones, and a stale one costs a failure."""
AHEAD_SECONDS = 0.4
"""Sending moments are asked for this long before they are needed."""
BLOCK_SECONDS = 1.0
DEPTH = 12
"""Messages waiting in a lane for each thread."""
GRACE_SECONDS = 5.0


BATCHES = 2
"""Calls for many waiting in a lane for each thread: each holds the leases of all its notices."""


@dataclass(frozen=True)
class Member:
    """One of the notices that leave in one call."""

    notice_id: int
    tries: int
    address: str
    others: bool


@dataclass(frozen=True)
class Job:
    """A leased notice on its way. ``begin_by`` (monotonic): later the lease might not cover the send.

    With ``members`` it is one call for many notices, and ``notice_id`` is the first of them.
    """

    notice_id: int
    tries: int
    rank: tuple[int, int, int]
    express: bool
    message: Message
    others: bool
    begin_by: float
    members: tuple[Member, ...] = ()


@dataclass(frozen=True)
class Result:
    """What became of a job. ``error`` None: sent, but for those in ``refused``. ``begun`` False: it goes back
    untried.
    """

    lane: Lane
    job: Job
    begun: bool
    error: SendError | None = None
    receipt: str = ""
    seconds: float = 0.0
    refused: Mapping[str, SendError] = field(default_factory=dict)


@dataclass
class Slots:
    """Sending moments: ``count`` of them from ``start`` (monotonic), ``interval`` apart; a missed one is lost."""

    start: float
    interval: float
    count: int
    used: int = 0

    def take(self, now: float) -> float | None:
        """Use the next moment and return 0 when it has come, else the seconds until then; None when over."""
        place = max(self.used, math.floor((now - self.start) / self.interval))
        if place >= self.count:
            return None
        wait = self.start + place * self.interval - now
        if wait <= 0:
            self.used = place + 1
            return 0.0
        return wait

    def left(self, now: float) -> int:
        """Return how many moments are still to come."""
        return max(0, self.count - max(self.used, math.floor((now - self.start) / self.interval)))


@dataclass(eq=False)
class Lane:
    """The queue and the threads of one channel in this process."""

    key: str
    open: Callable[[], Sender]
    threads: int
    timeout: float
    interval: float
    trip_after: int
    results: queue.SimpleQueue[Result]
    heap: list[tuple[tuple[int, int, int], Job]] = field(default_factory=list)
    slots: deque[Slots] = field(default_factory=deque)
    blocked: bool = False
    probing: bool = False
    """The channel is down and one message is trying it."""
    faults: int = 0
    """Faults in a row; counted by the threads, so that they stop by themselves at once."""
    halted: bool = False
    paused_until: float = 0.0
    in_flight: int = 0
    """Jobs put in whose result the dispatcher has not read; only the dispatcher touches it."""
    last_used: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._condition = threading.Condition()
        self._busy: dict[int, tuple[float, Sender]] = {}
        self._workers: list[threading.Thread] = []
        self.stopped = False

    # --- the dispatcher's side

    def room(self, *, express: bool) -> int:
        """Return how many more jobs the lane takes; urgent ones are counted apart from the others."""
        if self.blocked or self.stopped or self.halted:
            return 0
        depth = self.threads * DEPTH
        if self.interval:
            depth = max(1, min(depth, int(10.0 / self.interval)))
        with self._condition:
            waiting = sum(1 for _rank, job in self.heap if job.express == express)
        return max(0, depth - waiting)

    def room_for_batches(self) -> int:
        """Return how many more calls for many the lane takes."""
        with self._condition:
            waiting = sum(1 for _rank, job in self.heap if job.members)
        return max(0, self.threads * BATCHES - waiting)

    def put(self, job: Job) -> None:
        """Queue a job; the threads are started at the first."""
        if not self._workers:
            self._start()
        with self._condition:
            heapq.heappush(self.heap, (job.rank, job))
            self.in_flight += 1
            self.last_used = time.monotonic()
            self._condition.notify_all()

    def wants_slots(self) -> int:
        """Return for how many sending moments to ask now."""
        if not self.interval or self.blocked:
            return 0
        now = time.monotonic()
        with self._condition:
            while self.slots and self.slots[0].left(now) == 0:
                self.slots.popleft()
            left = sum(block.left(now) for block in self.slots)
            if not self.heap or left > max(0.0, AHEAD_SECONDS / self.interval):
                return 0
            return max(1, min(len(self.heap), math.ceil(BLOCK_SECONDS / self.interval)))

    def give_slots(self, block: Slots) -> None:
        """Add sending moments."""
        with self._condition:
            self.slots.append(block)
            self._condition.notify_all()

    def pause(self, seconds: float) -> None:
        """Begin nothing for so long."""
        if seconds <= 0:
            return
        with self._condition:
            self.paused_until = max(self.paused_until, time.monotonic() + seconds)
            self.slots.clear()

    def block(self) -> None:
        """Take the channel out of use: what waits comes back untried."""
        self.blocked = self.halted = True
        self._return_all()

    def open_again(self, *, probing: bool) -> None:
        """Bring the channel back into use, or let one message try it."""
        with self._condition:
            if self.blocked:
                self.faults = 0
            self.blocked = self.halted = False
            self.probing = probing
            self._condition.notify_all()

    def stop(self) -> None:
        """End the threads after what they are sending; what waits comes back untried."""
        with self._condition:
            self.stopped = True
            self._condition.notify_all()
        self._return_all()

    def join(self, seconds: float) -> None:
        """Wait for the threads."""
        ends = time.monotonic() + seconds
        for worker in self._workers:
            worker.join(max(0.0, ends - time.monotonic()))

    def abort_hanging(self) -> None:
        """Break off sends that last far longer than the time-out allows (a server that drips)."""
        limit = time.monotonic() - 2 * self.timeout - GRACE_SECONDS
        for began, sender in list(self._busy.values()):
            if began < limit:
                sender.abort()

    def _return_all(self) -> None:
        with self._condition:
            back = [job for _rank, job in self.heap]
            self.heap.clear()
        for job in back:
            self.results.put(Result(self, job, begun=False))

    def _start(self) -> None:
        # One thread more than configured takes only urgent messages, so bulk never holds all of them.
        for n in range(self.threads + 1):
            worker = threading.Thread(
                target=self._work, args=(n == self.threads,), name=f"send-{self.key}-{n}", daemon=True
            )
            self._workers.append(worker)
            worker.start()

    # --- the threads' side

    def _work(self, only_express: bool) -> None:
        sender: Sender | None = None
        used = 0.0
        while (job := self._next(only_express)) is not None:
            if sender is not None and time.monotonic() - used > IDLE_SECONDS:
                sender.close()
            began = time.monotonic()
            receipt, error = "", None
            refused: Mapping[str, SendError] = {}
            try:
                if sender is None:
                    sender = self.open()
                self._busy[threading.get_ident()] = (began, sender)
                if job.members:
                    addresses = list(dict.fromkeys(one.address for one in job.members))
                    taken = cast(ManySender, sender).send_many(job.message, addresses)
                    receipt, refused = taken.receipt, taken.refused
                else:
                    receipt = sender.send(job.message)
            except SendError as known:
                error = known
            except Exception as unknown:
                logger.exception("sender of channel %s failed", self.key)
                error = SendError("error", type(unknown).__name__, channel_fault=True)
            finally:
                self._busy.pop(threading.get_ident(), None)
            used = time.monotonic()
            self._note(error)
            self.results.put(Result(self, job, True, error, receipt, used - began, refused))
        if sender is not None:
            sender.close()

    def _note(self, error: SendError | None) -> None:
        with self._condition:
            if error is None or not error.channel_fault:
                self.faults = 0
            else:
                self.faults += 1
                self.halted = self.halted or self.probing or self.faults >= self.trip_after

    def _next(self, only_express: bool) -> Job | None:
        """Return the next job whose moment has come; None at the end."""
        with self._condition:
            while not self.stopped:
                now = time.monotonic()
                job = self.heap[0][1] if self.heap else None
                if job is None or self.halted or (only_express and not job.express):
                    self._condition.wait()
                    continue
                if job.begin_by < now:
                    heapq.heappop(self.heap)
                    self.results.put(Result(self, job, begun=False))
                    continue
                wait = max(self._moment(now), self.paused_until - now)
                if wait > 0:
                    self._condition.wait(min(wait, 1.0))
                    continue
                heapq.heappop(self.heap)
                return job
        return None

    def _moment(self, now: float) -> float:
        """Use a sending moment and return 0, or the seconds to wait for one."""
        if not self.interval or self.paused_until > now:
            return 0.0
        while self.slots:
            wait = self.slots[0].take(now)
            if wait is not None:
                return wait
            self.slots.popleft()
        return 1.0
