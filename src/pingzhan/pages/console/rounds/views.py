"""核酸检测: the rounds of a zone, and one round with its people, its plans and how far it is."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import OPEN_ROUNDS, WORKING, PlanState, RoundState
from pingzhan.domain.screening.models import PlanVersion, Round, Slot
from pingzhan.foundation.access.actor import request_actor
from pingzhan.pages.console.rounds import couriers, replanning, shown
from pingzhan.pages.console.rounds.forms import PlanForm
from pingzhan.pages.console.rounds.shared import (
    PLAN_TONES,
    ROUND_TONES,
    SEES,
    clock,
    round_for,
    tabs,
    zone_of,
)

PAGE = 30
RECOUNTS = (RoundState.DRAFT, RoundState.PLANNED)
PLANNABLE = (RoundState.DRAFT, RoundState.PLANNED, RoundState.ADOPTED)


@require_GET
@SEES
def index(request: HttpRequest) -> HttpResponse:
    """Show the rounds of a zone, the latest day first."""
    actor, zone = request_actor(request), zone_of(request)
    found = screening.rounds_visible_to(actor).filter(zone=zone)
    page = Paginator(found.order_by("-day", "-number"), PAGE).get_page(request.GET.get("page"))
    rounds = list(page.object_list)
    coverage = screening.coverage_of(rounds)
    _now, today = business_now()
    context: dict[str, Any] = {
        "zone": zone,
        "tabs": tabs(),
        "tab": "index",
        "page": page,
        "rows": [
            (one, ROUND_TONES[RoundState(one.state)], coverage.get(one.pk, screening.Coverage()))
            for one in rounds
        ],
        "query": f"zone={zone.pk}",
        "plans": screening.can_plan(actor, zone),
        "today": [one for one in rounds if one.day == today and one.state in OPEN_ROUNDS],
        "unplanned": sum(
            1 for one in rounds if one.day >= today and one.state in (RoundState.DRAFT, RoundState.PLANNED)
        ),
    }
    return render(request, "console/rounds/index.html", context)


@require_GET
@SEES
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one round; ``v`` is the number of the version to look at."""
    actor = request_actor(request)
    round_ = round_for(actor, pk)
    return render(request, "console/rounds/show.html", _context(request, round_))


@require_GET
@SEES
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the versions anew while one is being computed."""
    round_ = round_for(request_actor(request), pk)
    return render(request, "console/rounds/_versions.html", _versions(request, round_))


@require_GET
@SEES
def sheets(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the printable sheets: one for each enterprise with its slots in force."""
    round_ = round_for(request_actor(request), pk)
    firms: dict[int, list[Slot]] = {}
    for slot in screening.slots_in_force(Slot.objects.filter(round=round_)):
        firms.setdefault(slot.enterprise_id, []).append(slot)
    found = sorted(firms.values(), key=lambda rows: (rows[0].start, rows[0].enterprise_id))
    context = {"round": round_, "sheets": [(rows[0].enterprise, rows) for rows in found]}
    return render(request, "console/rounds/sheets.html", context)


def _versions(request: HttpRequest, round_: Round) -> dict[str, Any]:
    actor = request_actor(request)
    versions = list(
        round_.versions.select_related("base")
        .defer("instance", "plan", "greedy", "base__instance", "base__plan", "base__greedy")
        .order_by("-number")
    )
    return {
        "round": round_,
        "plans": screening.can_plan(actor, round_.zone),
        "working": any(one.state in WORKING for one in versions),
        "versions": [
            (one, PLAN_TONES[PlanState(one.state)], shown.assumed_words(one), _result(one))
            for one in versions
        ],
        "looked": request.GET.get("v", ""),
    }


def _result(version: PlanVersion) -> str:
    return clock(version.score["last_result"]) if version.score else ""


def _context(request: HttpRequest, round_: Round) -> dict[str, Any]:
    actor = request_actor(request)
    plans = screening.can_plan(actor, round_.zone)
    context = _versions(request, round_)
    chosen = _chosen(request, round_)
    demands = screening.demands_of(round_)
    crews = screening.crews(round_.zone, round_.day)
    by_firm = screening.coverage_by_firm(round_)
    context |= {
        "tone": ROUND_TONES[RoundState(round_.state)],
        "coverage": screening.coverage_of([round_]).get(round_.pk, screening.Coverage()),
        "demands": demands,
        "firms": [
            (name, by_firm[firm])
            for firm, name in dict.fromkeys((one.enterprise_id, one.enterprise.name) for one in demands)
            if firm in by_firm
        ],
        "laboratory": screening.laboratory_of(round_),
        "crews": crews,
        "samplers": sum(one.samplers for one in crews),
        "recounts": plans and round_.state in RECOUNTS,
        "plannable": plans and round_.state in PLANNABLE and bool(demands),
        "startable": plans and round_.state == RoundState.ADOPTED,
        "closable": plans and round_.state == RoundState.RUNNING,
        "replannable": plans and replanning.in_force(round_) is not None,
        "cancellable": plans and round_.state in PLANNABLE,
        "form": PlanForm(teams=[one.team for one in crews]),
        "told": round_.state in (RoundState.ADOPTED, RoundState.RUNNING, RoundState.CLOSED),
    }
    if chosen is not None:
        teams, firms = shown.names_of(chosen)
        lines = shown.lines(chosen, teams, firms)
        again = replanning.compared(chosen, teams, firms) if chosen.base_id else None
        routes = shown.routes(chosen, round_.zone, teams, firms)
        fetched = couriers.compared(chosen, teams, firms, routes)
        context["chosen"] = {
            "version": chosen,
            "figures": fetched["figures"] if fetched else shown.figures(chosen),
            "lines": lines,
            "gantt": fetched["gantt"] if fetched else shown.gantt(chosen, teams, firms),
            "routes": routes,
            "route_columns": couriers.team_columns() if fetched else shown.route_columns(),
            "route_rows": shown.route_rows(lines),
            "routes_label": _("第 %(n)d 版：各采样队的路线") % {"n": chosen.number},
            "columns": couriers.columns() if fetched else shown.columns(),
            "rows": fetched["rows"] if fetched else shown.rows(lines),
            "assumed": shown.assumed_words(chosen),
            "adoptable": plans
            and chosen.state == PlanState.READY
            and not chosen.what_if
            and round_.state in (replanning.REPLANS if again else (RoundState.PLANNED, RoundState.ADOPTED))
            and not (round_.counted_at and chosen.created_at < round_.counted_at)
            and not (again and again["outdated"]),
            "again": again,
            "fetched": fetched,
            "firms": len({one.firm for one in lines}),
            "label": (
                _("第 %(n)d 版：各采样队和送样员一天的安排")
                if fetched
                else _("第 %(n)d 版：各采样队一天的安排")
            )
            % {"n": chosen.number},
        }
    return context


def _chosen(request: HttpRequest, round_: Round) -> PlanVersion | None:
    """Return the version asked for, else the one in force, else the newest that can be looked at."""
    found = round_.versions.filter(plan__isnull=False).select_related("round", "base__round")
    asked = request.GET.get("v", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 6:
        return found.filter(number=int(asked)).first()
    return (
        found.filter(state=PlanState.ADOPTED).first()
        or found.filter(state=PlanState.READY, what_if={}).order_by("-number").first()
        or found.order_by("-number").first()
    )
