"""Coverage both ways: enterprises by who answers for them, officials by what they answer for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.domain.frontline import api as frontline
from pingzhan.domain.frontline.enums import Cover
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import RiskClass, UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.ui.rows import Column, badge, table
from pingzhan.kernel.errors import DomainError, NotFound, Refused
from pingzhan.pages.console.frontline.forms import EnterpriseForm, FirmFilter, OfficialFilter
from pingzhan.pages.console.frontline.shared import (
    COVER_STATES,
    PAGE,
    may_assign,
    tabs,
    way,
    zone_to_assign,
    zone_to_see,
)

NAMES = 6
"""Enterprises named in the row of an official."""


def _query(request: HttpRequest) -> str:
    return urlencode({key: value for key, value in request.GET.items() if key != "page" and value})


@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show the enterprises, the worst covered first; with htmx only the table."""
    zone = zone_to_see(request)
    actor = request_actor(request)
    assigns = may_assign(actor, zone)
    found = frontline.firm_list(frontline.firms_visible_to(actor), zone, request.GET.dict())
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "zone": zone,
        "page": page,
        "rows": page.object_list,
        "table": firm_table(list(page.object_list), assigns=assigns),
        "query": _query(request),
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "console/frontline/_firms.html", context)
    areas = Unit.objects.filter(path__startswith=zone.path, kind=UnitKind.AREA).order_by("code")
    context |= {
        "tabs": tabs(),
        "tab": "index",
        "coverage": frontline.coverage(zone),
        "filters": FirmFilter(request.GET or None, areas=areas),
        "assigns": assigns,
    }
    return render(request, "console/frontline/index.html", context)


def firm_table(rows: Sequence[Any], *, assigns: bool) -> SafeString:
    """Return head and body of the enterprises with who answers for them."""
    columns = [
        Column(_("企业"), head=True),
        Column(_("片区")),
        Column(_("职工人数"), "num"),
        Column(_("风险等级")),
        Column(_("责任情况")),
        Column(_("包企责任人")),
        Column(_("替补")),
        *([Column(_("办理"))] if assigns else []),
    ]
    return table(columns, _firm_cells(rows, assigns=assigns))


def _firm_cells(rows: Sequence[Any], *, assigns: bool) -> Iterator[list[str]]:
    risks = {value: str(label) for value, label in RiskClass.choices}
    covers = {value: str(label) for value, label in Cover.choices}
    address = reverse("frontline:enterprise", args=[0]).replace("0", "%d")
    change, away = _("安排"), _("离岗")
    risk_states = {RiskClass.HIGH: "bad", RiskClass.MEDIUM: "warn", RiskClass.LOW: "ok"}
    for unit in rows:
        held = list(unit.responsibilities.all())
        names = [
            format_html("{} {}", one.person.name, badge("warn", away)) if one.away else one.person.name
            for one in held
        ]
        first = [name for name, one in zip(names, held, strict=True) if one.rank == 0]
        others = [name for name, one in zip(names, held, strict=True) if one.rank]
        file = getattr(unit, "enterprise", None)
        risk = RiskClass(file.risk) if file is not None else RiskClass.LOW
        cover = unit.cover
        cells = [
            format_html('{} <span class="muted nowrap">{}</span>', unit.name, unit.code),
            unit.parent.name if unit.parent else "",
            str(unit.headcount),
            badge(risk_states[risk], risks[risk]),
            badge(COVER_STATES[cover], covers[cover]),
            first[0] if first else "",
            SafeString(format_html_list(others)),
        ]
        if assigns:
            cells.append(format_html('<a class="btn btn-sm" href="{}">{}</a>', address % unit.pk, change))
        yield cells


def format_html_list(parts: Sequence[str]) -> str:
    """Return parts joined by the list mark, each escaped unless it is safe."""
    mark = _("、")
    return "".join(str(format_html("{}{}", mark if n else "", part)) for n, part in enumerate(parts))


@require_GET
@login_required
def officials(request: HttpRequest) -> HttpResponse:
    """Show the officials by load; with htmx only the table."""
    zone = zone_to_see(request)
    page = Paginator(frontline.official_list(zone, request.GET.dict()), PAGE).get_page(
        request.GET.get("page")
    )
    people = list(page.object_list)
    context: dict[str, Any] = {
        "zone": zone,
        "page": page,
        "rows": people,
        "table": official_table(people, frontline.spreads(zone, people)),
        "query": _query(request),
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "console/frontline/_officials.html", context)
    context |= {
        "tabs": tabs(),
        "tab": "officials",
        "coverage": frontline.coverage(zone),
        "filters": OfficialFilter(request.GET or None),
        "assigns": may_assign(request_actor(request), zone),
    }
    return render(request, "console/frontline/officials.html", context)


