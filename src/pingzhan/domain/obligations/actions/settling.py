"""Bringing what is due on a day in line with what is in force: a handful of statements for any number of units.

Idempotent: what is there stays, what is missing comes, what is no longer demanded and not yet over goes. Done
obligations are never touched. What the ledgers hold of the new ones already closes them at once. Safe to be killed
at any point and to run twice at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from pingzhan.domain.obligations import settings
from pingzhan.domain.obligations.actions.demands import keep_demands
from pingzhan.domain.obligations.actions.locking import lock_units
from pingzhan.domain.obligations.actions.recounting import Made, count_held
from pingzhan.domain.obligations.actions.statements import (
    ADJUST,
    ENOUGH,
    INSERT,
    KEEP_PROGRESS,
    WITHDRAW,
)
from pingzhan.domain.obligations.calendar import ONE_DAY, CadenceKind, Clock, Window, windows
from pingzhan.domain.obligations.program import ZONE, Program, Rule, programs
from pingzhan.domain.roster.api import day_class, own_days
from pingzhan.domain.roster.enums import DayClass
from pingzhan.domain.territory.enums import UnitKind

NEEDS = {"canteen": 1, "dormitory": 2, "imported_goods": 4, "cold_chain": 8}
"""Bits of the marks of an enterprise; the same as in statements.FACTS."""
NOTHING = -1
"""Number of the program of a unit with nothing in force."""


@dataclass(frozen=True)
class Settled:
    """How many units were looked at, how many obligations were made and withdrawn."""

    units: int = 0
    made: int = 0
    withdrawn: int = 0

    def __add__(self, other: Settled) -> Settled:
        return Settled(self.units + other.units, self.made + other.made, self.withdrawn + other.withdrawn)


def make_part(day: date) -> bool:
    """Make the part of the table that keeps a day, if it is missing; return whether it was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obligations_make_part(%s)", [day])
        return bool(cursor.fetchone()[0])


def units_below(paths: Collection[str]) -> list[int]:
    """Return the zones and enterprises below the paths: those that obligations are made for. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.id FROM territory_unit u WHERE u.kind = ANY(%s) AND EXISTS ("
            " SELECT 1 FROM unnest(%s::text[]) AS p WHERE left(u.path, length(p)) = p) ORDER BY u.id",
            [[UnitKind.ZONE.value, UnitKind.ENTERPRISE.value], list(paths)],
        )
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def settle(unit_ids: Sequence[int], day: date) -> Settled:
    """Bring the obligations of a business day of these units in line with what is in force.

    Nothing is demanded of a period whose due time had passed when the unit was first seen, when posture or set of
    that day changed, or when what it owes grew otherwise in the course of the day: it was judged by what was in
    force before. A day that is over is made with what was in force at its end, and nothing of it is withdrawn any
    more.
    """
    units = sorted(set(unit_ids))
    if not units:
        return Settled()
    clock = settings.business_clock()
    now = lock_units(units)
    begins, ends = clock.begins(day), clock.begins(day + ONE_DAY)
    found = programs(units, min(now, ends - timedelta(microseconds=1)))
    distinct = list({id(one): one for one in found.values()}.values())
    number = {id(one): n for n, one in enumerate(distinct)}
    lines = _lines(distinct, day, clock)
    for month in {line["day"].replace(day=1) for line in lines}:
        make_part(month)
    given: dict[str, Any] = {
        "units": units,
        "programs": [number[id(found[unit])] if unit in found else NOTHING for unit in units],
        "levels": [found[unit].level if unit in found else None for unit in units],
        "begins": begins,
        "ends": ends,
        "now": now,
        "today": day,
        "tz": timezone.get_default_timezone_name(),
        "day_start": clock.day_start,
    } | {f"l_{name}": [line[name] for line in lines] for name in _COLUMNS}
    with connection.cursor() as cursor:
        withdrawn = 0
        moved: list[Made] = []
        if now < ends:
            cursor.execute(WITHDRAW, given)
            withdrawn = cursor.rowcount
            cursor.execute(ADJUST, given)
            adjusted = cursor.fetchall()
            moved = [
                Made(kind, t0, t1, need, 1, [unit])
                for _id, has_moved, kind, t0, t1, need, unit in adjusted
                if has_moved
            ]
            cursor.execute(ENOUGH, [[row[0] for row in adjusted]])
        cursor.execute(INSERT, given)
        made = [Made(*row) for row in cursor.fetchall()]
        cursor.execute(KEEP_PROGRESS, given)
    count_held([*made, *moved])
    return Settled(len(units), sum(one.rows for one in made), withdrawn)


_COLUMNS = (
    "program", "duty", "demand", "zone", "needs", "make", "day", "slot", "t0", "t1", "due", "need", "before",
    "after",
)  # fmt: skip


def _lines(found: Sequence[Program], day: date, clock: Clock) -> list[dict[str, Any]]:
    """Return what each program demands on the day, and of the day before what may still be running.

    Of the next day what is due before its shifts: it may begin before the day does.
    """
    kept = keep_demands({rule for one in found for rule in one.rules})
    own = own_days()
    days = (day, day - ONE_DAY, day + ONE_DAY)
    rest = {one: day_class(one, own) != DayClass.WORKDAY for one in days}
    lines: list[dict[str, Any]] = []
    for n, program in enumerate(found):
        for rule in program.rules:
            shift = rule.cadence.kind is CadenceKind.SHIFT
            for one in days if shift else days[:2]:
                off = rule.workdays and rest[one]
                if off and _within_a_day(rule):
                    continue
                lines += [
                    _line(n, rule, kept[rule], window, make=one >= day and not off)
                    for window in _windows(rule, one, clock, today=one == day)
                ]
    return lines


def _within_a_day(rule: Rule) -> bool:
    """Return whether the measure begins anew every day; what runs longer goes on over rest days."""
    kind = rule.cadence.kind
    return kind in (CadenceKind.SLOTS, CadenceKind.SHIFT) or (
        kind is CadenceKind.EVERY and rule.cadence.n == 1
    )


def _windows(rule: Rule, day: date, clock: Clock, *, today: bool) -> list[Window]:
    if rule.cadence.kind is CadenceKind.SHIFT:
        begins = clock.begins(day)
        return [Window(day, 0, begins, begins + ONE_DAY, begins + ONE_DAY)]
    if not today and (rule.cadence.kind is CadenceKind.WEEK or rule.cadence.kind is CadenceKind.ONCE):
        return []  # the same period as today's
    return list(windows(rule.cadence, day, clock))


def _line(n: int, rule: Rule, kept: tuple[int, int], window: Window, *, make: bool) -> dict[str, Any]:
    shift = rule.cadence.kind is CadenceKind.SHIFT
    return {
        "program": n,
        "duty": kept[0],
        "demand": kept[1],
        "zone": rule.on == ZONE,
        "needs": sum({NEEDS[one] for one in rule.needs}),
        "make": make,
        "day": window.day,
        "slot": window.slot,
        "t0": window.t0,
        "t1": window.t1,
        "due": window.due_at,
        "need": window.need,
        "before": rule.cadence.before if shift else 0,
        "after": rule.cadence.after if shift else 0,
    }
