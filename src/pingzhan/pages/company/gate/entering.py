"""Somebody stands at the gate: the two forms of the guard."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pingzhan.domain.gate import api as gate
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.company.gate.forms import VehicleForm, VisitorForm
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs


def kept_unit(request: HttpRequest, pk: int) -> Unit:
    """Return an enterprise whose gate the actor keeps. NotFound when he may not see it, else Refused."""
    actor = request_actor(request)
    unit = one_of(gate.gate_firms(actor), pk)
    if not gate.can_keep_gate(actor, unit):
        raise Refused(
            _("您不能在这家企业的门岗登记。"), hint=_("请由门岗或企业联系人登记。"), code="refused_scope"
        )
    return unit


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_GATE)
def visitor(request: HttpRequest, pk: int) -> HttpResponse:
    """Register a visitor; a refusal by the rules is shown large, with what to do, and the input kept."""
    actor, unit = request_actor(request), kept_unit(request, pk)
    closure, standard = gate.open_closure(unit), gate.standard_of(unit)
    form = VisitorForm(
        request.POST or None,
        standard=standard,
        closed=closure is not None,
        initial={"code": request.GET.get("code", "")[:10], "host": ""},
    )
    refusal = None
    if form.is_valid():
        try:
            done = gate.admit_visitor(enterprise=unit, arrival=form.arrival(), by=actor)
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            if done.visit is not None:
                messages.success(request, _("已登记进入，请放行。"))
                return redirect("gate:firm", pk=unit.pk)
            refusal = done.refusal
    return _page(
        request, "company/gate/visitor.html", form, refusal, unit=unit, closure=closure, standard=standard
    )


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_GATE)
def vehicle(request: HttpRequest, pk: int) -> HttpResponse:
    """Register a vehicle; the plates of the last days need one tap."""
    actor, unit = request_actor(request), kept_unit(request, pk)
    form = VehicleForm(request.POST or None)
    refusal = None
    if form.is_valid():
        try:
            done = gate.admit_vehicle(enterprise=unit, truck=form.truck(), by=actor)
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            if done.entry is not None:
                messages.success(request, _("%(plate)s 已登记进入，请放行。") % {"plate": done.entry.plate})
                return redirect("gate:firm", pk=unit.pk)
            refusal = done.refusal
    return _page(
        request,
        "company/gate/vehicle.html",
        form,
        refusal,
        unit=unit,
        closure=gate.open_closure(unit),
        plates=gate.recent_plates(unit),
    )


def _page(
    request: HttpRequest, template: str, form: forms.Form, refusal: gate.Refusal | None, **more: Any
) -> HttpResponse:
    refused = refusal is not None or bool(form.errors)
    return render(
        request, template, {"form": form, "refusal": refusal, **more}, status=422 if refused else 200
    )
