"""事件报告: the list for the zone or one enterprise, and the page of one incident with its clock and story."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.obligations.models import Obligation
from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import IncidentState
from pingzhan.domain.premises.models import Incident
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.photos.keeping import photos_of
from pingzhan.foundation.privacy.masks import mask_phone
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.company.firms import firm_for, firms_of
from pingzhan.pages.company.incidents.forms import (
    CloseForm,
    FilterForm,
    FollowForm,
    HandleForm,
    InstructForm,
)
from pingzhan.pages.console.guard import needs_one_of

PAGE = 50
sees_incidents = needs_one_of(*premises.INCIDENT_READERS)
FORMS: dict[str, type[forms.Form]] = {
    "handle": HandleForm,
    "follow": FollowForm,
    "instruct": InstructForm,
    "close": CloseForm,
}


@require_GET
@sees_incidents
def index(request: HttpRequest) -> HttpResponse:
    """Show the incidents of all enterprises the actor looks after, or those of the only one."""
    actor = request_actor(request)
    firms = list(firms_of(actor, *premises.INCIDENT_READERS)[:2])
    return _list(request, actor, firms[0] if len(firms) == 1 else None)


@require_GET
@sees_incidents
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the incidents of one enterprise."""
    unit = firm_for(request, pk, *premises.INCIDENT_READERS)
    return _list(request, request_actor(request), unit)


def _list(request: HttpRequest, actor: Actor, unit: Unit | None) -> HttpResponse:
    visible = premises.incidents_visible_to(actor)
    if unit is not None:
        visible = visible.filter(enterprise=unit)
    params = {key: str(value) for key, value in request.GET.items() if value and key != "page"}
    found = premises.find_incidents(visible, words=params.get("q", "")[:60], state=params.get("state", ""))
    asked = request.GET.get("page", "1")
    at = max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1
    rows = list(found[(at - 1) * PAGE : at * PAGE + 1])
    context: dict[str, Any] = {
        "unit": unit,
        "filters": FilterForm(request.GET or None),
        "rows": rows[:PAGE],
        "count": found.order_by().count(),
        "waiting": visible.filter(state=IncidentState.REPORTED).count(),
        "before": urlencode({**params, "page": at - 1}) if at > 1 else "",
        "after": urlencode({**params, "page": at + 1}) if len(rows) > PAGE else "",
        "keeps": unit is not None and premises.can_keep(actor, unit),
    }
    return render(request, "company/incidents/index.html", context)


def blank(key: str, data: Any = None, files: Any = None) -> forms.Form:
    """Return the form of a step; their fields have ids of their own on the page that shows several."""
    return FORMS[key](data, files, auto_id=f"id_{key}_%s")


def visible(actor: Actor, pk: int) -> Incident:
    """Return an incident the actor may look at. NotFound otherwise."""
    found = premises.incidents_visible_to(actor).select_related("enterprise").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这个事件，或您无权查看。"))
    return found


@require_GET
@sees_incidents
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an incident: its facts, the clock, what is to be done next, and its whole story."""
    actor = request_actor(request)
    return page(request, actor, visible(actor, pk))


def page(
    request: HttpRequest, actor: Actor, row: Incident, refused: dict[str, forms.Form] | None = None
) -> HttpResponse:
    """Answer with the page of an incident; ``refused`` holds a form that was sent and not accepted."""
    steps = list(row.steps.order_by("at", "pk"))
    photos = photos_of(premises.STEP_PHOTOS, [one.pk for one in steps])
    duties = Obligation.objects.filter(
        unit=row.enterprise, demand__evidence="incident", subject_id=row.pk
    ).exclude(state="withdrawn")
    open_ = row.state != IncidentState.CLOSED
    phone = premises.phones([row])[row.pk]
    context: dict[str, Any] = {
        "row": row,
        "unit": row.enterprise,
        "phone": mask_phone(phone) if phone else "",
        "reveals": actor.has(Permission.REVEAL_PERSONAL, row.enterprise.path),
        "in_time": row.reported_at <= row.due_at,
        "steps": [(one, photos.get(one.pk, [])) for one in steps],
        "duties": [
            (one, obligations.title_of(one.demand))
            for one in duties.select_related("demand").order_by("due_at", "pk")
        ],
        "keeps": open_ and premises.can_keep(actor, row.enterprise),
        "handles": open_ and premises.can_handle(actor, row.enterprise),
        "forms": {key: blank(key) for key in FORMS} | (refused or {}),
    }
    return render(request, "company/incidents/incident.html", context, status=422 if refused else 200)
