"""Once a minute: reminders, hand-overs of the next half hour, requests that ran out; and leave that hits a shift."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.organisation.events import PeopleChanged
from pingzhan.domain.organisation.models import Absence
from pingzhan.domain.roster.actions.handing import open_handover
from pingzhan.domain.roster.actions.notices import HANDOVER, SHIFT, notice, send
from pingzhan.domain.roster.enums import LEAD_SEAT, OPEN_SWAPS, SwapState
from pingzhan.domain.roster.models import Handover, Shift, SwapRequest
from pingzhan.domain.roster.queries.duty import on_duty
from pingzhan.domain.roster.queries.gaps import when
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.messages import NewNotice
from pingzhan.foundation.options.registry import number

SECONDS = 60.0
HANDOVER_AHEAD = timedelta(minutes=30)
"""How long before the change of duty its record is opened and the outgoing is told."""
HANDOVER_BACK = timedelta(hours=24)
"""How far back missing records are made up after a standstill."""


def minute() -> None:
    """Do all that is due; safe in two workers at once, and a run that was missed is made up by the next."""
    remind()
    open_handovers()
    lapse()


@transaction.atomic
def remind() -> int:
    """Put the reminders that are due into the outbox and return how many were new.

    Each shift and person get one some hours before (24 by the settings) and one some minutes before (60); a shift
    that came into force too late for the first gets the second only.
    """
    far = timedelta(hours=number("roster.remind_hours"))
    near = timedelta(minutes=number("roster.remind_minutes"))
    rows = (
        Shift.objects.filter(
            in_force=True, person__isnull=False, t0__gt=Now(), t0__lte=Now() + max(far, near)
        )
        .select_related("person", "zone")
        .annotate(asked=Now())
        .order_by("t0", "seat")
    )
    return send(_reminder(row, row.t0 - row.asked <= near) for row in rows if row.person is not None)


def _reminder(shift: Shift, close: bool) -> NewNotice:
    assert shift.person is not None
    words = {"when": when(shift.t0, shift.t1), "role": shift.role.label}
    title = _("即将值班：%(when)s，%(role)s") if close else _("值班提醒：%(when)s，%(role)s")
    return notice(
        shift.person,
        kind="roster_reminder",
        dedupe=f"remind:{shift.pk}:{'near' if close else 'far'}",
        title=title % words,
        about=(SHIFT, shift.pk),
        path=shift.zone.path,
        priority=2 if close else 5,
    )


def open_handovers() -> int:
    """Open the record of each change of officers from a day ago to half an hour ahead; return how many there are."""
    edges = set(
        Shift.objects.filter(in_force=True, t1__gt=Now() - HANDOVER_BACK, t1__lte=Now() + HANDOVER_AHEAD)
        .exclude(seat=LEAD_SEAT)
        .values_list("zone_id", "t1")
    )
    settled = set(
        Handover.objects.filter(at__in={at for _zone, at in edges}, written_at__isnull=False).values_list(
            "zone_id", "at"
        )
    )
    zones = Unit.objects.in_bulk({zone for zone, _at in edges})
    by = system_actor(_("系统"))
    for zone_id, at in sorted(edges - settled, key=lambda edge: (edge[1], edge[0])):
        with transaction.atomic():
            handover = open_handover(zone=zones[zone_id], at=at, by=by)
            if handover.outgoing is not None:
                send([_to_write(handover)])
    return len(edges)


def _to_write(handover: Handover) -> NewNotice:
    assert handover.outgoing is not None
    return notice(
        handover.outgoing,
        kind="roster_handover",
        dedupe=f"handover:{handover.pk}:open",
        title=_("快到交接班了，请填写交接班记录"),
        about=(HANDOVER, handover.pk),
        path=handover.zone.path,
        priority=3,
    )


def lapse() -> int:
    """End open requests whose shift has begun; return how many."""
    return SwapRequest.objects.filter(state__in=OPEN_SWAPS, shift__t0__lte=Now()).update(
        state=SwapState.LAPSED, ended_at=Now()
    )


def on_people_changed(*, event: PeopleChanged, **_kwargs: Any) -> None:
    """Tell who is on duty when somebody's leave or illness hits a shift of his in the days ahead."""
    zone = Unit.objects.filter(pk=int(event.unit_path.split("/")[1]), kind=UnitKind.ZONE).first()
    if zone is None:
        return
    hit = list(_hit(zone, event.person_ids))
    if hit:
        duty = on_duty(zone)
        send(
            notice(
                person,
                kind="roster_gap",
                dedupe=f"gap:{shift.pk}:{absence.pk}",
                title=_("%(name)s已登记离岗，%(when)s 的%(role)s需要换人")
                % {"name": absence.person.name, "when": when(shift.t0, shift.t1), "role": shift.role.label},
                about=(SHIFT, shift.pk),
                path=zone.path,
                priority=2,
            )
            for shift, absence in hit
            for person in duty.people
            if person.pk not in duty.absent_ids
        )


def _hit(zone: Unit, person_ids: tuple[int, ...]) -> Iterator[tuple[Shift, Absence]]:
    shifts = list(
        Shift.objects.filter(zone=zone, in_force=True, person__in=person_ids, t1__gt=Now()).select_related(
            "person"
        )
    )
    if not shifts:
        return
    absences = list(
        Absence.objects.filter(person__in=person_ids, t1__gt=Now(), t0__lt=F("t1")).select_related("person")
    )
    for shift in shifts:
        for absence in absences:
            if absence.person_id == shift.person_id and _meet(absence, shift.t0, shift.t1):
                yield shift, absence


def _meet(absence: Absence, t0: datetime, t1: datetime) -> bool:
    return absence.t0 < t1 and t0 < absence.t1
