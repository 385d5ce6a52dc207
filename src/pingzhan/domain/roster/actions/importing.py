"""Storing what an import of the roster was judged to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import rules
from pingzhan.domain.roster.actions.changing import put_in, told_of_change
from pingzhan.domain.roster.actions.common import (
    change_row,
    in_words,
    lapse_swaps,
    lock_shift,
    tell,
    write_change,
)
from pingzhan.domain.roster.actions.notices import send
from pingzhan.domain.roster.calendar import Known, Slot
from pingzhan.domain.roster.enums import ChangeKind
from pingzhan.domain.roster.models import Holiday, Shift, ShiftChange
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record


@dataclass(frozen=True)
class ImportedShift:
    """A shift of a file: ``standing`` is the shift in force whose person it changes, None for a new one."""

    slot: Slot
    person: Person
    standing: int | None = None


@transaction.atomic
def store_shifts(*, zone: Unit, rows: Sequence[ImportedShift], by: Actor) -> int:
    """Put the shifts of a file in force and tell those who are concerned; return how many.

    Raises Conflict, and stores nothing, when one of them overlaps what is in force by now.
    """
    rules.require_manage(by, zone)
    reason = _("按导入的值班表")
    fresh = [
        Shift(
            zone=zone,
            seat=row.slot.seat,
            part=row.slot.part,
            day=row.slot.day,
            t0=row.slot.t0,
            t1=row.slot.t1,
            person=row.person,
            in_force=True,
        )
        for row in rows
        if row.standing is None
    ]
    notices = []
    ids = []
    for row in rows:
        if row.standing is None:
            continue
        shift = lock_shift(row.standing)
        before = shift.person
        put_in(shift, row.person)
        write_change(shift, ChangeKind.IMPORTED, before=before, after=row.person, by=by, reason=reason)
        notices += told_of_change(shift, before, row.person, reason)
        ids.append(shift.pk)
    lapse_swaps(ids)
    with in_words(Shift):
        Shift.objects.bulk_create(fresh)
    ShiftChange.objects.bulk_create(
        change_row(one, ChangeKind.IMPORTED, before=None, after=one.person, by=by, reason=reason)
        for one in fresh
    )
    for one in fresh:
        if one.person is not None:
            notices += told_of_change(one, None, one.person, reason)
    send(notices)
    ids += [one.pk for one in fresh]
    tell(zone, ids)
    record("roster.import", by=by, subject=("unit", zone.pk), unit_path=zone.path, body={"count": len(ids)})
    return len(ids)


@transaction.atomic
def store_holidays(*, days: Sequence[tuple[date, Known]], by: Actor) -> int:
    """Enter what a file says of days; a day entered before is replaced. Return how many."""
    require(by, Permission.MANAGE_SETTINGS)
    for day, known in days:
        Holiday.objects.update_or_create(
            day=day, defaults={"kind": known.kind.value, "name": known.name, "source": known.source}
        )
    record("roster.holidays_import", by=by, body={"count": len(days)})
    return len(days)
