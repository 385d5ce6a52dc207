"""The auditor: finds what the loops should have done by now, and gives the sign of life only when all is well.

A watcher outside of the machine (a file's age, a dead man's switch on the web) sees a sweep that hangs, a database
that is gone and a worker that died alike: the sign is missing (command.md sections 8 and 17).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from pingzhan.foundation.jobs.beats import pulses
from pingzhan.foundation.messages import backlog
from pingzhan.foundation.messages.kinds import SendError
from pingzhan.foundation.messages.transport.http import Client

logger = logging.getLogger(__name__)

LATE_SECONDS = 30
"""A step of a ladder or a broadcast this long overdue says that a loop does not do its work."""
URL_TIMEOUT = 5.0
SWEEP_LOOP = "command.sweep"


@dataclass(frozen=True)
class Findings:
    """What is wrong: overdue seats, notices beyond their lease, broadcasts waiting, a sweep that is silent or fails."""

    seats: int = 0
    notices: int = 0
    broadcasts: int = 0
    sweep_down: bool = False

    @property
    def healthy(self) -> bool:
        """Return whether nothing is."""
        return not (self.seats or self.notices or self.broadcasts or self.sweep_down)


def overdue() -> tuple[int, int]:
    """Return how many open unconfirmed seats and how many broadcasts should have been acted on. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM command_seat WHERE next_at < clock_timestamp() - make_interval(secs => %s)"
            " AND acked_at IS NULL AND closed_at IS NULL),"
            " (SELECT count(*) FROM command_broadcast WHERE done_at IS NULL"
            " AND at < clock_timestamp() - make_interval(secs => %s))",
            [LATE_SECONDS, LATE_SECONDS],
        )
        seats, broadcasts = cursor.fetchone() or (0, 0)
    return int(seats), int(broadcasts)


def audit_machine() -> Findings:
    """Look for what is overdue, by the database's clock. Three queries."""
    seats, broadcasts = overdue()
    beat = next((one for one in pulses() if one.name == SWEEP_LOOP), None)
    return Findings(seats, backlog().stuck, broadcasts, beat is None or not beat.healthy)


def heartbeat() -> Findings:
    """Look, and give the sign of life when all is well: touch PINGZHAN_HEARTBEAT_FILE, ask PINGZHAN_HEARTBEAT_URL.

    Withheld otherwise. A sign that cannot be given is logged and stops nothing.
    """
    found = audit_machine()
    if not found.healthy:
        logger.error(
            "heartbeat withheld: %d seats overdue, %d notices beyond their lease, %d broadcasts late, sweep down: %s",
            found.seats,
            found.notices,
            found.broadcasts,
            found.sweep_down,
        )
        return found
    if settings.HEARTBEAT_FILE:
        _touch(Path(settings.HEARTBEAT_FILE))
    if settings.HEARTBEAT_URL:
        _ask(settings.HEARTBEAT_URL)
    return found


def _touch(path: Path) -> None:
    try:
        path.touch()
    except OSError as error:
        logger.warning("heartbeat file not touched: %s", type(error).__name__)


def _ask(url: str) -> None:
    try:
        answer = Client(URL_TIMEOUT, private=True).request("GET", url, headers={}, body=b"")
    except SendError as error:
        logger.warning("heartbeat address did not answer: %s", error.code)
        return
    if not 200 <= answer.status < 300:
        logger.warning("heartbeat address answered %d", answer.status)
