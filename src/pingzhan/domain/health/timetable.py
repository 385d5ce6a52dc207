"""The slots of enterprises on the days asked for, read from the measures in force once for each day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from pingzhan.domain.health.models import TeamCount
from pingzhan.domain.health.slots import DAY_MINUTES, Slot, clock_of, slot_at, slots_of
from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import business_clock, business_now, times_asked

_INSTANT = timedelta(microseconds=1)


class Timetable:
    """Of the day that runs, the slots of what is in force now; of a day that is over, of what was at its end.

    So a switch changes the slots from then on: what is booked already stays where it is. Three queries for each
    day that is asked for, however many enterprises and moments.
    """

    def __init__(self, unit_ids: Iterable[int]) -> None:
        """Take the enterprises; nothing but the time is read yet."""
        self.clock = business_clock()
        self.now, self.today = business_now()
        self._units = sorted(set(unit_ids))
        self._times: dict[date, dict[int, tuple[time, ...]]] = {}
        self._slots: dict[tuple[tuple[time, ...], date], tuple[Slot, ...]] = {}

    def of(self, unit_id: int, day: date) -> tuple[Slot, ...]:
        """Return the slots of an enterprise on a business day."""
        if day not in self._times:
            at = min(self.now, self.clock.begins(day + timedelta(days=1)) - _INSTANT)
            self._times[day] = times_asked(Evidence.TEMPERATURE.value, self._units, at)
        times = self._times[day].get(unit_id, ())
        found = self._slots.get((times, day))
        if found is None:
            found = self._slots[times, day] = slots_of(times, day, self.clock)
        return found

    def at(self, unit_id: int, moment: datetime) -> Slot:
        """Return the slot that a moment belongs to at an enterprise."""
        return slot_at(self.of(unit_id, self.clock.day_of(moment)), moment)

    def now_of(self, unit_id: int) -> Slot:
        """Return the slot of now at an enterprise."""
        return self.at(unit_id, self.now)

    def with_booked(self, unit_id: int, days: Sequence[date]) -> dict[date, tuple[Slot, ...]]:
        """Return the slots of days, with those that readings were booked to before a switch. One query more."""
        rows = TeamCount.objects.filter(enterprise_id=unit_id, day__in=set(days))
        booked: dict[date, set[int]] = {}
        for day, code in rows.order_by().values_list("day", "slot").distinct():
            booked.setdefault(day, set()).add(code)
        found = {}
        for day in sorted(set(days)):
            slots = self.of(unit_id, day)
            codes = {one.code for one in slots}
            former = booked.get(day, set()) - codes
            if former:
                times = [time.fromisoformat(clock_of(code)) for code in codes | former]
                whole = slots_of(times, day, self.clock)
                slots = tuple(
                    sorted((*slots, *(one for one in whole if one.code in former)), key=lambda one: one.t0)
                )
            found[day] = slots
        return found


def slot_now(unit_id: int) -> Slot:
    """Return the slot of now at an enterprise."""
    return Timetable([unit_id]).now_of(unit_id)


def order_of(code: int, clock: time) -> int:
    """Return the place of a slot in a business day that begins at ``clock``: those after midnight come last."""
    return (code - (clock.hour * 60 + clock.minute)) % DAY_MINUTES
