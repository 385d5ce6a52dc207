"""消杀通风: the day of an enterprise by rounds with the last fourteen days, and the enterprises of the zone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.enums import Kind
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.company.zoned import narrowed
from pingzhan.pages.console.guard import needs

DAYS = 14


def day_asked(request: HttpRequest, today: date) -> date:
    """Return the day of the address, today when it is none, lies ahead or too long ago to be registered."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return day if today - sanitation.OLDEST <= day <= today else today


@require_GET
@needs(Permission.VIEW_LEDGERS)
def index(request: HttpRequest) -> HttpResponse:
    """Show how the enterprises the actor looks after stand today; lead to the only one."""
    firms = sanitation.firms_visible_to(request_actor(request))
    few = list(firms[:2])
    if len(few) == 1:
        return redirect("sanitation:firm", few[0].pk)
    today = business_now()[1]
    states = sanitation.firm_states(firms, today)
    _page, narrowing = narrowed(
        request, [(one.unit, one) for one in states], lambda one: bool(one.late) or not one.areas
    )
    context: dict[str, Any] = narrowing | {
        "title": _("消杀通风"),
        "today": today,
        "firms": len(states),
        "late": sum(bool(one.late) for one in states),
        "without": sum(not one.areas for one in states),
        "disinfected": sum(one.disinfected[0] for one in states),
        "disinfected_of": sum(one.disinfected[1] for one in states),
        "aired": sum(one.aired[0] for one in states),
        "aired_of": sum(one.aired[1] for one in states),
    }
    return render(request, "company/sanitation/zone.html", context)


def _urgency(state: sanitation.RoundState) -> int:
    """Return the place of a round: missed, to be done now, still to come, done."""
    if state.complete or not state.areas:
        return 3
    if not state.opens:
        return 2
    return 0 if state.over else 1


@require_GET
@needs(Permission.VIEW_LEDGERS)
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the rounds of a day, what each still lacks, and the last fourteen days."""
    actor = request_actor(request)
    unit = one_of(sanitation.firms_visible_to(actor), pk)
    now, today = business_now()
    day = day_asked(request, today)
    plan = sanitation.day_plan(unit, day, now)
    counts = sanitation.last_days(unit, today, DAYS)
    begun = [one for one in plan.rounds if one.opens and one.areas]
    context: dict[str, Any] = {
        "title": _("消杀通风"),
        "firm": unit,
        "tab": "firm",
        "day": day,
        "is_today": day == today,
        "before": day - timedelta(days=1) if day - timedelta(days=1) >= today - sanitation.OLDEST else None,
        "after": day + timedelta(days=1) if day < today else None,
        "plan": plan,
        "groups": [
            (kind.label, sorted((one for one in plan.rounds if one.round.kind == kind), key=_urgency))
            for kind in Kind
        ],
        "begun": len(begun),
        "complete": sum(one.complete for one in begun),
        "missing": sum(len(one.missing) for one in begun),
        "keys": sum(area.is_key for area in plan.areas),
        "keeps": sanitation.can_keep(actor, unit),
        "airs": any(
            one.round.kind == Kind.VENTILATION and one.current and one.missing for one in plan.rounds
        ),
        "chart": {
            "categories": [f"{one.day:%m-%d}" for one in counts],
            "series": [
                {"name": _("消杀（区次）"), "data": [one.disinfected for one in counts]},
                {"name": _("通风（区次）"), "data": [one.aired for one in counts]},
            ],
        },
        "chart_columns": [_("日期"), _("消杀（区次）"), _("通风（区次）")],
        "chart_rows": [[f"{one.day:%Y-%m-%d}", one.disinfected, one.aired] for one in counts],
    }
    return render(request, "company/sanitation/firm.html", context)
