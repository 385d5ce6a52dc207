"""宣传培训: how far each enterprise has come, and of one its teams, who is still missing, and its sessions."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.premises import api as premises
from pingzhan.domain.territory.models import Team
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.photos.keeping import photos_of
from pingzhan.pages.company.firms import firm_for
from pingzhan.pages.company.training.names import names_for
from pingzhan.pages.company.zoned import narrowed, watched
from pingzhan.pages.console.capped import Capped
from pingzhan.pages.console.guard import needs

PAGE, MISSING, TEAMS = 20, 60, 12
"""Sessions on a page; workers on a page of those who are missing; teams on a page."""


@require_GET
@needs(Permission.VIEW_LEDGERS)
def index(request: HttpRequest) -> HttpResponse:
    """Lead to the only enterprise, or show how far all that the actor looks after are. Counts only, no names."""
    firms = list(watched(request))
    if len(firms) == 1:
        return redirect("training:firm", firms[0].pk)
    found = premises.training_of_firms([one.pk for one in firms])
    rows = [(one, found[one.pk]) for one in firms if one.pk in found]
    _page, context = narrowed(request, rows, lambda line: line.short)
    context |= {
        "title": _("宣传培训"),
        "firms": len(rows),
        "expected": sum(line.expected for _firm, line in rows),
        "missing": sum(line.missing for _firm, line in rows),
        "short": sum(line.short for _firm, line in rows),
    }
    return render(request, "company/training/zone.html", context)


def team_of(request: HttpRequest, names: dict[int, str]) -> int | None:
    """Return the team of the address: 0 for those in none, None when it is no team of the enterprise."""
    asked = request.GET.get("team", "")
    team = int(asked) if asked.isdecimal() and len(asked) < 12 else -1
    return team if team == 0 or team in names else None


@require_GET
@needs(Permission.VIEW_LEDGERS)
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show teams, who is missing, and the sessions of an enterprise; names for whoever may see its roster."""
    actor = request_actor(request)
    unit = firm_for(request, pk, Permission.VIEW_LEDGERS)
    rule = premises.training_rule(unit)
    names = dict(Team.objects.filter(enterprise=unit).values_list("pk", "name"))
    lines = sorted(premises.covers([unit.pk], rule.days), key=lambda line: (-line.missing, line.team_id))
    rows = [(one.team_id, names.get(one.team_id, _("未分班组")), one) for one in lines]
    words = request.GET.get("q", "").strip()[:60]
    teams = Paginator([one for one in rows if words.lower() in one[1].lower()], TEAMS).get_page(
        request.GET.get("teams")
    )
    team = team_of(request, names)
    untold = premises.untold(unit.pk, rule.days)
    if team is not None:
        untold = untold.filter(placements__t1__isnull=True, placements__team=team or None)
    page = Paginator(untold.select_related("individual"), MISSING).get_page(request.GET.get("missing"))
    absent = list(page.object_list)
    who = names_for(absent, unit, actor)
    held = premises.trainings_visible_to(actor).filter(enterprise=unit)
    held = held.annotate(persons=Count("attendances")).order_by("-held_on", "-pk")
    sessions = Capped(held, PAGE).get_page(request.GET.get("page"))
    shown = list(sessions.object_list)
    pictured = photos_of(premises.TRAINING_PHOTOS, [one.pk for one in shown])
    expected, done = sum(one.expected for one in lines), sum(one.done for one in lines)
    context: dict[str, Any] = {
        "title": _("宣传培训"),
        "firm": unit,
        "rule": rule,
        "expected": expected,
        "done": done,
        "missing": expected - done,
        "teams": teams,
        "words": words,
        "many": len(rows) > TEAMS,
        "team": team,
        "team_name": names.get(team or 0, _("未分班组")),
        "absent": page,
        "absent_query": urlencode({"team": team}) if team is not None else "",
        "people": [(one.employee_no, who.get(one.pk, "")) for one in absent],
        "sessions": sessions,
        "rows": [(one, len(pictured[one.pk])) for one in shown],
        "keeps": premises.can_keep(actor, unit),
    }
    return render(request, "company/training/firm.html", context)
