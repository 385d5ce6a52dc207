"""Which slot a moment belongs to, and what a temperature may be.

A slot is known by the minute of the day at which it begins, as the obligations name it, so that what a reading is
booked to is what was asked for. The times come from the measures in force; a reading keeps the slot it was booked to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pingzhan.domain.obligations.api import Clock, Window, day_slots
from pingzhan.kernel.errors import Invalid

DEFAULT_TIMES = (time(7, 30), time(13, 30))
"""Annex 2 (3), where no measure in force says when: two checks a day."""
HOUR = 60
DAY_MINUTES = 24 * HOUR
_DAWN, _NOON, _DUSK = 6 * HOUR, 12 * HOUR, 18 * HOUR
LOWEST, HIGHEST = 340, 430
"""Tenths of a degree Celsius that a living worker can have at a forehead or in an armpit."""
DEGREES = 10
MOST_DIGITS = 6
"""A number of more digits is no temperature, and too long to reckon with."""


_WORDS = (gettext_noop("早间"), gettext_noop("午后"), gettext_noop("晚间"))
_ALL = (_NOON - 1, _NOON, _DUSK)
"""A minute of each part of the day."""


def _part(code: int) -> str:
    if code >= _DUSK or code < _DAWN:
        return _WORDS[2]
    return _WORDS[0] if code < _NOON else _WORDS[1]


def word_of(code: int) -> str:
    """Return what the part of the day is called in which a slot begins."""
    return _(_part(code))


def words_of(code: int) -> set[str]:
    """Return what a file may call that part of the day: in Chinese or in the reader's language."""
    return {_part(code), word_of(code)}


def words() -> set[str]:
    """Return what a file may call the parts of a day."""
    return set().union(*(words_of(code) for code in _ALL))


def clock_of(code: int) -> str:
    """Return the time at which a slot begins, like 07:30."""
    return f"{code // HOUR:02d}:{code % HOUR:02d}"


def label_of(code: int) -> str:
    """Return what a slot is called wherever it is shown: the part of the day, and its time."""
    return f"{word_of(code)} {clock_of(code)}"


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot [t0, t1) of a business day; ``code`` is the minute of the day at which it begins.

    What is measured on the day before its first slot begins counts to the first.
    """

    day: date
    code: int
    t0: datetime
    t1: datetime
    due_at: datetime

    @property
    def label(self) -> str:
        """Return what the slot is called."""
        return label_of(self.code)

    def is_late(self, moment: datetime) -> bool:
        """Return whether a moment lies after the time at which the slot was due."""
        return moment >= self.due_at


def slots_of(times: Sequence[time], day: date, clock: Clock) -> tuple[Slot, ...]:
    """Return the slots of a business day in their order; those of DEFAULT_TIMES where no times are given."""
    return tuple(_slot(one) for one in day_slots(times or DEFAULT_TIMES, day, clock))


def _slot(window: Window) -> Slot:
    return Slot(window.day, window.slot, window.t0, window.t1, window.due_at)


def slot_at(slots: Sequence[Slot], moment: datetime) -> Slot:
    """Return the one of a day's slots that a moment of that day belongs to."""
    found = slots[0]
    for one in slots[1:]:
        if one.t0 > moment:
            break
        found = one
    return found


def read_tenths(text: str | float | Decimal) -> int:
    """Return a temperature in tenths of a degree. Invalid in words, with what was probably meant."""
    try:
        value = Decimal(str(text).strip().replace("℃", "").replace("．", "."))
    except InvalidOperation as error:
        raise Invalid(_("体温应写成数字，例如 36.5。"), place="value", code="temperature") from error
    if not value.is_finite() or value.adjusted() > MOST_DIGITS:
        raise Invalid(_("体温应写成数字，例如 36.5。"), place="value", code="temperature")
    tenths = int((value * DEGREES).to_integral_value())
    if LOWEST <= tenths <= HIGHEST:
        return tenths
    hint = ""
    if LOWEST <= value <= HIGHEST:
        hint = _("您是不是要填 %(value)s？") % {"value": value / DEGREES}
    raise Invalid(
        _("体温 %(value)s 不合理，应在 34.0 到 43.0 之间。") % {"value": str(text)[:12]},
        place="value",
        hint=hint,
        code="temperature",
    )
