"""Business days and the periods in which a measure is due. No database.

The business day begins at a time of its own (by default 06:00 Asia/Shanghai): what happens at two in the morning
belongs to the evening before, as a night shift's second temperature does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from pingzhan.domain.obligations.enums import INTERVAL_SLOT, ONCE_SLOT

ONE_DAY = timedelta(days=1)
WEEK = 7
WEEKLY, DAILY = 2000, 2003
"""Slots of periods longer than a day; those of a day are minutes 0 to 1439."""
SHIFT_END = 3000
"""Added to the minute at which a shift begins for what is due after it."""
FAR = timedelta(days=3650)


class CadenceKind(StrEnum):
    """How often something is due."""

    SLOTS = "slots"
    WEEK = "week"
    EVERY = "every"
    SHIFT = "shift"
    ONCE = "once"
    EVENT = "event"


@dataclass(frozen=True)
class Cadence:
    """How often something is due.

    ``times`` begin the slots of a day; ``n`` is the rounds of a week or the days of an interval; ``hours`` the
    time allowed after an event or, for once, after it came in force; ``before`` and ``after`` the minutes
    around a shift in which something is due, 0 for not at all.
    """

    kind: CadenceKind
    times: tuple[time, ...] = ()
    n: int = 1
    hours: int = 24
    before: int = 0
    after: int = 0


@dataclass(frozen=True)
class Clock:
    """The zone's clock: when its day begins, and how long after the beginning of a slot it is due."""

    tz: tzinfo
    day_start: time = time(6, 0)
    slot_hours: int = 6

    def day_of(self, moment: datetime) -> date:
        """Return the business day a moment belongs to."""
        local = moment.astimezone(self.tz)
        return local.date() - (ONE_DAY if local.time() < self.day_start else timedelta())

    def begins(self, day: date) -> datetime:
        """Return when a business day begins."""
        return datetime.combine(day, self.day_start, self.tz)

    def at(self, day: date, clock: time) -> datetime:
        """Return a time of day on a business day; times before its beginning lie on the next calendar day."""
        return datetime.combine(day + (ONE_DAY if clock < self.day_start else timedelta()), clock, self.tz)


@dataclass(frozen=True)
class Window:
    """One period [t0, t1) of a day and by when it is due; ``day`` is the business day it is due on."""

    day: date
    slot: int
    t0: datetime
    t1: datetime
    due_at: datetime
    need: int = 1


def minute(clock: time) -> int:
    """Return the minute of the day."""
    return clock.hour * 60 + clock.minute


def windows(cadence: Cadence, day: date, clock: Clock) -> list[Window]:
    """Return the periods that a cadence has running or beginning on a business day.

    Shifts and events have none: the first come from the shifts of the enterprise, the second from what
    happens. Intervals of several days, and what is due once, begin on ``day``: as long as such a period runs,
    whoever asks again on a later day keeps the first answer.
    """
    if cadence.kind is CadenceKind.SLOTS:
        return day_slots(cadence.times, day, clock)
    if cadence.kind is CadenceKind.WEEK:
        monday = day - timedelta(days=day.weekday())
        return [_span(monday, WEEK, WEEKLY, clock, need=max(cadence.n, 1))]
    if cadence.kind is CadenceKind.EVERY:
        return [_span(day, max(cadence.n, 1), INTERVAL_SLOT if cadence.n > 1 else DAILY, clock)]
    if cadence.kind is CadenceKind.ONCE:
        begins = clock.begins(day)
        due = begins + timedelta(hours=max(cadence.hours, 1))
        return [Window(clock.day_of(due), ONCE_SLOT, begins, begins + FAR, due)]
    return []


def _span(first: date, days: int, slot: int, clock: Clock, *, need: int = 1) -> Window:
    """Return a period of whole days; it is kept under its last day, on which it is due."""
    until = clock.begins(first + timedelta(days=days))
    return Window(first + timedelta(days=days - 1), slot, clock.begins(first), until, until, need)


def day_slots(times: Sequence[time], day: date, clock: Clock) -> list[Window]:
    """Return the slots of a business day: each begins at its time and ends where the next begins, or the day does."""
    starts = sorted({clock.at(day, one) for one in times})
    found = []
    for n, t0 in enumerate(starts):
        t1 = starts[n + 1] if n + 1 < len(starts) else clock.begins(day + ONE_DAY)
        due = min(t1, t0 + timedelta(hours=clock.slot_hours))
        found.append(Window(day, minute(t0.astimezone(clock.tz).time()), t0, t1, due))
    return found
