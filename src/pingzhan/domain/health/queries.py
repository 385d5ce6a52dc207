"""Who was measured, who is missing, who had fever; all of one slot from a partition and a small count table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from pingzhan.domain.health.enums import OPEN, Result
from pingzhan.domain.health.models import Case, Reading
from pingzhan.domain.health.slots import HOUR, Slot
from pingzhan.domain.health.timetable import Timetable, order_of
from pingzhan.domain.obligations.api import Slot as DueSlot
from pingzhan.domain.obligations.api import business_clock, business_now

# Placements of the moment less those of the few who have not begun or have left: a join of all workers with all
# placements takes twice as long. Those that hold and those that have ended are each counted from an index of their own.
_EXPECTED = """
SELECT enterprise_id, team_id, sum(n)::int AS expected FROM (
    SELECT p.enterprise_id, coalesce(p.team_id, 0) AS team_id, count(*) AS n
    FROM people_placement p
    WHERE p.enterprise_id = ANY(%(units)s) AND p.t0 < %(end)s AND p.t1 IS NULL
    GROUP BY p.enterprise_id, p.team_id
    UNION ALL
    SELECT p.enterprise_id, coalesce(p.team_id, 0), count(*)
    FROM people_placement p
    WHERE p.enterprise_id = ANY(%(units)s) AND p.t0 < %(end)s AND p.t1 >= %(end)s
    GROUP BY p.enterprise_id, p.team_id
    UNION ALL
    SELECT p.enterprise_id, coalesce(p.team_id, 0), -count(*)
    FROM people_employment e JOIN people_placement p ON p.employment_id = e.id
    WHERE (e.left <= %(day)s OR e.joined > %(day)s)
        AND p.enterprise_id = ANY(%(units)s) AND p.t0 < %(end)s AND (p.t1 IS NULL OR p.t1 >= %(end)s)
    GROUP BY 1, 2
) placed
GROUP BY 1, 2 HAVING sum(n) > 0
"""
_BY_UNIT = f"""
WITH expected AS ({_EXPECTED}), counts AS (
    SELECT enterprise_id, team_id, done, absent, fevers FROM health_teamcount
    WHERE day = %(day)s AND slot = %(slot)s AND enterprise_id = ANY(%(units)s)
)
SELECT enterprise_id, sum(coalesce(expected, 0))::int,
    sum(least(coalesce(done, 0), coalesce(expected, 0)))::int,
    sum(coalesce(absent, 0))::int, sum(coalesce(fevers, 0))::int
FROM expected FULL JOIN counts USING (enterprise_id, team_id)
GROUP BY 1
"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team in a slot: how many belong to it, how many are accounted for, absent and with fever."""

    enterprise_id: int
    team_id: int
    expected: int
    done: int = 0
    absent: int = 0
    fevers: int = 0

    @property
    def missing(self) -> int:
        """Return how many nobody has said anything of."""
        return max(0, self.expected - self.done)


def _until(end: datetime) -> datetime:
    """Return the moment whose placements count: the end of a slot, not later than now."""
    return min(end, timezone.now())


def team_lines(unit_ids: Sequence[int], slot: Slot) -> list[TeamLine]:
    """Return every team of these enterprises in a slot. Two queries."""
    units = list(unit_ids)
    with connection.cursor() as cursor:
        cursor.execute(_EXPECTED, {"units": units, "end": _until(slot.t1), "day": slot.day})
        expected = {(unit, team): n for unit, team, n in cursor.fetchall()}
        cursor.execute(
            "SELECT enterprise_id, team_id, done, absent, fevers FROM health_teamcount"
            " WHERE day = %s AND slot = %s AND enterprise_id = ANY(%s)",
            [slot.day, slot.code, units],
        )
        counts = {(unit, team): tuple(rest) for unit, team, *rest in cursor.fetchall()}
    return [
        TeamLine(unit, team, expected.get((unit, team), 0), *counts.get((unit, team), ()))
        for unit, team in sorted(expected.keys() | counts.keys())
    ]


def unit_lines(unit_ids: Sequence[int], slot: Slot) -> dict[int, TeamLine]:
    """Return the same summed by enterprise. One query."""
    return _summed(unit_ids, slot.day, slot.code, slot.t1)


def _summed(unit_ids: Sequence[int], day: date, code: int, end: datetime) -> dict[int, TeamLine]:
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"units": list(unit_ids), "end": _until(end), "day": day, "slot": code}
        cursor.execute(_BY_UNIT, given)
        return {unit: TeamLine(unit, 0, *numbers) for unit, *numbers in cursor.fetchall()}


