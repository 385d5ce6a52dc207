"""Heartbeats of the loops: written after every run, read by the health block."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

LATE_PERIODS = 3
"""A loop is late after this many periods without a run, but never before 30 s."""
LATE_SECONDS = 30.0


@dataclass(frozen=True)
class Pulse:
    """The state of one loop: ``silent`` seconds since its last run, by the database's clock."""

    name: str
    seconds: float
    last_at: datetime
    silent: float
    failures: int
    last_error: str

    @property
    def healthy(self) -> bool:
        """Return whether the loop runs in time and its last run succeeded."""
        return self.silent <= max(LATE_SECONDS, LATE_PERIODS * self.seconds) and not self.failures


def beat(name: str, seconds: float, error: str = "") -> None:
    """Write that the loop has just run, with the error of this run or none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO jobs_loopbeat AS b (name, seconds, last_at, last_ok_at, last_error, failures)
            VALUES (%(name)s, %(seconds)s, clock_timestamp(),
                    CASE WHEN %(error)s = '' THEN clock_timestamp() END, %(error)s,
                    CASE WHEN %(error)s = '' THEN 0 ELSE 1 END)
            ON CONFLICT (name) DO UPDATE SET
                seconds = EXCLUDED.seconds, last_at = EXCLUDED.last_at, last_error = EXCLUDED.last_error,
                last_ok_at = COALESCE(EXCLUDED.last_ok_at, b.last_ok_at),
                failures = CASE WHEN EXCLUDED.failures = 0 THEN 0 ELSE b.failures + 1 END
            """,
            {"name": name, "seconds": seconds, "error": error[:500]},
        )


def pulses() -> list[Pulse]:
    """Return the state of every loop that ever ran, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, seconds, last_at, extract(epoch FROM clock_timestamp() - last_at)::float8,"
            " failures, last_error FROM jobs_loopbeat ORDER BY name"
        )
        return [Pulse(*row) for row in cursor.fetchall()]
