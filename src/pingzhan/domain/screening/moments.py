"""Times of a round: a business day and seconds from its local midnight, as the planner counts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

DAY = 24 * 3600
BEGIN = 7 * 3600 + 1800
"""When sampling begins where no team says otherwise."""


def moment(day: date, seconds: int) -> datetime:
    """Return the moment that lies so many seconds after the local midnight of a day."""
    start = datetime.combine(day, time.min, timezone.get_default_timezone())
    return start + timedelta(seconds=seconds)


def seconds(clock: time) -> int:
    """Return the seconds from midnight to a time of day."""
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def since_midnight(at: datetime, day: date) -> int:
    """Return how many seconds a moment lies after the local midnight of a day."""
    return round((at - moment(day, 0)).total_seconds())
