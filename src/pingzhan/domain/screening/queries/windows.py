"""When the people of a shift can be swabbed, in seconds from local midnight."""

from __future__ import annotations

from datetime import time

from pingzhan.domain.screening.moments import DAY, seconds

LAST_START = 18 * 3600
"""Nobody begins to be swabbed after this hour."""
SPARE = 1800
"""A queue that begins half an hour before the end of a shift is done when the shift ends."""
ENOUGH = 2 * 3600
"""A shift with less daylight than this is swabbed around its end instead."""
AROUND = 3600


def window(start: time | None, end: time | None, begin: int) -> tuple[int, int]:
    """Return the earliest and the latest start of swabbing for a shift; ``begin`` is when the first team leaves.

    A shift of the day is swabbed while it works. A shift of the night goes home in the morning, so it is swabbed from
    an hour before its end to an hour after, at the earliest when the teams begin.
    """
    if start is None or end is None:
        return begin, max(begin, LAST_START)
    opens, closes = seconds(start), seconds(end)
    if closes <= opens:
        closes += DAY
    first, last = max(opens, begin), min(closes - SPARE, LAST_START)
    if last - first >= ENOUGH:
        return first, last
    if closes <= DAY:
        return max(begin, min(opens, LAST_START)), max(begin, min(closes, LAST_START + AROUND))
    morning = min(closes - DAY, LAST_START)
    return max(begin, morning - AROUND), max(begin, morning) + AROUND
