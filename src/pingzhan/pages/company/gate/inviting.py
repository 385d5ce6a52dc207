"""Appointments of an enterprise, and the pass of one of them with its code to scan."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.gate import api as gate
from pingzhan.domain.gate.enums import AppointmentState
from pingzhan.domain.gate.models import Appointment
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.company.gate.entering import kept_unit
from pingzhan.pages.company.gate.forms import AppointmentForm
from pingzhan.pages.company.gate.views import sees_gate
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs

PAGE = 50


@require_http_methods(["GET", "POST"])
@sees_gate
def appointments(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who is expected, and invite somebody."""
    actor = request_actor(request)
    unit = one_of(gate.gate_firms(actor), pk)
    keeps = gate.can_keep_gate(actor, unit)
    form = AppointmentForm(request.POST or None, initial=AppointmentForm.usual())
    if request.method == "POST":
        unit = kept_unit(request, pk)
        if form.is_valid():
            try:
                made = gate.invite(enterprise=unit, invitation=form.invitation(), by=actor)
            except (Invalid, Conflict) as error:
                attach(form, error)
            else:
                return redirect("gate:appointment", pk=made.pk)
    coming = gate.expected(gate.appointments_visible_to(actor).filter(enterprise=unit), clock.now())
    context: dict[str, Any] = {
        "unit": unit,
        "rows": gate.entries(coming[:PAGE]),
        "form": form if keeps else None,
        "decides": gate.can_keep(actor, unit),
    }
    return render(request, "company/gate/appointments.html", context, status=422 if form.errors else 200)


def _visible(actor: Actor, pk: int) -> Appointment:
    found = gate.appointments_visible_to(actor).select_related("enterprise").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这个预约，或您无权查看。"))
    return found


@require_GET
@sees_gate
def appointment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one appointment, with the pass to send to the visitor."""
    actor = request_actor(request)
    found = _visible(actor, pk)
    usable = found.state == AppointmentState.APPROVED and found.t1 > clock.now()
    path = reverse("visitor_pass", args=[gate.pass_token(found)])
    (entry,) = gate.entries([found])
    context: dict[str, Any] = {
        "entry": entry,
        "row": found,
        "unit": found.enterprise,
        "usable": usable,
        "link": settings.PUBLIC_URL + path,
        "qr": segno.make(settings.PUBLIC_URL + path, error="m").svg_data_uri(scale=5, border=2)
        if usable
        else "",
        "keeps": gate.can_keep_gate(actor, found.enterprise),
        "decides": gate.can_keep(actor, found.enterprise),
        "open": found.state in (AppointmentState.PENDING, AppointmentState.APPROVED),
        "reveals": actor.has(Permission.REVEAL_PERSONAL, found.enterprise.path),
    }
    return render(request, "company/gate/appointment.html", context)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or decline an appointment that waits."""
    approve = request.POST.get("approve") == "yes"
    try:
        gate.decide(appointment_id=pk, approve=approve, by=request_actor(request))
    except Conflict as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("已批准预约。") if approve else _("没有批准这个预约。"))
    return redirect("gate:appointment", pk=pk)


@require_POST
@needs(Permission.KEEP_GATE)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel an appointment."""
    try:
        gate.cancel(appointment_id=pk, by=request_actor(request))
    except Conflict as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("已取消预约。"))
    return redirect("gate:appointment", pk=pk)
