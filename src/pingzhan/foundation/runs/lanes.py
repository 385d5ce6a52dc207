"""The two lanes of long work: light work in a thread of the worker, heavy work in a process of its own."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, close_old_connections, connections

from pingzhan.foundation.runs.execution import claim, execute
from pingzhan.foundation.runs.schedules import start_due

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
RESTART_SECONDS = 2.0
STOP_SECONDS = 8.0

_wake = threading.Event()


def tick() -> None:
    """Start what is due by the clock, and look for waiting work at once."""
    start_due()
    _wake.set()


def run_lane(*, heavy: bool, stopping: Callable[[], bool], wait: Callable[[float], object]) -> None:
    """Execute the work of a lane, one run after another, until ``stopping()``.

    A lost database connection is waited for.
    """
    while not stopping():
        try:
            close_old_connections()
            run = claim(heavy=heavy)
            if run is not None:
                execute(run, stopping=stopping)
                continue
        except (OperationalError, InterfaceError) as problem:
            logger.warning("lane lost the database: %s", type(problem).__name__)
            connections.close_all()
        wait(POLL_SECONDS)


def serve(stop: threading.Event) -> None:
    """Keep both lanes going until ``stop``: what the worker's service does."""
    light = threading.Thread(target=_light, args=(stop,), name="lane-light", daemon=True)
    light.start()
    heavy: subprocess.Popen[bytes] | None = None
    try:
        while not stop.is_set():
            if heavy is None or heavy.poll() is not None:
                if heavy is not None:
                    logger.warning("heavy lane ended with %s, started again", heavy.returncode)
                    stop.wait(RESTART_SECONDS)
                heavy = _heavy_process()
            stop.wait(POLL_SECONDS)
    finally:
        _end(heavy)
        light.join(STOP_SECONDS)


def _light(stop: threading.Event) -> None:
    def wait(seconds: float) -> None:
        _wake.wait(seconds)
        _wake.clear()

    try:
        run_lane(heavy=False, stopping=stop.is_set, wait=wait)
    finally:
        connections.close_all()


def _heavy_process() -> subprocess.Popen[bytes]:
    """Start the process of the heavy lane. It ends when its standard input does, so it outlives no worker."""
    return subprocess.Popen(
        [sys.executable, "-m", "django", "run_lane"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is None or process.poll() is not None:
        return
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def lane_process() -> None:
    """Be the process of the heavy lane until standard input ends."""
    stop = threading.Event()

    def watch() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        stop.set()

    threading.Thread(target=watch, name="parent", daemon=True).start()
    run_lane(heavy=True, stopping=stop.is_set, wait=stop.wait)
    connections.close_all()


def drain_once(seconds: float = 600.0) -> None:
    """Execute what is due now in this process, then return: a worker's share of a batch."""
    start_due()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        run = claim()
        if run is None:
            return
        execute(run)
