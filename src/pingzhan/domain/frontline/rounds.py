"""Where an official goes next: days for his enterprises, by how each stands and when he was there. No database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

ONE_DAY = timedelta(days=1)
REACH = 400
"""Days looked through for a workday at most: no holiday lasts that long."""


class Cause(StrEnum):
    """Why a visit is due by its day."""

    NEVER = "never"
    LATE = "late"
    SOON = "soon"
    ORDERED = "ordered"
    ROUND = "round"


@dataclass(frozen=True)
class Pace:
    """Within how many days enterprises are visited: red and amber in workdays, green in days; how many a day."""

    red: int = 1
    amber: int = 3
    green: int = 14
    a_day: int = 3


@dataclass(frozen=True)
class Firm:
    """One enterprise: its colour, since when it is red, the last visit, and what its measures demand.

    ``every`` is the interval in days of the measure in force, ``due`` the day by which one is demanded now;
    None for no demand. ``alarm``: in an emergency rest days count like others.
    """

    id: int
    colour: str = "green"
    since: date | None = None
    last: date | None = None
    every: int | None = None
    due: date | None = None
    alarm: bool = False


@dataclass(frozen=True)
class Stop:
    """A visit: the day proposed, the day by which it is due, and why. ``overdue``: that day is over."""

    id: int
    day: date
    by: date
    cause: Cause
    overdue: bool


def plan_rounds(
    firms: Sequence[Firm], today: date, *, is_workday: Callable[[date], bool], pace: Pace
) -> list[Stop]:
    """Return a visit for every enterprise by day: never visited first, then the earlier due, at most ``a_day`` a day.

    Every day of the plan is today or later, after the last visit, and a workday unless the enterprise is in an
    emergency. Each is as late as its due day allows; what does not fit any more comes as soon as it can.
    """

    def works(firm: Firm, day: date) -> bool:
        return firm.alarm or is_workday(day)

    def after(firm: Firm, day: date, workdays: int) -> date:
        for _n in range(REACH):
            if not workdays:
                break
            day += ONE_DAY
            workdays -= works(firm, day)
        return day

    def first(firm: Firm) -> date:
        day = today if firm.last is None or firm.last < today else firm.last + ONE_DAY
        return next((d for d in _days(day) if works(firm, d)), day)

    wanted = sorted(
        ((*_due(firm, today, after, pace), firm) for firm in firms),
        key=lambda one: (one[1] is not Cause.NEVER, one[0], one[2].id),
    )
    taken: Counter[date] = Counter()
    stops = []
    for by, cause, firm in wanted:
        start = first(firm)
        # Backwards from the due day, then forwards: only days on which one more fits.
        ahead = (by - n * ONE_DAY for n in range((by - start).days + 1))
        later = (day for day in _days(max(start, by)))
        fits = (d for d in (*ahead, *later) if works(firm, d) and taken[d] < pace.a_day)
        day = next(fits, start)
        taken[day] += 1
        stops.append(Stop(firm.id, day, by, cause, overdue=by < today))
    return sorted(stops, key=lambda one: (one.day, one.cause is not Cause.NEVER, one.by, one.id))


def _days(day: date) -> Sequence[date]:
    return [day + n * ONE_DAY for n in range(REACH)]


def _due(firm: Firm, today: date, after: Callable[[Firm, date, int], date], pace: Pace) -> tuple[date, Cause]:
    """Return by when an enterprise is to be visited, and why: the earliest of what asks for it."""
    if firm.last is None:
        return min(today, firm.due or today), Cause.NEVER
    asked = [(firm.last + pace.green * ONE_DAY, Cause.ROUND)]
    if firm.colour == "red":
        asked.append((after(firm, max(firm.last, firm.since or firm.last), pace.red), Cause.LATE))
    elif firm.colour == "amber":
        asked.append((after(firm, firm.last, pace.amber), Cause.SOON))
    if firm.every is not None:
        asked.append((firm.last + firm.every * ONE_DAY, Cause.ORDERED))
    if firm.due is not None:
        asked.append((firm.due, Cause.ORDERED))
    return min(asked, key=lambda one: one[0])
