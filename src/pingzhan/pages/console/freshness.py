"""The version of a live region: cheap to ask, different whenever the region may show something else."""

from __future__ import annotations

import hashlib
import time

from pingzhan.foundation.live import version as live_version

MINUTE = 60
"""Due times pass and people leave without any change in the database, so a region ages by the minute."""


def now_minute() -> int:
    """Return the number of the current minute."""
    return int(time.time() // MINUTE)


def fresh_version(*parts: object) -> str:
    """Return a short text that differs after each announced change, each minute, and with each of the parts.

    One query. Ask before reading what the region shows: a change in between then costs one refresh too many
    and never leaves an old region standing.
    """
    text = f"{live_version('command', 'structure', 'roster')}|{now_minute()}|{parts!r}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
