"""At which times of a day a kind of evidence is asked of each unit, as its obligations are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from pingzhan.domain.obligations import settings
from pingzhan.domain.obligations.calendar import CadenceKind
from pingzhan.domain.obligations.program import ENTERPRISE, Program, programs


def times_asked(evidence: str, unit_ids: Sequence[int], at: datetime) -> dict[int, tuple[time, ...]]:
    """Return when the slots of a day begin in which this evidence is asked of each enterprise, at a moment.

    The times of all measures that ask for it; the beginning of the day where it is asked once a day. Nothing for
    a unit of which it is not asked, or only in other periods (weeks, shifts, after an event). Three queries.
    """
    start = settings.business_clock().day_start
    made: dict[int, tuple[time, ...]] = {}
    found = {}
    for unit, program in programs(unit_ids, at).items():
        if id(program) not in made:
            made[id(program)] = _times(evidence, program, start)
        if made[id(program)]:
            found[unit] = made[id(program)]
    return found


def _times(evidence: str, program: Program, start: time) -> tuple[time, ...]:
    rules = [one for one in program.rules if one.evidence == evidence and one.on == ENTERPRISE]
    times = {t for one in rules if one.cadence.kind is CadenceKind.SLOTS for t in one.cadence.times}
    if not times and any(one.cadence.kind is CadenceKind.EVERY and one.cadence.n == 1 for one in rules):
        return (start,)
    return tuple(sorted(times))
