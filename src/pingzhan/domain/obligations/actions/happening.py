"""What an event brings about: goods arrived, a symptom was reported, an incident began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from pingzhan.domain.obligations import settings
from pingzhan.domain.obligations.actions.demands import keep_demands
from pingzhan.domain.obligations.actions.settling import make_part
from pingzhan.domain.obligations.calendar import FAR, CadenceKind
from pingzhan.domain.obligations.enums import EVENT_SLOT
from pingzhan.domain.obligations.models import TallyMark
from pingzhan.domain.obligations.program import Rule, programs
from pingzhan.foundation import clock


@dataclass(frozen=True)
class Happening:
    """An event of a unit. ``at`` None means now; ``due_hours`` None means the hours of each measure.

    ``subject_id`` tells events of one day apart: use the id of the row that reports the event.
    """

    unit_id: int
    evidence: str
    subject_id: int
    at: datetime | None = None
    due_hours: int | None = None


def raise_event(
    *,
    unit_id: int,
    evidence: str,
    at: datetime | None = None,
    subject_id: int,
    due_hours: int | None = None,
    ref: tuple[str, int] | None = None,
) -> int:
    """Make what the measures in force demand after an event of this unit; return how many obligations are new.

    Every measure in force with this evidence that is due per event gets one, due ``due_hours`` after ``at``
    (without it, the hours of the measure). Nothing is made when no measure demands it, and nothing twice.
    ``ref`` is kept by the caller; it is accepted so that calls read alike.
    """
    del ref
    return raise_events([Happening(unit_id, evidence, subject_id, at, due_hours)])


@transaction.atomic
def raise_events(events: Sequence[Happening]) -> int:
    """Do what ``raise_event`` does for many events, in as many queries as for one of each moment."""
    if not events:
        return 0
    now = clock.now()
    by_moment: dict[datetime, list[Happening]] = {}
    for one in events:
        by_moment.setdefault(one.at or now, []).append(one)
    wanted: list[tuple[Happening, datetime, Rule, int | None]] = []
    for moment, some in by_moment.items():
        held = programs(sorted({one.unit_id for one in some}), moment)
        for one in some:
            program = held.get(one.unit_id)
            for rule in program.rules if program is not None else ():
                if rule.evidence == str(one.evidence) and rule.cadence.kind is CadenceKind.EVENT:
                    assert program is not None
                    wanted.append((one, moment, rule, program.level))
    return _insert(wanted) if wanted else 0


def _insert(wanted: Sequence[tuple[Happening, datetime, Rule, int | None]]) -> int:
    business = settings.business_clock()
    kept = keep_demands(list(dict.fromkeys(rule for _one, _moment, rule, _level in wanted)))
    columns: tuple[list[object], ...] = tuple([] for _kind in _KINDS)
    days = set()
    for one, moment, rule, level in wanted:
        due = moment + timedelta(hours=max(rule.cadence.hours if one.due_hours is None else one.due_hours, 1))
        day = business.day_of(due)
        days.add(day)
        row = (day, one.unit_id, *kept[rule], one.subject_id, moment, moment + FAR, due, level)
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    for day in sorted(days):
        make_part(day)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [EVENT_SLOT, *columns])
        made = int(cursor.rowcount)
    TallyMark.objects.bulk_create(TallyMark(day=day) for day in sorted(days))
    return made


_KINDS = (
    "date",
    "bigint",
    "bigint",
    "bigint",
    "bigint",
    "timestamptz",
    "timestamptz",
    "timestamptz",
    "smallint",
)
_INSERT = f"""
INSERT INTO obligations_obligation (day, unit_id, duty_id, demand_id, subject_id, slot, t0, t1, due_at, state, source,
    level, need, got, ref_kind, reason)
SELECT n.day, n.unit, n.duty, n.demand, n.subject, %s, n.t0, n.t1, n.due, 'open', 'event', n.level, 1, 0, '', ''
FROM unnest({", ".join(f"%s::{kind}[]" for kind in _KINDS)}) AS n(day, unit, duty, demand, subject, t0, t1, due, level)
ON CONFLICT (unit_id, day, duty_id, subject_id, slot) WHERE NOT (state = 'withdrawn') DO NOTHING
"""  # noqa: S608 - no outside text
