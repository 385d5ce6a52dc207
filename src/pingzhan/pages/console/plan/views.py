"""园区平面图: a picture with its table, the import of a drawing, the editor of single plots, the versions."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.command import api as command
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import EnterpriseStatus, RiskClass, UnitKind
from pingzhan.domain.territory.models import Enterprise, ParkPlan, Unit
from pingzhan.foundation.access.actor import request_actor, require, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.owed import owed_look
from pingzhan.pages.console.plan.forms import ImportForm, OutlineForm, PickForm
from pingzhan.pages.console.wording import level_word
from pingzhan.pages.console.zones import zone_for

RISK_TONES = {RiskClass.HIGH: "bad", RiskClass.MEDIUM: "warn", RiskClass.LOW: "ok"}
PLAIN = {"ensure_ascii": False}
MAX_FAULTS = 200
"""Faults of a file that are listed; all are counted."""


@require_GET
@needs(Permission.VIEW_ENTERPRISES)
def index(request: HttpRequest) -> HttpResponse:
    """Show the plan with what this person may see of it, coloured by posture or by risk class."""
    actor = request_actor(request)
    zone = zone_for(request, Permission.VIEW_ENTERPRISES)
    plan = territory.plan_of(zone)
    by = request.GET.get("by", "")
    may_count = actor.has(Permission.VIEW_LEDGERS)
    if by != "risk" and not (by == "compliance" and may_count):
        by = "posture"
    units = list(
        Unit.objects.filter(
            within("path", actor.paths(Permission.VIEW_ENTERPRISES)),
            path__startswith=zone.path,
            kind=UnitKind.ENTERPRISE,
        )
        .select_related("parent")
        .order_by("code")
    )
    files = {file.pk: file for file in Enterprise.objects.filter(pk__in=[unit.pk for unit in units])}
    postures = command.posture_of([unit.pk for unit in units])
    states = (
        obligations.unit_states([unit.pk for unit in units if obligations.can_see(actor, unit)])
        if by == "compliance"
        else {}
    )
    rows = [_row(unit, files.get(unit.pk), postures[unit.pk], by) for unit in units]
    for row, unit in zip(rows, units, strict=True):
        if by == "compliance":
            row["tone"], row["word"] = owed_look(states.get(unit.pk))
    areas = set(
        Unit.objects.filter(path__startswith=zone.path, kind=UnitKind.AREA).values_list("code", flat=True)
    )
    features = territory.shown_features(plan, areas | {unit.code for unit in units})
    drawn = {row["code"] for row in rows} & {told.get("code") for told in map(_told, features)}
    for row in rows:
        row["drawn"] = row["code"] in drawn
    context = {
        "zone": zone,
        "plan": plan,
        "by": by,
        "rows": rows,
        "chart": _chart(zone, features, rows) if features else None,
        "undrawn": len(rows) - len(drawn),
        "may_count": may_count,
        "may_edit": actor.has(Permission.EDIT_TERRITORY, zone.path),
    }
    return render(request, "console/plan/index.html", context)


def _row(unit: Unit, file: Enterprise | None, posture: command.UnitPosture, by: str) -> dict[str, Any]:
    emergency = posture.level is not None
    risk = RiskClass(file.risk) if file else None
    tone = ("bad" if emergency else "ok") if by == "posture" else (RISK_TONES[risk] if risk else "idle")
    posture_word = level_word(posture.level)
    risk_word = _("%(risk)s风险") % {"risk": risk.label} if risk else _("没有档案")
    return {
        "pk": unit.pk if file else None,
        "code": unit.code,
        "name": unit.name,
        "area": unit.parent.name if unit.parent else "",
        "emergency": emergency,
        "posture": posture_word,
        "risk": risk_word,
        "risk_state": RISK_TONES[risk] if risk else "idle",
        "closed": file is not None and file.status == EnterpriseStatus.CLOSED,
        "tone": tone,
        "word": posture_word if by == "posture" else risk_word,
    }


def _told(feature: dict[str, Any]) -> dict[str, Any]:
    told = feature.get("properties")
    return told if isinstance(told, dict) else {}


def _chart(zone: Unit, features: list[dict[str, Any]], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the data of web/src/charts/plan.ts. A plot is found by its code, since names may be alike."""
    shapes = []
    for one in features:
        told = _told(one)
        code = str(told.get("code") or "")
        shapes.append({**one, "properties": {"name": code or str(told.get("name", ""))}})
    return {
        "name": f"plan-{zone.pk}",
        "geo": {"type": "FeatureCollection", "features": shapes},
        "regions": [
            {"name": row["code"], "label": row["name"], "tone": row["tone"], "word": row["word"]}
            for row in rows
        ],
    }


def _zone_to_edit(request: HttpRequest) -> Unit:
    zone = zone_for(request, Permission.EDIT_TERRITORY)
    require(request_actor(request), Permission.EDIT_TERRITORY, zone.path)
    return zone


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_TERRITORY)
def import_file(request: HttpRequest) -> HttpResponse:
    """Take a drawing in. Features that do not fit are named; nothing is stored unless that is wanted."""
    actor = request_actor(request)
    zone = _zone_to_edit(request)
    posting = request.method == "POST"
    form = ImportForm(request.POST if posting else None, request.FILES if posting else None)
    faults: list[territory.Fault] = []
    good = 0
    if posting and form.is_valid():
        try:
            plan, faults = territory.sort_plan(zone, form.cleaned_data["file"])
            good = len(plan["features"]) if plan else 0
            if plan is not None and (not faults or form.cleaned_data["partial"]):
                stored = territory.import_plan(
                    zone=zone, geojson=plan, by=actor, note=form.file_name, refused=len(faults)
                )
                words = _("平面图已存为第 %(n)d 版：导入 %(good)d 个图形，拒收 %(bad)d 个。")
                told = words % {"n": stored.n, "good": good, "bad": len(faults)}
                (messages.warning if faults else messages.success)(request, told)
                return redirect(f"{reverse('plan:index')}?{urlencode({'zone': zone.pk})}")
        except (Invalid, Conflict) as error:
            form.add_error("file", f"{error.place} {error.message}{error.hint}".strip())
    context = {
        "zone": zone,
        "form": form,
        "faults": faults[:MAX_FAULTS],
        "bad": len(faults),
        "good": good,
    }
    return render(request, "console/plan/import.html", context, status=422 if posting else 200)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_TERRITORY)
