"""Making obligations and closing them wait for each other, unit by unit.

Evidence that is written while obligations are made would otherwise miss them, and they it. Closings of one unit do
not wait for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from pingzhan.foundation import clock

LOCK = 0x0B11
"""Class of the advisory locks of units."""


def lock_units(units: Sequence[int]) -> datetime:
    """Wait for other generations and for closings of these units; return the database time. Until the commit."""
    _take("pg_advisory_xact_lock", units)
    return clock.now()


def wait_for_generation(units: Sequence[int]) -> None:
    """Wait until nobody makes obligations of these units, and let nobody begin until the commit."""
    _take("pg_advisory_xact_lock_shared", units)


def _take(function: str, units: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {function}(%s, (u %% 2147483647)::int) FROM unnest(%s::bigint[]) AS u ORDER BY u",  # noqa: S608
            [LOCK, list(units)],
        )
        cursor.fetchall()
