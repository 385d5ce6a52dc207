"""The worker process: the task queue in the main thread, each periodic loop in a thread of its own."""

from __future__ import annotations

import logging
import sys
import threading
import time
from typing import Any

import psycopg
import psycopg.sql
from django.db import InterfaceError, OperationalError, close_old_connections, connection, connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from pingzhan.foundation.jobs.beats import beat
from pingzhan.foundation.jobs.database import connection_options
from pingzhan.foundation.jobs.loops import Loop, Service, loops, services
from pingzhan.foundation.jobs.retry import CLAIM_LOCK_SPACE, worker_lock_key

logger = logging.getLogger(__name__)

STOP_SECONDS = 10.0
"""How long a stop waits for the loops to finish what they are doing."""
RECONNECT_SECONDS = 2.0


class LoopThread(threading.Thread):
    """Runs one loop until stopped; an exception is logged and written into the heartbeat, never fatal."""

    def __init__(self, loop: Loop, stop: threading.Event) -> None:
        super().__init__(name=f"loop-{loop.name}", daemon=True)
        self.loop = loop
        self.stop = stop
        self.wake = threading.Event()

    def run(self) -> None:
        """Work, write the heartbeat, wait for the period or a wake-up."""
        while not self.stop.is_set():
            self.wake.clear()
            self.once()
            self.wake.wait(self.loop.seconds)
        connections.close_all()

    def once(self) -> None:
        """Run the work once and write the heartbeat."""
        close_old_connections()
        error = ""
        try:
            self.loop.fn()
        except Exception as problem:
            logger.exception("loop %s failed", self.loop.name)
            error = f"{type(problem).__name__}: {problem}"
        try:
            if error and connection.in_atomic_block:
                connection.close()
            beat(self.loop.name, self.loop.seconds, error.replace("\x00", ""))
        except Exception:
            logger.exception("heartbeat of loop %s not written", self.loop.name)
            connection.close()


class ServiceThread(threading.Thread):
    """Runs one service until stopped; an exception is logged and the service starts again."""

    def __init__(self, service: Service, stop: threading.Event) -> None:
        super().__init__(name=f"service-{service.name}", daemon=True)
        self.service = service
        self.stop = stop

    def run(self) -> None:
        """Serve until stopped."""
        while not self.stop.is_set():
            try:
                self.service.fn(self.stop)
            except Exception:
                logger.exception("service %s failed", self.service.name)
                connection.close()
                self.stop.wait(RECONNECT_SECONDS)
        connections.close_all()


class Listener(threading.Thread):
    """Wakes loops on NOTIFY, and holds the lock that tells other workers that this one lives."""

    def __init__(self, threads: list[LoopThread], stop: threading.Event, worker_id: str) -> None:
        super().__init__(name="listener", daemon=True)
        self.threads = threads
        self.stop = stop
        self.worker_id = worker_id
        self.ready = threading.Event()

    def run(self) -> None:
        """Listen until stopped; connect again when the connection drops."""
        while not self.stop.is_set():
            try:
                self._listen()
            except psycopg.Error as problem:
                logger.warning("listener lost its connection: %s", type(problem).__name__)
                self.stop.wait(RECONNECT_SECONDS)

    def _listen(self) -> None:
        by_channel: dict[str, list[LoopThread]] = {}
        for thread in self.threads:
            if thread.loop.wake_on:
                by_channel.setdefault(thread.loop.wake_on, []).append(thread)
        options = connection_options()
        with psycopg.connect(**options, autocommit=True, application_name="pingzhan-worker") as own:
            own.execute(
                "SELECT pg_advisory_lock(%s, %s)", [CLAIM_LOCK_SPACE, worker_lock_key(self.worker_id)]
            )
            for name in by_channel:
                own.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(name)))
            self.ready.set()
            for thread in self.threads:
                # What was notified while nobody listened is looked for at once.
                thread.wake.set()
            while not self.stop.is_set():
                for notify in own.notifies(timeout=1.0):
                    for thread in by_channel.get(notify.channel, []):
                        thread.wake.set()


def run_worker(*, interval: float = 1.0, batch: bool = False) -> None:
    """Work until SIGTERM or SIGINT: run tasks from the queue and every registered loop.

    The first signal finishes the task and the loop runs that are under way, then returns (waiting at most
    10 s for the loops); a second one ends at once. A lost database connection is waited for. ``batch`` runs
    each loop once and the tasks that are ready, then returns. Call it in the main thread.
    """
    worker_id = get_random_string(32)
    worker = Worker(
        queue_names=["*"],
        interval=interval,
        batch=batch,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=worker_id,
        excluded_queue_names=[],
    )
    stop = threading.Event()
    threads = [LoopThread(loop, stop) for loop in loops()]
    if batch:
        for thread in threads:
            thread.once()
        for service in services():
            service.once()
        worker.run()
        return
    servants = [ServiceThread(service, stop) for service in services()]
    listener = Listener(threads, stop, worker_id)
    worker.configure_signals()
    try:
        listener.start()
        listener.ready.wait(RECONNECT_SECONDS)
        for starting in [*threads, *servants]:
            starting.start()
        _run_tasks(worker)
    except SystemExit as end:
        # The queue's worker ends this way when a signal finds it idle.
        if end.code:
            raise
    finally:
        stop.set()
        for thread in threads:
            thread.wake.set()
        deadline = time.monotonic() + STOP_SECONDS
        for waiting in [*threads, *servants, listener]:
            if waiting.ident is not None:
                waiting.join(max(0.1, deadline - time.monotonic()))
        left = [thread.name for thread in [*threads, *servants] if thread.is_alive()]
        if left:
            logger.error("loops still running at the end: %s", ", ".join(left))
        sys.stdout.flush()


def _run_tasks(worker: Any) -> None:
    """Run the queue's worker; when the database goes away, wait for it instead of ending."""
    while worker.running:
        try:
            worker.run()
            return
        except (OperationalError, InterfaceError, psycopg.OperationalError) as problem:
            logger.warning("worker lost the database: %s", type(problem).__name__)
            connection.close()
            time.sleep(RECONNECT_SECONDS)