def edit(request: HttpRequest) -> HttpResponse:
    """Draw, move or remove the plot of one unit: by dragging its corners, by keys, or as coordinates."""
    zone = _zone_to_edit(request)
    plan = territory.plan_of(zone)
    pick = PickForm({"unit": request.GET.get("unit", "")} if request.GET.get("unit") else None, zone=zone)
    unit: Unit | None = pick.cleaned_data["unit"] if pick.is_bound and pick.is_valid() else None
    form: OutlineForm | None = None
    status = 200
    if unit is not None:
        points = territory.outline_of(plan, unit.code)
        initial = {"points": _lines(points), "base": plan.n if plan else 0}
        form = OutlineForm(request.POST if request.method == "POST" else None, initial=initial)
        if request.method == "POST":
            answer = _save(request, zone, unit, form)
            if answer is not None:
                return answer
            status = 422
    elif request.method == "POST":
        raise NotFound(_("没有这个单位。"))
    context = {
        "zone": zone,
        "pick": pick,
        "unit": unit,
        "form": form,
        "backdrop": _backdrop(plan, unit) if unit else [],
    }
    return render(request, "console/plan/edit.html", context, status=status)


def _save(request: HttpRequest, zone: Unit, unit: Unit, form: OutlineForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        plan, over = territory.set_outline(
            unit=unit,
            zone=zone,
            points=form.cleaned_data["points"],
            base=form.cleaned_data["base"],
            by=request_actor(request),
        )
    except (Invalid, Conflict) as error:
        form.add_error("points", f"{error.message}{error.hint}")
        return None
    messages.success(request, _("平面图已存为第 %(n)d 版。") % {"n": plan.n})
    if over:
        messages.warning(request, _("与这些地块重叠：%(names)s。") % {"names": "、".join(over[:10])})
    return redirect(f"{reverse('plan:edit')}?{urlencode({'zone': zone.pk, 'unit': unit.pk})}")


def _lines(points: list[tuple[float, float]]) -> str:
    return "\n".join(f"{x:g} {y:g}" for x, y in points)


def _backdrop(plan: ParkPlan | None, unit: Unit) -> list[dict[str, Any]]:
    """Return the other outlines, so that the plot is drawn among its neighbours."""
    found = []
    for one in plan.geojson["features"] if plan else ():
        told = _told(one)
        if told.get("code") != unit.code and one["geometry"]["type"] == "Polygon":
            found.append(
                {
                    "name": str(told.get("name") or ""),
                    "area": told.get("kind") == "area",
                    "ring": one["geometry"]["coordinates"][0],
                }
            )
    return found


@require_GET
@needs(Permission.EDIT_TERRITORY)
def versions(request: HttpRequest) -> HttpResponse:
    """Show the versions of the plan, the one in force first."""
    zone = _zone_to_edit(request)
    plan = territory.plan_of(zone)
    context = {"zone": zone, "plan": plan, "versions": territory.plan_versions(zone)}
    return render(request, "console/plan/versions.html", context)


@require_POST
@needs(Permission.EDIT_TERRITORY)
def restore(request: HttpRequest) -> HttpResponse:
    """Put a former version in force again."""
    zone = _zone_to_edit(request)
    asked, base = request.POST.get("version", ""), request.POST.get("base", "")
    if not (asked.isdecimal() and base.isdecimal()):
        raise NotFound(_("没有这一版平面图。"))
    plan = territory.restore_plan(zone=zone, version=int(asked), base=int(base), by=request_actor(request))
    messages.success(request, _("平面图已存为第 %(n)d 版。") % {"n": plan.n})
    return redirect(f"{reverse('plan:versions')}?{urlencode({'zone': zone.pk})}")


@require_GET
@needs(Permission.VIEW_ENTERPRISES)
def download(request: HttpRequest) -> HttpResponse:
    """Hand out the plan as GeoJSON: what this person may see of it."""
    actor = request_actor(request)
    zone = zone_for(request, Permission.VIEW_ENTERPRISES)
    plan = territory.plan_of(zone)
    if plan is None:
        raise NotFound(_("还没有平面图。"))
    if actor.has(Permission.VIEW_ENTERPRISES, zone.path):
        features = plan.geojson["features"]
    else:
        seen = Unit.objects.filter(within("path", actor.paths(Permission.VIEW_ENTERPRISES)))
        features = territory.shown_features(plan, set(seen.values_list("code", flat=True)))
    answer = JsonResponse({"type": "FeatureCollection", "features": features}, json_dumps_params=PLAIN)
    answer.headers["Content-Type"] = "application/geo+json"
    answer.headers["Content-Disposition"] = f'attachment; filename="plan-{zone.code}-{plan.n}.geojson"'
    return answer
