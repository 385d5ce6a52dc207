"""What the gate holds already when obligations are made: visits, vehicles, meetings, and that there was nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db.models import Exists, OuterRef

from pingzhan.domain.gate.duties import MARK, MARKS, MEETING, VEHICLE, VISIT
from pingzhan.domain.gate.enums import MarkKind
from pingzhan.domain.gate.models import DayMark, Meeting, VehicleEntry, Visit
from pingzhan.domain.obligations.api import Asked, Evidence, Rows, latest, register_held

_LEDGERS = {
    MarkKind.NO_VISITORS: (Rows(Visit.objects.filter(voided_at__isnull=True), VISIT, "t_in", "t_in"),),
    MarkKind.NO_GOODS: (Rows(VehicleEntry.objects.filter(voided_at__isnull=True), VEHICLE, "t_in", "t_in"),),
    MarkKind.NO_MEETINGS: (
        Rows(Meeting.objects.filter(cancelled_at__isnull=True), MEETING, "held_at", "created_at"),
    ),
    MarkKind.CLOSED_CHECK: (),
}


def _said(kind: MarkKind) -> Rows:
    later = DayMark.objects.filter(
        enterprise=OuterRef("enterprise"), kind=kind, day=OuterRef("day"), pk__gt=OuterRef("pk")
    )
    return Rows(DayMark.objects.filter(~Exists(later), kind=kind, undone=False), MARK, "at", "at")


def _reader(kind: MarkKind) -> Callable[[Asked], Sequence[Evidence]]:
    return lambda asked: latest(asked, *_LEDGERS[kind], _said(kind))


def register() -> None:
    """Let obligations that are made after it ask for what is registered; goods come first and bring theirs about."""
    for kind, evidence in MARKS.items():
        register_held(evidence.value, _reader(kind))
