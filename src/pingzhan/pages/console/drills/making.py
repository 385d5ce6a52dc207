"""Preparing a drill and its script."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.models import Drill
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.models import Group
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound, Refused
from pingzhan.pages.console.drills.forms import DrillForm, InjectForm
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.zones import zone_for


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_DRILLS)
def new(request: HttpRequest) -> HttpResponse:
    """Prepare a drill."""
    actor = request_actor(request)
    zone = zone_for(request, Permission.MANAGE_DRILLS)
    form = DrillForm(
        request.POST if request.method == "POST" else None, zone=zone, units=units_of(actor, zone)
    )
    if form.is_valid():
        try:
            made = drills.prepare_drill(unit=form.cleaned_data["unit"], data=_data(form), by=actor)
        except DomainError as error:
            return _failed(request, form, error, "console/drills/form.html", {"zone": zone})
        messages.success(request, _("已准备，请编写注入情况。"))
        return redirect("drills:detail", made.pk)
    return render(
        request,
        "console/drills/form.html",
        {"form": form, "zone": zone},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_DRILLS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a drill that has not begun."""
    actor = request_actor(request)
    drill = _own(actor, pk)
    initial = {
        "title": drill.title,
        "unit": drill.unit_id,
        "level": drill.level,
        "scenario": drill.scenario,
        "planned_at": drill.planned_at,
        "blind": drill.blind,
        "leader": drill.leader_id,
        "evaluator": drill.evaluator_id,
        "controllers": [one.pk for one in drill.controllers.all()],
    }
    form = DrillForm(
        request.POST if request.method == "POST" else None,
        zone=drill.zone,
        units=Unit.objects.filter(pk=drill.unit_id),
        initial=initial,
    )
    context = {"zone": drill.zone, "drill": drill}
    if form.is_valid():
        try:
            drills.change_drill(drill_id=drill.pk, data=_data(form), by=actor)
        except DomainError as error:
            return _failed(request, form, error, "console/drills/form.html", context)
        messages.success(request, _("已保存。"))
        return redirect("drills:detail", drill.pk)
    return render(
        request, "console/drills/form.html", {"form": form, **context}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_DRILLS)
def inject(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a situation to the script."""
    actor = request_actor(request)
    drill = _own(actor, pk)
    form = InjectForm(request.POST if request.method == "POST" else None, targets=targets_of(drill.zone))
    context = {"drill": drill}
    if form.is_valid():
        data = form.cleaned_data
        kind, _colon, code = data.pop("to").partition(":")
        try:
            drills.add_inject(
                drill_id=drill.pk, data=drills.InjectData(target=kind, code=code, **data), by=actor
            )
        except DomainError as error:
            return _failed(request, form, error, "console/drills/inject.html", context)
        messages.success(request, _("已写入脚本。"))
        return redirect("drills:detail", drill.pk)
    return render(
        request, "console/drills/inject.html", {"form": form, **context}, status=422 if form.errors else 200
    )


def units_of(actor: Actor, zone: Unit) -> Any:
    """Return the scopes a drill may have: zone, areas and enterprises where the actor may prepare drills."""
    return Unit.objects.filter(
        within("path", actor.paths(Permission.MANAGE_DRILLS)),
        path__startswith=zone.path,
        kind__in=[UnitKind.ZONE, UnitKind.AREA, UnitKind.ENTERPRISE],
    ).order_by("path")


def targets_of(zone: Unit) -> list[tuple[str, str]]:
    """Return the groups and posts of the published structure as (key, words)."""
    version = organisation.published_version(zone.pk)
    found: list[tuple[str, str]] = []
    for group in Group.objects.filter(version=version).order_by("sort", "pk").prefetch_related("posts"):
        found.append((f"group:{group.code}", organisation.short_group(group.name)))
        found += [(f"post:{post.code}", f"\u3000{post.name}") for post in group.posts.all()]
    return found


def _own(actor: Actor, pk: int) -> Drill:
    drill = drills.find(actor, pk)
    if not drills.can_direct(actor, drill):
        raise Refused(_("只有导调人员可以办理这一步。"), code="not_controller")
    if drill.ended_at is not None or drill.state == "cancelled":
        raise NotFound(_("演练已结束，不能再修改脚本。"))
    return drill


def _data(form: DrillForm) -> drills.DrillData:
    data = form.cleaned_data
    leader, evaluator = data["leader"], data["evaluator"]
    return drills.DrillData(
        title=data["title"],
        level=data["level"],
        scenario=data["scenario"],
        blind=data["blind"],
        planned_at=data["planned_at"],
        leader=leader.pk if leader else None,
        evaluator=evaluator.pk if evaluator else None,
        controllers=[one.pk for one in data["controllers"]],
    )


def _failed(
    request: HttpRequest, form: Any, error: DomainError, template: str, context: dict[str, Any]
) -> HttpResponse:
    form.add_error(None, error.message + error.hint)
    return render(request, template, {"form": form, **context}, status=error.status)
