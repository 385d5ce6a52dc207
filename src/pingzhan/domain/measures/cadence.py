"""How often a measure is due, as a small tagged value that files, database and obligations share.

In a file a cadence is a table with exactly one entry: ``{slots = ["08:00", "13:30"]}``, ``{per_week = 2}``,
``{every = 7}`` (days), ``{per_event = 24}`` (hours), ``{shift_ends = [30, 30]}`` (minutes before the shift
begins and after it ends, 0 for none), ``{once = true}``. In place of the number or list stands the key of a
parameter of the set, so that the number is written once and has a source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Slots:
    """Once in each slot of a day; each slot begins at a time and ends where the next begins or the day does."""

    times: tuple[time, ...]


@dataclass(frozen=True)
class PerWeek:
    """So many times in a week that begins on Monday."""

    n: int


@dataclass(frozen=True)
class Every:
    """Once in every period of so many days."""

    days: int


@dataclass(frozen=True)
class PerEvent:
    """Within so many hours of each event (a lot arrives, a symptom is reported)."""

    hours: int


@dataclass(frozen=True)
class ShiftEnds:
    """Before each shift begins and after it ends, within so many minutes; 0 means not at that end."""

    before: int
    after: int


@dataclass(frozen=True)
class Once:
    """Once for as long as the measure is in force."""


Cadence = Slots | PerWeek | Every | PerEvent | ShiftEnds | Once

KINDS: tuple[str, ...] = ("slots", "per_week", "every", "per_event", "shift_ends", "once")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z")
"""Whole minutes and no zone: a slot is named by its minute of the day."""
_WHOLE = {"per_week": (1, 14), "every": (1, 366), "per_event": (0, 24 * 31)}


class CadenceError(ValueError):
    """What is wrong with a cadence, in words for whoever wrote it."""


def parse_cadence(data: object, parameters: Mapping[str, Any]) -> Cadence:
    """Return the cadence that a table of a file or row stands for, parameters filled in.

    Raises CadenceError, with the sentence to show, for an unknown kind, a missing parameter or a bad number.
    """
    if not isinstance(data, Mapping) or len(data) != 1:
        raise CadenceError(_("频次要写成只有一项的表，例如 {every = 7}。"))
    kind, given = next(iter(data.items()))
    if kind not in KINDS:
        raise CadenceError(
            _("不认识的频次“%(kind)s”，可用：%(kinds)s。") % {"kind": kind, "kinds": "、".join(KINDS)}
        )
    if kind == "once":
        return Once()
    if isinstance(given, str):
        if given not in parameters:
            raise CadenceError(_("频次引用的参数“%(key)s”不在本集中。") % {"key": given})
        given = parameters[given]
    if kind == "slots":
        return Slots(_times(given))
    if kind == "shift_ends":
        return _shift_ends(given)
    low, high = _WHOLE[kind]
    if not isinstance(given, int) or isinstance(given, bool) or not low <= given <= high:
        raise CadenceError(_("频次要填 %(low)d 到 %(high)d 的整数。") % {"low": low, "high": high})
    if kind == "per_week":
        return PerWeek(given)
    return Every(given) if kind == "every" else PerEvent(given)


def _times(given: object) -> tuple[time, ...]:
    if not isinstance(given, list | tuple) or not given:
        raise CadenceError(_("每日时段至少要有一个时间，例如 08:00。"))
    if not all(isinstance(one, str) and _TIME.match(one) for one in given):
        raise CadenceError(_("每日时段要按 24 小时制填写，例如 08:00。"))
    times = tuple(time.fromisoformat(one) for one in given)
    if list(times) != sorted(set(times)):
        raise CadenceError(_("每日时段要从早到晚排列，不能重复。"))
    return times


def _shift_ends(given: object) -> ShiftEnds:
    if (
        not isinstance(given, list | tuple)
        or len(given) != 2
        or any(not isinstance(one, int) or isinstance(one, bool) or not 0 <= one <= 240 for one in given)
        or not any(given)
    ):
        raise CadenceError(_("班前班后要填两个分钟数（0 到 240），不能都为 0。"))
    return ShiftEnds(given[0], given[1])


def parameter_of(data: object) -> str | None:
    """Return the key of the parameter a cadence table refers to, None when it holds its own number."""
    if isinstance(data, Mapping) and len(data) == 1:
        given = next(iter(data.values()))
        return given if isinstance(given, str) else None
    return None


def cadence_words(cadence: Cadence) -> str:
    """Return a cadence in words: 每日 2 次（07:30、13:00）."""
    match cadence:
        case Slots(times):
            shown = "、".join(f"{one:%H:%M}" for one in times)
            text = ngettext("每日 %(n)d 次（%(times)s）", "每日 %(n)d 次（%(times)s）", len(times))
            return text % {"n": len(times), "times": shown}
        case PerWeek(n):
            return ngettext("每周 %(n)d 次", "每周 %(n)d 次", n) % {"n": n}
        case Every(1):
            return _("每日一次")
        case Every(days):
            return _("每 %(n)d 日一次") % {"n": days}
        case PerEvent(0):
            return _("每次发生时，立即")
        case PerEvent(hours):
            return ngettext("每次发生后 %(n)d 小时内", "每次发生后 %(n)d 小时内", hours) % {"n": hours}
        case ShiftEnds(before, 0):
            return _("每班上班前 %(before)d 分钟内") % {"before": before}
        case ShiftEnds(0, after):
            return _("每班下班后 %(after)d 分钟内") % {"after": after}
        case ShiftEnds(before, after):
            return _("每班上班前 %(before)d 分钟内、下班后 %(after)d 分钟内") % {
                "before": before,
                "after": after,
            }
        case Once():
            return _("一次")
