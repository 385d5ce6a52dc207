"""What happens at the gate means for the obligations of its enterprise (annex 2 (3) and (6)).

Called by the actions in their own transaction, before the record. A visit, a vehicle, a meeting or the word that
there was none closes what is due of the day; a lot of imported goods brings about a duty of its own, which ends
when the lot lies still and is disinfected, or is done with.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pingzhan.domain.gate.enums import WATCHED, GoodsClass, MarkKind
from pingzhan.domain.gate.models import DayMark, GoodsLot, Meeting, VehicleEntry, Visit
from pingzhan.domain.gate.queries.goods import standing_steps
from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import business_clock, raise_event, satisfy, unsatisfy
from pingzhan.foundation.access.actor import Actor

VISIT, VEHICLE, MEETING, MARK, LOT = "gate_visit", "gate_vehicle", "gate_meeting", "gate_mark", "goods_lot"
"""Kinds of evidence rows, as obligations name them."""
MARKS = {
    MarkKind.NO_VISITORS: Evidence.VISITORS,
    MarkKind.NO_GOODS: Evidence.GATE_CHECK,
    MarkKind.NO_MEETINGS: Evidence.MEETINGS,
    MarkKind.CLOSED_CHECK: Evidence.CLOSED_MANAGEMENT,
}
"""What a mark is evidence of."""


def _note(unit_id: int, evidence: Evidence, ref: tuple[str, int], at: datetime, by: Actor) -> int:
    return satisfy(unit_id=unit_id, evidence=evidence.value, at=at, ref=ref, by=by)


def visited(visit: Visit, by: Actor) -> int:
    """A visitor was registered; return how many duties it closed."""
    return _note(visit.enterprise_id, Evidence.VISITORS, (VISIT, visit.pk), visit.t_in, by)


def driven(entry: VehicleEntry, by: Actor) -> int:
    """A vehicle was registered at the checkpoint; return how many duties it closed."""
    return _note(entry.enterprise_id, Evidence.GATE_CHECK, (VEHICLE, entry.pk), entry.t_in, by)


def met(meeting: Meeting, by: Actor) -> int:
    """A meeting was registered; return how many duties it closed."""
    return _note(meeting.enterprise_id, Evidence.MEETINGS, (MEETING, meeting.pk), meeting.held_at, by)


def marked(mark: DayMark, at: datetime, by: Actor) -> int:
    """It was said that there is nothing of a kind, or that the closed management was checked.

    Return how many duties it closed.
    """
    return _note(mark.enterprise_id, MARKS[MarkKind(mark.kind)], (MARK, mark.pk), at, by)


def withdrawn(kind: str, pk: int) -> None:
    """A piece of evidence does not hold any more."""
    unsatisfy((kind, pk))


def _day_of(moment: datetime) -> tuple[datetime, datetime]:
    """Return the bounds of the business day of a moment, which obligations are due by."""
    clock = business_clock()
    day = clock.day_of(moment)
    return clock.begins(day), clock.begins(day + timedelta(days=1))


def visit_voided(visit: Visit, by: Actor) -> None:
    """A visit was a mistake; another one of the same day stands in for it."""
    withdrawn(VISIT, visit.pk)
    t0, t1 = _day_of(visit.t_in)
    others = Visit.objects.filter(enterprise=visit.enterprise_id, t_in__gte=t0, t_in__lt=t1)
    other = others.filter(voided_at__isnull=True).exclude(pk=visit.pk).first()
    if other is not None:
        visited(other, by)


def vehicle_voided(entry: VehicleEntry, by: Actor) -> None:
    """A vehicle was a mistake; another one of the same day stands in for it."""
    withdrawn(VEHICLE, entry.pk)
    t0, t1 = _day_of(entry.t_in)
    others = VehicleEntry.objects.filter(enterprise=entry.enterprise_id, t_in__gte=t0, t_in__lt=t1)
    other = others.filter(voided_at__isnull=True).exclude(pk=entry.pk).first()
    if other is not None:
        driven(other, by)


def meeting_cancelled(meeting: Meeting, by: Actor) -> None:
    """A meeting was not held; another one of the same day stands in for it."""
    withdrawn(MEETING, meeting.pk)
    t0, t1 = _day_of(meeting.held_at)
    others = Meeting.objects.filter(enterprise=meeting.enterprise_id, held_at__gte=t0, held_at__lt=t1)
    other = others.filter(cancelled_at__isnull=True).exclude(pk=meeting.pk).first()
    if other is not None:
        met(other, by)


def arrived(lot: GoodsLot) -> None:
    """A lot was registered: imported goods have to be put away and disinfected from now on."""
    if lot.goods_class != GoodsClass.DOMESTIC:
        raise_event(
            unit_id=lot.enterprise_id, evidence=Evidence.GOODS.value, at=lot.rule_at, subject_id=lot.pk
        )


def handled(lot: GoodsLot, at: datetime, by: Actor) -> None:
    """Something was done with a lot: its duty ends once it lies still and is disinfected, or is done with.

    A disinfection that is voided opens the duty again.
    """
    if lot.goods_class == GoodsClass.DOMESTIC:
        return
    clean = standing_steps().filter(lot=lot, kind="disinfected").exists()
    stored = lot.rule_days == 0 or lot.storage_id is not None
    if lot.state not in WATCHED or (stored and (clean or not lot.rule_disinfection)):
        satisfy(
            unit_id=lot.enterprise_id,
            evidence=Evidence.GOODS.value,
            at=at,
            subject_id=lot.pk,
            ref=(LOT, lot.pk),
            by=by,
        )
    else:
        unsatisfy((LOT, lot.pk))
