"""One-tap acts of 门岗: left, disinfected, a mistake, nobody came today."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pingzhan.domain.gate import api as gate
from pingzhan.domain.gate.enums import MarkKind
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid
from pingzhan.pages.company.gate.entering import kept_unit
from pingzhan.pages.console.guard import needs


def back(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Return to the page of the gate the tap came from: its book, or the gate itself."""
    view = "gate:book" if request.POST.get("from") == "book" else "gate:firm"
    return redirect(view, pk=unit_id)


def tapped(request: HttpRequest, unit_id: int, act: Callable[[], object], words: str) -> HttpResponse:
    """Do it and say so; that somebody was faster is told in his words, and is no error page."""
    try:
        act()
    except (Conflict, Invalid) as error:
        messages.warning(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, words)
    return back(request, unit_id)


def _unit_of_visit(request: HttpRequest, pk: int) -> int:
    found = gate.visits_visible_to(request_actor(request)).filter(pk=pk).values_list("enterprise", flat=True)
    return found.first() or 0


def _unit_of_vehicle(request: HttpRequest, pk: int) -> int:
    found = gate.vehicles_visible_to(request_actor(request)).filter(pk=pk)
    return found.values_list("enterprise", flat=True).first() or 0


@require_POST
@needs(Permission.KEEP_GATE)
def visit_out(request: HttpRequest, pk: int) -> HttpResponse:
    """A visitor has left."""
    actor = request_actor(request)
    return tapped(
        request,
        _unit_of_visit(request, pk),
        lambda: gate.sign_out(visit_id=pk, by=actor),
        _("已登记离开。"),
    )


@require_POST
@needs(Permission.KEEP_GATE)
def visit_void(request: HttpRequest, pk: int) -> HttpResponse:
    """A visit was registered by mistake."""
    actor = request_actor(request)
    return tapped(
        request,
        _unit_of_visit(request, pk),
        lambda: gate.void_visit(visit_id=pk, by=actor),
        _("已作废，记录仍保留。"),
    )


@require_POST
@needs(Permission.KEEP_GATE)
def vehicle_out(request: HttpRequest, pk: int) -> HttpResponse:
    """A vehicle has left."""
    actor = request_actor(request)
    return tapped(
        request,
        _unit_of_vehicle(request, pk),
        lambda: gate.vehicle_out(entry_id=pk, by=actor),
        _("已登记离开。"),
    )


@require_POST
@needs(Permission.KEEP_GATE)
def vehicle_clean(request: HttpRequest, pk: int) -> HttpResponse:
    """A vehicle inside was disinfected."""
    actor = request_actor(request)
    return tapped(
        request,
        _unit_of_vehicle(request, pk),
        lambda: gate.disinfect_vehicle(entry_id=pk, by=actor),
        _("已登记车辆消毒。"),
    )


@require_POST
@needs(Permission.KEEP_GATE)
def vehicle_void(request: HttpRequest, pk: int) -> HttpResponse:
    """A vehicle was registered by mistake."""
    actor = request_actor(request)
    return tapped(
        request,
        _unit_of_vehicle(request, pk),
        lambda: gate.void_vehicle(entry_id=pk, by=actor),
        _("已作废，记录仍保留。"),
    )


@require_POST
@needs(Permission.KEEP_GATE)
def none(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing of a kind happens today."""
    actor, unit = request_actor(request), kept_unit(request, pk)
    kind = request.POST.get("kind", "")
    if kind not in MarkKind.values:
        raise Invalid(_("没有这种事项。"))
    return tapped(
        request,
        unit.pk,
        lambda: gate.mark_none(enterprise=unit, kind=MarkKind(kind), by=actor),
        _("已登记：%(what)s。") % {"what": MarkKind(kind).label},
    )
