"""Reporting an incident, and every step after it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.models import Incident
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid
from pingzhan.pages.company.firms import firm_for
from pingzhan.pages.company.incidents.forms import ReportForm
from pingzhan.pages.company.incidents.views import FORMS, blank, page, sees_incidents, visible
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs

DONE = {
    "receive": gettext_lazy("已接收，企业能看到。"),
    "handle": gettext_lazy("已登记开始处置。"),
    "follow": gettext_lazy("已续报。"),
    "instruct": gettext_lazy("已发给企业。"),
    "close": gettext_lazy("事件已结束。"),
}


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Report an incident with the facts it must have."""
    actor = request_actor(request)
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    form = ReportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = premises.report_incident(
                enterprise=unit, data=form.data_of(), by=actor, photos=form.cleaned_data["photos"]
            )
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("已报告指挥部值班人员。请保持电话畅通，有变化随时续报。"))
            return redirect("incidents:incident", row.pk)
    within = premises.report_within(unit)
    now = clock.now()
    found_at = min(getattr(form, "cleaned_data", {}).get("found_at") or now, now)
    context = {
        "form": form,
        "firm": unit,
        "title": _("报告突发情况"),
        "minutes": int(within.total_seconds() // 60),
        "due": found_at + within,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "company/incidents/report.html", context, status=status)


@require_POST
@sees_incidents
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Carry out one step; a refusal is shown on the page of the incident."""
    if act not in DONE:
        raise Http404
    actor = request_actor(request)
    row = visible(actor, pk)
    form = blank(act, request.POST, request.FILES) if act in FORMS else None
    if form is not None and not form.is_valid():
        return page(request, actor, row, {act: form})
    try:
        _done(act, row, form.cleaned_data if form is not None else {}, actor)
    except (Invalid, Conflict) as error:
        if form is None:
            raise
        attach(form, error)
        return page(request, actor, row, {act: form})
    messages.success(request, str(DONE[act]))
    return redirect("incidents:incident", row.pk)


def _done(act: str, row: Incident, data: dict[str, Any], by: Actor) -> None:
    if act == "receive":
        premises.receive_incident(incident_id=row.pk, by=by)
    elif act == "handle":
        premises.handle_incident(incident_id=row.pk, note=data["note"], by=by)
    elif act == "close":
        premises.close_incident(incident_id=row.pk, note=data["note"], by=by)
    elif act == "instruct":
        premises.follow_up(incident_id=row.pk, note=data["note"], by=by)
    else:
        premises.follow_up(
            incident_id=row.pk, note=data["note"], isolated=data["isolated"], photos=data["photos"], by=by
        )
