"""Where programs come from: what the measures module says is in force, in the terms of this one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.enums import Severity, Subject
from pingzhan.domain.obligations.calendar import Cadence, CadenceKind
from pingzhan.domain.obligations.program import ENTERPRISE, ZONE, Program, Rule

SEVERITIES = {Severity.CRITICAL: 3, Severity.MAJOR: 2, Severity.INFO: 1}
ONCE_HOURS = 72
"""Time allowed for what has to be done once."""


def in_force(unit_ids: Sequence[int], at: datetime) -> Mapping[int, Program]:
    """Return what is in force on each unit; units with the same measures share one program."""
    made: dict[int, Program] = {}
    found = {}
    for unit, one in measures.in_force_many(unit_ids, at).items():
        key = id(one.measures)
        if key not in made:
            names = {version.version_id: f"{version.title} {version.n}" for version in one.set_versions}
            made[key] = Program(one.level, tuple(_rule(measure, names) for measure in one.measures))
        found[unit] = made[key]
    return found


def _rule(measure: measures.MeasureNow, names: Mapping[int, str]) -> Rule:
    return Rule(
        key=measure.key,
        version=measure.measure_id,
        set_version=measure.version_id,
        set_name=names.get(measure.version_id, ""),
        title=measure.title,
        title_en=measure.title_en,
        item=measure.item,
        clause=measure.clause,
        party=str(measure.party),
        group=measure.watching_group,
        subject=str(measure.subject),
        evidence=str(measure.evidence),
        severity=SEVERITIES.get(Severity(measure.severity), 1),
        cadence=cadence_of(measure.cadence),
        on=ZONE if measure.subject == Subject.ZONE else ENTERPRISE,
        needs=tuple(measure.needs),
        workdays=measure.workdays,
    )


def cadence_of(cadence: measures.Cadence) -> Cadence:
    """Return a cadence of a measure in the terms of this module."""
    match cadence:
        case measures.Slots(times):
            return Cadence(CadenceKind.SLOTS, times=tuple(times))
        case measures.PerWeek(n):
            return Cadence(CadenceKind.WEEK, n=n)
        case measures.Every(days):
            return Cadence(CadenceKind.EVERY, n=days)
        case measures.PerEvent(hours):
            return Cadence(CadenceKind.EVENT, hours=hours)
        case measures.ShiftEnds(before, after):
            return Cadence(CadenceKind.SHIFT, before=before, after=after)
        case measures.Once():
            return Cadence(CadenceKind.ONCE, hours=ONCE_HOURS)