def official_table(rows: Sequence[Any], spread: dict[int, frontline.Spread]) -> SafeString:
    """Return head and body of the officials with what they answer for."""
    columns = [
        Column(_("姓名"), head=True),
        Column(_("职务")),
        Column(_("主责企业"), "num"),
        Column(_("替补企业"), "num"),
        Column(_("职工人数"), "num"),
        Column(_("折算人数"), "num"),
        Column(_("最远相距"), "num"),
        Column(_("企业")),
    ]
    return table(columns, _official_cells(rows, spread))


def _official_cells(rows: Sequence[Any], spread: dict[int, frontline.Spread]) -> Iterator[list[str]]:
    away, nothing = badge("warn", _("离岗")), badge("idle", _("未包保"))
    for one in rows:
        mine = spread.get(one.pk)
        names = _("、").join(mine.names[:NAMES]) if mine else ""
        if mine and len(mine.names) > NAMES:
            names = _("%(names)s等") % {"names": names}
        load = str(one.load) if one.firms else ""
        yield [
            format_html("{} {}", one.name, away) if one.away else one.name,
            one.title,
            str(one.firms),
            str(one.seconds),
            str(one.heads) if one.firms else "",
            load,
            way(mine.metres) if mine else "",
            names or nothing,
        ]


@require_GET
@login_required
def plan(request: HttpRequest) -> HttpResponse:
    """Show the park plan, each plot with who answers for it, red where nobody does."""
    zone = zone_to_see(request)
    firms = list(frontline.firm_list(frontline.firms_visible_to(request_actor(request)), zone, {}))
    drawing = territory.plan_of(zone)
    covers = {value: str(label) for value, label in Cover.choices}
    regions = []
    for unit in firms:
        first = next((one.person.name for one in unit.responsibilities.all() if one.rank == 0), "")
        cover = unit.cover
        regions.append(
            {
                "name": unit.code,
                "label": unit.name,
                "tone": COVER_STATES[cover],
                "word": first or covers[cover],
            }
        )
    codes = {unit.code for unit in firms} | set(
        Unit.objects.filter(path__startswith=zone.path, kind=UnitKind.AREA).values_list("code", flat=True)
    )
    shapes = []
    for one in territory.shown_features(drawing, codes):
        told: Any = one.get("properties") or {}
        shapes.append({**one, "properties": {"name": str(told.get("code") or told.get("name", ""))}})
    chart = {
        "name": f"front-{zone.pk}",
        "geo": {"type": "FeatureCollection", "features": shapes},
        "regions": regions,
    }
    context = {
        "zone": zone,
        "tabs": tabs(),
        "tab": "map",
        "chart": chart if shapes else None,
        "rows": firms,
        "table": firm_table(firms, assigns=False),
    }
    return render(request, "console/frontline/map.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def enterprise(request: HttpRequest, pk: int) -> HttpResponse:
    """Set who answers for one enterprise, and who stands in."""
    zone = zone_to_assign(request)
    unit = (
        frontline.firms_visible_to(request_actor(request))
        .filter(pk=pk, path__startswith=zone.path)
        .select_related("parent")
        .first()
    )
    if unit is None:
        raise NotFound(_("没有这家企业，或您无权查看。"))
    held = frontline.holders(unit)
    people = frontline.officials_of(zone).order_by("sort_key", "name", "pk")
    form = EnterpriseForm(request.POST or None, people=people, held=held)
    if request.method == "POST" and form.is_valid():
        try:
            frontline.adopt(zone=zone, lines=form.changes(unit.pk), by=request_actor(request))
        except Refused:
            raise
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            messages.success(request, _("已安排%(name)s的责任人，有关人员已收到通知。") % {"name": unit.name})
            return redirect("frontline:index")
    status = 422 if request.method == "POST" else 200
    return render(
        request,
        "console/frontline/enterprise.html",
        {"zone": zone, "unit": unit, "form": form},
        status=status,
    )
