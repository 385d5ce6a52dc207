"""When the sampling team comes to an enterprise, and how many of it were tested in the rounds before."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.screening import api as screening
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.company.firms import entrance, firm_for
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.rounds.covering import chase_context

ROUNDS = 8
"""Rounds listed with who was swabbed."""
PAST = 20
"""Slots of rounds before, shown beneath."""


@require_GET
@needs(Permission.VIEW_LEDGERS)
def index(request: HttpRequest) -> HttpResponse:
    """Lead to the only enterprise, or let one be chosen."""
    return entrance(request, view="testing:firm", title=_("核酸检测安排"), permission=Permission.VIEW_LEDGERS)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the slots to come and those before, with how many were tested."""
    unit = firm_for(request, pk, Permission.VIEW_LEDGERS)
    slots = screening.slots_visible_to(request_actor(request))
    _now, today = business_now()
    coming = screening.next_slots(slots, unit.pk, today)
    shown = {one.pk for one in coming}
    rounds = list(
        screening.rounds_told_to(request_actor(request))
        .filter(slots__enterprise=unit, slots__ended_by__isnull=True)
        .distinct()
        .order_by("-day", "-number")[:ROUNDS]
    )
    covers = screening.coverage_of_firm(rounds, unit.pk)
    past = screening.slots_in_force(slots).filter(enterprise=unit).order_by("-start")[:PAST]
    context: dict[str, Any] = {
        "firm": unit,
        "title": _("核酸检测安排"),
        "coming": coming,
        "sees_exempt": screening.sees_reasons(request_actor(request), unit),
        "past": [one for one in past if one.pk not in shown],
        "cover": covers.get(coming[0].round_id) if coming else None,
        "rounds": [(one, covers.get(one.pk, screening.Coverage())) for one in rounds],
        "held": screening.held_count(screening.holds_visible_to(request_actor(request)), unit),
    }
    return render(request, "company/testing/firm.html", context)


@require_GET
@needs(Permission.VIEW_HEALTH)
def held(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who of an enterprise is held because of a pooled positive, and where each of them belongs."""
    unit = firm_for(request, pk, Permission.VIEW_HEALTH)
    actor = request_actor(request)
    context: dict[str, Any] = {
        "firm": unit,
        "title": _("追阳管控"),
        "people": screening.held_by_firm(screening.holds_visible_to(actor), unit),
        "reveals": actor.has(Permission.REVEAL_PERSONAL, unit.path),
    }
    return render(request, "company/testing/held.html", context)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def chase(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Show who of an enterprise was swabbed in a round by team, and the list of those who were not."""
    unit = firm_for(request, pk, Permission.VIEW_LEDGERS)
    told = screening.rounds_told_to(request_actor(request)).filter(
        slots__enterprise=unit, slots__ended_by__isnull=True
    )
    round_ = told.select_related("zone").filter(pk=number).first()
    if round_ is None:
        raise NotFound(_("没有这一轮检测，或您无权查看。"))
    context = chase_context(request, round_, unit)
    context["title"] = _("第 %(n)d 轮采样情况") % {"n": round_.number}
    return render(request, "company/testing/chase.html", context)
