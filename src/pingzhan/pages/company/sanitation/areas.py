"""The areas of an enterprise and their plans."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.models import Area
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.company.sanitation.entering import refuse_readers
from pingzhan.pages.company.sanitation.forms import AreaForm
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs


def _agent_words(area: Area) -> str:
    if area.strength is None:
        return str(area.get_agent_display())
    return f"{area.get_agent_display()} {sanitation.amount(area.agent, area.strength)}"


def _times(times: list[Any]) -> str:
    return "、".join(f"{one:%H:%M}" for one in times)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def index(request: HttpRequest, pk: int) -> HttpResponse:
    """List the areas in use with their plans."""
    actor = request_actor(request)
    unit = one_of(sanitation.firms_visible_to(actor), pk)
    areas = list(
        sanitation.areas_visible_to(actor)
        .filter(enterprise=unit, retired_at__isnull=True)
        .select_related("site")
    )
    context: dict[str, Any] = {
        "title": _("消杀区域"),
        "firm": unit,
        "tab": "areas",
        "areas": [(one, _agent_words(one), _times(one.own_times), _times(one.air_times)) for one in areas],
        "keeps": sanitation.can_keep(actor, unit),
    }
    return render(request, "company/sanitation/areas.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Register an area."""
    actor = request_actor(request)
    unit = one_of(sanitation.firms_visible_to(actor), pk)
    refuse_readers(actor, unit)
    form = AreaForm(request.POST if request.method == "POST" else None, unit=unit)
    if request.method == "POST" and form.is_valid():
        try:
            area = sanitation.add_area(enterprise=unit, data=form.data_of(), by=actor)
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("已登记区域：%(name)s。") % {"name": area.name})
            return redirect("sanitation:areas", unit.pk)
    return _form(request, unit, form, None)


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an area and its plan."""
    actor = request_actor(request)
    area = _visible(actor, pk)
    refuse_readers(actor, area.enterprise)
    form = AreaForm(request.POST if request.method == "POST" else None, unit=area.enterprise, area=area)
    if request.method == "POST" and form.is_valid():
        try:
            sanitation.change_area(area_id=area.pk, data=form.data_of(), by=actor)
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("sanitation:areas", area.enterprise_id)
    return _form(request, area.enterprise, form, area)


def _form(request: HttpRequest, unit: Unit, form: AreaForm, area: Area | None) -> HttpResponse:
    context: dict[str, Any] = {
        "title": area.name if area is not None else _("登记区域"),
        "firm": unit,
        "area": area,
        "form": form,
    }
    return render(request, "company/sanitation/area.html", context, status=422 if form.errors else 200)


def _visible(actor: Actor, pk: int) -> Area:
    found = sanitation.areas_visible_to(actor).select_related("enterprise", "site").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这个区域，或您无权查看。"))
    return found


@require_POST
@needs(Permission.KEEP_LEDGERS)
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Expect nothing of an area any more."""
    actor = request_actor(request)
    area = _visible(actor, pk)
    refuse_readers(actor, area.enterprise)
    sanitation.retire_area(area_id=area.pk, by=actor)
    messages.success(request, _("已停用区域：%(name)s。") % {"name": area.name})
    return redirect("sanitation:areas", area.enterprise_id)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Register an area for each site of the enterprise that has none."""
    actor = request_actor(request)
    unit = one_of(sanitation.firms_visible_to(actor), pk)
    refuse_readers(actor, unit)
    made = sanitation.propose_areas(enterprise=unit, by=actor)
    words = ngettext("已按场所登记 %(n)d 个区域，请核对。", "已按场所登记 %(n)d 个区域，请核对。", made) % {
        "n": made
    }
    messages.success(request, words if made else _("各场所都已登记区域。"))
    return redirect("sanitation:areas", unit.pk)
