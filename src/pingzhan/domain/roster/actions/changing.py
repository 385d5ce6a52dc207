"""Changing shifts in force: a substitute, a shift that was missing, one that is not needed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import rules
from pingzhan.domain.roster.actions.common import (
    in_words,
    lapse_swaps,
    lock_shift,
    lock_zone,
    required_reason,
    tell,
    write_change,
)
from pingzhan.domain.roster.actions.making import require_free
from pingzhan.domain.roster.actions.notices import SHIFT, notice, send
from pingzhan.domain.roster.enums import ChangeKind, Part, role_of
from pingzhan.domain.roster.models import Shift
from pingzhan.domain.roster.queries.gaps import when
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.messages import NewNotice
from pingzhan.kernel.errors import Conflict, Invalid

LONGEST_SHIFT = timedelta(days=7)
"""Nobody is on duty for longer in one go; a longer shift is a wrong year or month."""


def require_not_over(shift: Shift) -> None:
    """Raise Conflict when a shift has ended by the database clock."""
    if Shift.objects.filter(pk=shift.pk, t1__lte=Now()).exists():
        raise Conflict(_("这个班次已经结束，不能再改。"), code="shift_over")


@transaction.atomic
def substitute(*, shift_id: int, person: Person, reason: str, by: Actor) -> Shift:
    """Put somebody else into a shift in force (替班); both are told, and the change is kept with its reason.

    Raises Refused without the right to make the roster, Conflict when the shift is over or the person is away or
    on duty at that time, Invalid without a reason. Too little rest is allowed and shown as a gap.
    """
    shift = lock_shift(shift_id)
    rules.require_manage(by, shift.zone)
    require_not_over(shift)
    text = required_reason(reason)
    if shift.person_id == person.pk:
        raise Invalid(_("%(name)s已经是这一班的值班人。") % {"name": person.name}, code="same_person")
    require_free(shift, person)
    before = shift.person
    put_in(shift, person)
    write_change(shift, ChangeKind.SUBSTITUTED, before=before, after=person, by=by, reason=text)
    lapse_swaps([shift.pk])
    send(told_of_change(shift, before, person, text))
    tell(shift.zone, [shift.pk])
    record(
        "roster.substitute",
        by=by,
        subject=("shift", shift.pk),
        unit_path=shift.zone.path,
        body={"before": before.pk if before else None, "after": person.pk},
    )
    return shift


def put_in(shift: Shift, person: Person) -> None:
    """Write the new person of a shift; Conflict in words when the database refuses."""
    with in_words(Shift):
        Shift.objects.filter(pk=shift.pk).update(person=person)
    shift.person = person


def told_of_change(shift: Shift, before: Person | None, after: Person, reason: str) -> list[NewNotice]:
    """Return the notices to who was on duty and who is now; the number of changes keeps them apart."""
    n = shift.changes.count()
    words = {"when": when(shift.t0, shift.t1), "role": shift.role.label, "reason": reason}
    about, path = (SHIFT, shift.pk), shift.zone.path
    found = [
        notice(
            after,
            kind="roster_changed",
            dedupe=f"changed:{shift.pk}:{n}",
            title=_("由您担任 %(when)s 的%(role)s（%(reason)s）") % words,
            about=about,
            path=path,
            priority=2,
        )
    ]
    if before is not None:
        found.append(
            notice(
                before,
                kind="roster_changed",
                dedupe=f"changed:{shift.pk}:{n}",
                title=_("%(when)s 的%(role)s改由%(name)s担任（%(reason)s）") % {**words, "name": after.name},
                about=about,
                path=path,
                priority=2,
            )
        )
    return found


@transaction.atomic
def add_shift(
    *, zone: Unit, seat: int, t0: datetime, t1: datetime, person: Person | None, reason: str, by: Actor
) -> Shift:
    """Put a shift in force that the roster lacks. Conflict when the seat is taken at that time.

    Invalid for a shift that ends before it begins, or lasts longer than a week.
    """
    rules.require_manage(by, zone)
    text = required_reason(reason)
    lock_zone(zone)
    shift = Shift(zone=zone, seat=seat, part=Part.OTHER, day=clock.day_of(t0), t0=t0, t1=t1, person=person)
    if t0 >= t1:
        raise Invalid(_("班次的结束时间应晚于开始时间。"), code="shift_period")
    if t1 - t0 > LONGEST_SHIFT:
        raise Invalid(_("一个班次最长 %(n)d 天。") % {"n": LONGEST_SHIFT.days}, code="shift_long")
    if person is not None:
        require_free(shift, person)
    shift.in_force = True
    with in_words(Shift):
        shift.save()
    write_change(shift, ChangeKind.ADDED, before=None, after=person, by=by, reason=text)
    if person is not None:
        send(told_of_change(shift, None, person, text))
    tell(zone, [shift.pk])
    record(
        "roster.add_shift",
        by=by,
        subject=("shift", shift.pk),
        unit_path=zone.path,
        body={"seat": role_of(seat).value, "person": person.pk if person else None},
    )
    return shift


@transaction.atomic
def cancel_shift(*, shift_id: int, reason: str, by: Actor) -> None:
    """Take a shift that has not begun out of force; its person is told."""
    shift = lock_shift(shift_id)
    rules.require_manage(by, shift.zone)
    text = required_reason(reason)
    if Shift.objects.filter(pk=shift.pk, t0__lte=Now()).exists():
        raise Conflict(_("这个班次已经开始，不能取消。"), hint=_("请办理替班。"), code="shift_begun")
    Shift.objects.filter(pk=shift.pk).update(in_force=False)
    write_change(shift, ChangeKind.CANCELLED, before=shift.person, after=None, by=by, reason=text)
    lapse_swaps([shift.pk])
    if shift.person is not None:
        send(
            [
                notice(
                    shift.person,
                    kind="roster_changed",
                    dedupe=f"cancelled:{shift.pk}",
                    title=_("您 %(when)s 的值班已取消（%(reason)s）")
                    % {"when": when(shift.t0, shift.t1), "reason": text},
                    about=(SHIFT, shift.pk),
                    path=shift.zone.path,
                )
            ]
        )
    tell(shift.zone, [shift.pk])
    record("roster.cancel_shift", by=by, subject=("shift", shift.pk), unit_path=shift.zone.path)
