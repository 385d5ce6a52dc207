"""采样队和实验室: the lists, and one of them to be changed. Number 0 stands for a new one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.screening import api as screening
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import Invalid, NotFound
from pingzhan.pages.console.rounds.forms import LaboratoryForm, TeamForm
from pingzhan.pages.console.rounds.shared import PLANS, SEES, tabs, zone_of


@require_GET
@SEES
def index(request: HttpRequest) -> HttpResponse:
    """Show teams with who of them is there today, and laboratories."""
    actor, zone = request_actor(request), zone_of(request)
    away = {one.team.pk: one.away for one in screening.crews(zone, business_now()[1])}
    teams = screening.teams_visible_to(actor).filter(zone=zone).order_by("-active", "name", "pk")
    context = {
        "zone": zone,
        "tabs": tabs(),
        "tab": "staff",
        "teams": [(one, away.get(one.pk, 0)) for one in teams],
        "laboratories": list(screening.laboratories_visible_to(actor).filter(zone=zone)),
        "plans": screening.can_plan(actor, zone),
    }
    return render(request, "console/rounds/staff.html", context)


@require_http_methods(["GET", "POST"])
@PLANS
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """Register a team (0) or change one."""
    actor = request_actor(request)
    found = screening.teams_visible_to(actor).select_related("zone").filter(pk=pk).first() if pk else None
    if pk and found is None:
        raise NotFound(_("没有这个采样队，或您无权查看。"))
    zone = found.zone if found else zone_of(request)
    form = TeamForm(request.POST if request.method == "POST" else None, initial=TeamForm.start_of(found))
    if request.method == "POST" and form.is_valid():
        data = {**form.cleaned_data, "cooler_tubes": form.cleaned_data["cooler_tubes"] or 0}
        try:
            screening.save_team(zone=zone, data=screening.TeamData(**data), team=found, by=actor)
        except Invalid as error:
            form.add_error(error.place if error.place in form.fields else None, error.message)
        else:
            return _saved(request, zone.pk)
    title = found.name if found else _("登记采样队")
    return _answer(request, {"zone": zone, "form": form, "title": title})


@require_http_methods(["GET", "POST"])
@PLANS
def laboratory(request: HttpRequest, pk: int) -> HttpResponse:
    """Register a laboratory (0) or change one."""
    actor = request_actor(request)
    rows = screening.laboratories_visible_to(actor).select_related("zone")
    found = rows.filter(pk=pk).first() if pk else None
    if pk and found is None:
        raise NotFound(_("没有这个实验室，或您无权查看。"))
    zone = found.zone if found else zone_of(request)
    form = LaboratoryForm(
        request.POST if request.method == "POST" else None, initial=LaboratoryForm.start_of(found)
    )
    if request.method == "POST" and form.is_valid():
        try:
            screening.save_laboratory(
                zone=zone,
                data=screening.LaboratoryData(**form.cleaned_data),
                laboratory=found,
                by=actor,
            )
        except Invalid as error:
            form.add_error(error.place if error.place in form.fields else None, error.message)
        else:
            return _saved(request, zone.pk)
    title = found.name if found else _("登记实验室")
    return _answer(request, {"zone": zone, "form": form, "title": title})


def _saved(request: HttpRequest, zone: int) -> HttpResponse:
    messages.success(request, _("已保存；以后编制的计划按新的情况计算。"))
    return redirect(f"{reverse('rounds:staff')}?zone={zone}")


def _answer(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    form = context["form"]
    context |= {
        "back": f"{reverse('rounds:staff')}?zone={context['zone'].pk}",
        "back_label": _("采样队和实验室"),
    }
    return render(request, "console/rounds/form.html", context, status=422 if form.errors else 200)
