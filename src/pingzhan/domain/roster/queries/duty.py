"""Who is on duty, and the timetable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import DateTimeField, QuerySet, Value
from django.db.models.functions import Now

from pingzhan.domain.organisation.models import Absence, Person
from pingzhan.domain.roster.enums import LEAD_SEAT, RosterStatus
from pingzhan.domain.roster.models import Roster, Shift, ShiftChange
from pingzhan.domain.territory.models import Unit

AHEAD = timedelta(hours=48)
"""How far ahead the next change is looked for."""


@dataclass(frozen=True)
class OnDuty:
    """Who answers at a moment.

    ``until`` is the next moment at which anything changes within 48 h, ``next_leader`` and ``next_officers``
    who is on duty then. ``absent_ids`` are those on duty who are registered as away: call somebody else.
    """

    leader: Person | None
    officers: list[Person]
    until: datetime | None
    next_leader: Person | None
    next_officers: list[Person]
    absent_ids: frozenset[int] = frozenset()
    shift_ids: tuple[int, ...] = ()

    @property
    def people(self) -> list[Person]:
        """Return all who are on duty, the leader first."""
        return [*([self.leader] if self.leader else []), *self.officers]

    def is_on_duty(self, person_id: int | None) -> bool:
        """Return whether this person is on duty."""
        return any(person.pk == person_id for person in self.people)


def shifts_in_force(zone: Unit) -> QuerySet[Shift]:
    """Return the shifts that are duty, by time and seat, persons loaded."""
    return Shift.objects.filter(zone=zone, in_force=True).select_related("person").order_by("t0", "seat")


def on_duty(zone: Unit, at: datetime | None = None) -> OnDuty:
    """Return who is on duty at a moment, by the database clock when none is given. Two queries."""
    moment = Value(at, output_field=DateTimeField()) if at is not None else Now()
    rows = list(shifts_in_force(zone).filter(t1__gt=moment, t0__lte=moment + AHEAD).annotate(asked=moment))
    current = [row for row in rows if row.t0 <= row.asked]
    people = [row.person_id for row in current if row.person_id is not None]
    away = Absence.objects.filter(person__in=people, t0__lte=moment, t1__gt=moment)
    edges = [row.t1 for row in current] + [row.t0 for row in rows if row.t0 > row.asked]
    until = min(edges, default=None)
    after = [row for row in rows if until is not None and row.t0 <= until < row.t1]
    return OnDuty(
        leader=_leader(current),
        officers=_officers(current),
        until=until,
        next_leader=_leader(after),
        next_officers=_officers(after),
        absent_ids=frozenset(away.values_list("person_id", flat=True)),
        shift_ids=tuple(row.pk for row in current),
    )


def _leader(rows: Sequence[Shift]) -> Person | None:
    return next((row.person for row in rows if row.seat == LEAD_SEAT and row.person is not None), None)


def _officers(rows: Sequence[Shift]) -> list[Person]:
    return [row.person for row in rows if row.seat != LEAD_SEAT and row.person is not None]


def timetable(zone: Unit, t0: datetime, t1: datetime) -> list[Shift]:
    """Return the shifts in force that touch [t0, t1), by time and seat, persons loaded. One query."""
    return list(shifts_in_force(zone).filter(t0__lt=t1, t1__gt=t0))


def shifts_of_days(zone: Unit, first: date, until: date) -> list[Shift]:
    """Return the shifts in force that begin on the local days [first, until). One query."""
    return list(shifts_in_force(zone).filter(day__gte=first, day__lt=until))


def shifts_of_person(person_id: int) -> QuerySet[Shift]:
    """Return somebody's shifts in force, the earliest first."""
    return Shift.objects.filter(person_id=person_id, in_force=True).select_related("zone").order_by("t0")


def changes_of(shift: Shift) -> QuerySet[ShiftChange]:
    """Return what happened to a shift, the first first."""
    return shift.changes.select_related("before", "after").order_by("at", "id")


def drafts_of(zone: Unit) -> QuerySet[Roster]:
    """Return the drafts of a zone, the newest first."""
    return Roster.objects.filter(zone=zone, status=RosterStatus.DRAFT).order_by("-created_at", "-pk")


def covered_until(zone: Unit) -> datetime | None:
    """Return when the last shift in force of a zone ends, None without any."""
    return Shift.objects.filter(zone=zone, in_force=True).order_by("-t1").values_list("t1", flat=True).first()