def lines_now(unit_ids: Sequence[int]) -> tuple[dict[int, Slot], dict[int, TeamLine]]:
    """Return the slot of now of each enterprise, and its line in it. One query for each slot beside the timetable's."""
    table = Timetable(unit_ids)
    slots = {unit: table.now_of(unit) for unit in unit_ids}
    lines: dict[int, TeamLine] = {}
    for slot in set(slots.values()):
        lines |= unit_lines([unit for unit in unit_ids if slots[unit] == slot], slot)
    return slots, lines


def coverage(unit_ids: Sequence[int], day: date, slot: DueSlot) -> Mapping[int, tuple[int, int]]:
    """Return (expected, accounted for) by enterprise for a period of the obligations.

    One query for a slot of a day; what is due in another period (before a shift) is counted in the slot it begins in.
    """
    begins = timezone.localtime(slot.t0)
    codes = dict.fromkeys(unit_ids, slot.n)
    if slot.n != begins.hour * HOUR + begins.minute:
        table = Timetable(unit_ids)
        codes = {unit: table.at(unit, slot.t0).code for unit in unit_ids}
    lines: dict[int, TeamLine] = {}
    for code in set(codes.values()):
        lines |= _summed([unit for unit in unit_ids if codes[unit] == code], day, code, slot.t1)
    return {unit: (one.expected, one.done) for unit, one in lines.items()}


def trend(unit_ids: Sequence[int], last: date, days: int = 7) -> list[tuple[date, int, int, int]]:
    """Return (day, slot, accounted for, fevers) of the last days, the oldest first. One query."""
    start = business_clock().day_start
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT day, slot, sum(done)::int, sum(fevers)::int FROM health_teamcount"
            " WHERE day > %s AND day <= %s AND enterprise_id = ANY(%s) GROUP BY 1, 2",
            [last - timedelta(days=days), last, list(unit_ids)],
        )
        return sorted(cursor.fetchall(), key=lambda row: (row[0], order_of(row[1], start)))


def latest(day: date, slot: int, employment_ids: Sequence[int]) -> dict[int, Reading]:
    """Return the reading that holds for each of these workers in a slot: the last one received."""
    rows = Reading.objects.filter(day=day, slot=slot, employment_id__in=list(employment_ids)).order_by("pk")
    return {row.employment_id: row for row in rows}


def exceptions(unit_id: int, day: date, slot: int) -> list[Reading]:
    """Return whose last word in a slot is a fever, an absence or a leave. Two queries."""
    unusual = Reading.objects.filter(day=day, slot=slot, enterprise_id=unit_id).extra(
        where=["(fever OR result >= 2)"]
    )
    who = set(unusual.values_list("employment_id", flat=True))
    held = latest(day, slot, sorted(who)).values()
    return [row for row in held if row.fever or row.result >= Result.ABSENT]


def members(unit_id: int, team_id: int) -> list[int]:
    """Return the employments placed in a team now (0: those in none), by employee number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id FROM people_placement p JOIN people_employment e ON e.id = p.employment_id"
            " WHERE p.enterprise_id = %s AND coalesce(p.team_id, 0) = %s AND p.t1 IS NULL AND e.left IS NULL"
            " ORDER BY e.employee_no, e.id",
            [unit_id, team_id],
        )
        return [row[0] for row in cursor.fetchall()]


def missing(unit_id: int, team_id: int, day: date, slot: int) -> list[int]:
    """Return the members of a team of whom nothing is known in a slot."""
    who = members(unit_id, team_id)
    known = set(
        Reading.objects.filter(day=day, slot=slot, employment_id__in=who).values_list(
            "employment_id", flat=True
        )
    )
    return [one for one in who if one not in known]


def stopped(unit_id: int) -> set[int]:
    """Return the employments that have stopped work; for gate and team."""
    return set(
        Case.objects.filter(enterprise=unit_id, state__in=OPEN).values_list("employment_id", flat=True)
    )


def curve(employment_id: int, days: int = 14) -> list[Any]:
    """Return day, slot and temperature of a worker's last days, the oldest first; of a corrected one what holds."""
    start, today = business_clock().day_start, business_now()[1]
    rows = (
        Reading.objects.filter(
            employment_id=employment_id, day__gt=today - timedelta(days=days), tenths__isnull=False
        )
        .order_by("day", "slot", "-pk")
        .distinct("day", "slot")
        .values("day", "slot", "tenths", "fever")
    )
    return sorted(rows, key=lambda one: (one["day"], order_of(one["slot"], start)))
