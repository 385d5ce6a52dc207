"""How far a round is by enterprise, team and key group, and the list of those who were not swabbed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import RoundState
from pingzhan.domain.screening.models import Round
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.console.rounds.shared import ROUND_TONES, SEES, round_for

PAGE = 50
CHARTED = 15
"""Enterprises in the chart: those of which most are missing."""
MOST_DIGITS = 18


@require_GET
@SEES
def coverage(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who was due and swabbed, by enterprise and key group, those of which most are missing first."""
    round_ = round_for(request_actor(request), pk)
    lines = screening.firm_lines(round_)
    names = dict(Unit.objects.filter(pk__in=[one.pk for one in lines]).values_list("pk", "name"))
    page = Paginator([(names.get(one.pk, ""), one) for one in lines], PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "round": round_,
        "tone": ROUND_TONES[RoundState(round_.state)],
        "page": page,
        "due": sum(one.due for one in lines),
        "tested": sum(one.tested for one in lines),
        "missed": sum(one.missed for one in lines),
        "conflicts": sum(one.conflicts for one in lines),
        "groups": screening.group_lines(round_),
        "reasons": screening.exempt_reasons(round_),
        **_chart([(names.get(one.pk, ""), one) for one in lines[:CHARTED]]),
    }
    return render(request, "console/rounds/coverage.html", context)


def _chart(lines: list[tuple[str, screening.CoverLine]]) -> dict[str, Any]:
    return {
        "bars": {
            "categories": [name for name, _one in lines],
            "stacked": True,
            "series": [
                {"name": _("已采"), "data": [one.tested for _name, one in lines], "tone": "ok"},
                {"name": _("未采"), "data": [one.missed for _name, one in lines], "tone": "bad"},
            ],
        },
        "bars_columns": [_("企业"), _("应采"), _("已采"), _("未采")],
        "bars_rows": [[name, one.due, one.tested, one.missed] for name, one in lines],
    }


@require_GET
@SEES
def firm(request: HttpRequest, pk: int, unit: int) -> HttpResponse:
    """Show the teams of an enterprise in a round and who of them was not swabbed."""
    actor = request_actor(request)
    round_ = round_for(actor, pk)
    found = screening.firms_seen(actor, round_.zone).filter(pk=unit).first()
    if found is None:
        raise NotFound(_("没有这家企业，或您无权查看。"))
    return render(request, "console/rounds/firm.html", chase_context(request, round_, found))


def chase_context(request: HttpRequest, round_: Round, unit: Unit) -> dict[str, Any]:
    """Return what the pages of an enterprise in a round show; the reading of names is recorded."""
    actor = request_actor(request)
    asked = request.GET.get("team", "")
    team = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= MOST_DIGITS else None
    why = request.GET.get("why", "")
    why = screening.Why(why) if why in screening.Why.values else screening.Why.DUE
    teams = screening.team_lines(round_, unit.pk)
    counts = screening.chased_counts(round_, unit.pk, team)
    rows = screening.chased(round_, [unit.pk], why=why, team=team)
    page = Paginator(rows.select_related("employment__individual", "team", "enterprise"), PAGE)
    page.count = counts[why]
    shown = page.get_page(request.GET.get("page"))
    placed = list(shown.object_list)
    whole = screening.note_chased(enterprise=unit, persons=len(placed), by=actor)
    kept = {"why": why.value, **({"team": team} if team is not None else {})}
    return {
        "round": round_,
        "firm": unit,
        "title": unit.name,
        "teams": teams,
        "due": sum(one.due for _name, one in teams),
        "tested": sum(one.tested for _name, one in teams),
        "missed": sum(one.missed for _name, one in teams),
        "team": team,
        "team_name": next((name for name, one in teams if one.pk == team), ""),
        "why": why,
        "whys": [(key, counts[key]) for key in screening.Why],
        "page": shown,
        "lines": screening.chase_lines(
            round_, placed, whole=whole, reasons=screening.sees_reasons(actor, unit)
        ),
        "whole": whole,
        "query": urlencode(kept),
        "export": urlencode({"round": round_.pk, "unit": unit.pk, **kept}),
    }
