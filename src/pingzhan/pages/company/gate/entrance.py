"""Where the duties of gate and goods are met, and where their evidence is shown."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse

from pingzhan.domain.gate import api as gate
from pingzhan.domain.gate.enums import MarkKind
from pingzhan.domain.gate.models import DayMark, Meeting, VehicleEntry, Visit
from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import register_form, register_viewer
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor


def one_tap(kind: MarkKind) -> Callable[[int, Actor], int]:
    """Return what says in one tap that there was nothing of the kind today, or that something was checked."""

    def tap(unit_id: int, by: Actor) -> int:
        return gate.mark_none(enterprise=Unit.objects.get(pk=unit_id), kind=kind, by=by)

    return tap


def _book(unit_id: int, day: object) -> str:
    return f"{reverse('gate:book', args=[unit_id])}?day={day}"


def _visit(pk: int) -> str:
    row = Visit.objects.only("enterprise", "t_in").get(pk=pk)
    return _book(row.enterprise_id, clock.day_of(row.t_in))


def _vehicle(pk: int) -> str:
    row = VehicleEntry.objects.only("enterprise", "t_in").get(pk=pk)
    return _book(row.enterprise_id, clock.day_of(row.t_in))


def _meeting(pk: int) -> str:
    return reverse("gate:meetings", args=[Meeting.objects.only("enterprise").get(pk=pk).enterprise_id])


def _mark(pk: int) -> str:
    row = DayMark.objects.only("enterprise", "day").get(pk=pk)
    return _book(row.enterprise_id, row.day)


def register() -> None:
    """Tell the enterprise's day of these pages."""
    register_form(Evidence.VISITORS, "gate:firm", one_tap(MarkKind.NO_VISITORS))
    register_form(Evidence.GATE_CHECK, "gate:firm", one_tap(MarkKind.NO_GOODS))
    register_form(Evidence.MEETINGS, "gate:meetings", one_tap(MarkKind.NO_MEETINGS))
    register_form(Evidence.CLOSED_MANAGEMENT, "gate:closing", one_tap(MarkKind.CLOSED_CHECK))
    register_form(Evidence.GOODS, "goods:firm")
    register_viewer("gate_visit", _visit)
    register_viewer("gate_vehicle", _vehicle)
    register_viewer("gate_meeting", _meeting)
    register_viewer("gate_mark", _mark)
    register_viewer("goods_lot", lambda pk: reverse("goods:lot", args=[pk]))
