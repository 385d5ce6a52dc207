"""What an enterprise says of a business day in one tap: no visitors, no goods, no meetings."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from pingzhan.domain.gate import duties, rules
from pingzhan.domain.gate.actions import common
from pingzhan.domain.gate.enums import MarkKind
from pingzhan.domain.gate.models import DayMark, Meeting, VehicleEntry, Visit
from pingzhan.domain.obligations.api import business_clock, business_now
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict

_LOCK = 0x505A474D
"""First key of the advisory lock per enterprise ('PZGM')."""


def marked(enterprise: Unit, kind: MarkKind, day: date) -> bool:
    """Return whether the enterprise says that there was nothing of the kind on the business day."""
    last = DayMark.objects.filter(enterprise=enterprise, kind=kind, day=day).order_by("-pk").first()
    return last is not None and not last.undone


def _count_again(enterprise: Unit, kind: MarkKind, day: date, moment: datetime, by: Actor) -> int | None:
    """Close by what the register of the day holds already what was demanded only after it was written.

    Return how many duties closed, None when the register holds nothing of the kind.
    """
    if marked(enterprise, kind, day):
        last = DayMark.objects.filter(enterprise=enterprise, kind=kind, day=day).latest("pk")
        return duties.marked(last, moment, by)
    t0, t1 = business_clock().begins(day), business_clock().begins(day + timedelta(days=1))
    if kind == MarkKind.NO_VISITORS:
        visit = Visit.objects.filter(
            enterprise=enterprise, t_in__gte=t0, t_in__lt=t1, voided_at__isnull=True
        ).first()
        return duties.visited(visit, by) if visit is not None else None
    if kind == MarkKind.NO_GOODS:
        entry = VehicleEntry.objects.filter(
            enterprise=enterprise, t_in__gte=t0, t_in__lt=t1, voided_at__isnull=True
        ).first()
        return duties.driven(entry, by) if entry is not None else None
    if kind == MarkKind.NO_MEETINGS:
        meeting = Meeting.objects.filter(
            enterprise=enterprise, held_at__gte=t0, held_at__lt=t1, cancelled_at__isnull=True
        ).first()
        return duties.met(meeting, by) if meeting is not None else None
    return None


def _one_at_a_time(enterprise: Unit) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, enterprise.pk % 2**31])


@transaction.atomic
def mark_none(*, enterprise: Unit, kind: MarkKind, by: Actor) -> int:
    """Say that there is nothing of the kind today; return how many marks were made.

    0 when the register of today holds it already, said or registered; what was demanded since (after a switch)
    is then closed by that row. Conflict when something of the kind is registered and nothing is left to close.
    """
    rules.require_gate(by, enterprise)
    common.check_open(enterprise)
    _one_at_a_time(enterprise)
    moment, day = business_now()
    said = marked(enterprise, kind, day)
    closed = _count_again(enterprise, kind, day, moment, by)
    if closed:
        record(
            "gate.counted_again",
            by=by,
            subject=("unit", enterprise.pk),
            unit_path=enterprise.path,
            body={"kind": str(kind), "closed": closed},
        )
    if said or closed:
        return 0
    if closed is not None:
        raise Conflict(
            _("今天已有登记，不能报“%(what)s”。") % {"what": MarkKind(kind).label}, code="not_none"
        )
    mark = DayMark.objects.create(enterprise=enterprise, kind=kind, day=day, by_name=by.name)
    duties.marked(mark, moment, by)
    record(
        "gate.marked_none",
        by=by,
        subject=("day_mark", mark.pk),
        unit_path=enterprise.path,
        body={"kind": mark.kind},
    )
    return 1


def take_back(enterprise: Unit, kind: MarkKind, *, by: Actor, at: datetime) -> None:
    """Take back that there was nothing, because something came after all; part of the action that registers it."""
    _one_at_a_time(enterprise)
    day = business_clock().day_of(at)
    last = DayMark.objects.filter(enterprise=enterprise, kind=kind, day=day).order_by("-pk").first()
    if last is not None and not last.undone:
        DayMark.objects.create(enterprise=enterprise, kind=kind, day=day, undone=True, by_name=by.name)
        duties.withdrawn(duties.MARK, last.pk)
