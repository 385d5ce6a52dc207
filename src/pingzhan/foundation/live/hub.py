"""One LISTEN connection per process, fanned out to the open streams."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
import psycopg.sql
from asgiref.sync import sync_to_async

from pingzhan.foundation.jobs.database import connection_options
from pingzhan.foundation.live.changes import PG_CHANNEL, SESSION_TOPIC

logger = logging.getLogger(__name__)

QUEUE_SIZE = 100
"""Changes a slow reader may be behind; beyond that it is told once to load afresh."""
RECONNECT_SECONDS = (0.2, 1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Event:
    """A change of a topic. ``id`` is None for "load afresh": something may have been missed."""

    topic: str
    id: int | None
    data: dict[str, Any]


def resync(topic: str) -> Event:
    """Return the event that makes a page load the topic afresh."""
    return Event(topic, None, {"resync": True})


ENDED = Event("", None, {})
"""What a stream is given instead of an event when the session it belongs to has ended."""


@dataclass(eq=False)
class Subscription:
    """One open stream: its topics, what is waiting to be written to it, and the session it belongs to."""

    topics: frozenset[str]
    session: str = ""
    queue: asyncio.Queue[Event] = field(default_factory=lambda: asyncio.Queue(QUEUE_SIZE))

    def put(self, event: Event) -> None:
        """Queue an event; a full queue is emptied and replaced by one resync per topic."""
        if event.topic == SESSION_TOPIC and self.session and event.data.get("session") == self.session:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(ENDED)
            return
        if event.topic not in self.topics:
            return
        try:
            self.queue.put_nowait(event)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            for topic in sorted(self.topics):
                self.queue.put_nowait(resync(topic))


class Hub:
    """Listens while anybody is subscribed. Use ``hub()``, one per event loop."""

    def __init__(self) -> None:
        self.subscriptions: set[Subscription] = set()
        self.listening = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.pid = 0
        """Process id of the server side of the connection, for tests."""

    @asynccontextmanager
    async def subscribe(self, topics: Iterable[str], *, session: str = "") -> AsyncIterator[Subscription]:
        """Yield a subscription; the connection is closed when the last one ends.

        It is given ``ENDED`` when the end of ``session`` (its digest) is announced.
        """
        subscription = Subscription(frozenset(topics), session)
        self.subscriptions.add(subscription)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._run(), name="live-hub")
        try:
            yield subscription
        finally:
            self.subscriptions.discard(subscription)
            if not self.subscriptions and self.task is not None:
                task, self.task = self.task, None
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                await self._listen()
                failures = 0
            except (psycopg.Error, OSError) as problem:
                logger.warning("live connection lost: %s", type(problem).__name__)
                was_listening = self.listening.is_set()
                self.listening.clear()
                failures = 0 if was_listening else min(failures + 1, len(RECONNECT_SECONDS) - 1)
                await asyncio.sleep(RECONNECT_SECONDS[failures])
            finally:
                self.listening.clear()

    async def _listen(self) -> None:
        options = await sync_to_async(connection_options)()
        own = await psycopg.AsyncConnection.connect(
            **options, autocommit=True, application_name="pingzhan-live"
        )
        async with own:
            await own.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(PG_CHANNEL)))
            self.pid = own.info.backend_pid
            self.listening.set()
            # Whatever changed while nobody listened is made up for by loading afresh.
            for subscription in list(self.subscriptions):
                for topic in sorted(subscription.topics):
                    subscription.put(resync(topic))
            async for notify in own.notifies():
                self._fan_out(notify.payload)

    def _fan_out(self, payload: str) -> None:
        try:
            told = json.loads(payload)
            event = Event(str(told["topic"]), int(told["id"]), dict(told["data"]))
        except (ValueError, KeyError, TypeError):
            logger.warning("a notification that is no change was left out")
            return
        for subscription in list(self.subscriptions):
            subscription.put(event)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """Return the hub of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _hubs.get(loop)
    if found is None:
        found = _hubs[loop] = Hub()
    return found
