"""The list of drills, and one drill with its script."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.command import api as command
from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.enums import DrillState
from pingzhan.domain.drills.models import Drill, Inject
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.pages.console.drills.access import for_readers, tabs
from pingzhan.pages.console.wording import level_word

PAGE = 30
TONES = {
    DrillState.PREPARED: "info",
    DrillState.RUNNING: "drill",
    DrillState.ENDED: "ok",
    DrillState.CANCELLED: "idle",
}


@require_GET
@for_readers
def index(request: HttpRequest) -> HttpResponse:
    """Show the drills this person may know of, the newest first."""
    actor = request_actor(request)
    page = Paginator(drills.with_counts(drills.visible_to(actor)).order_by("-pk"), PAGE).get_page(
        request.GET.get("page")
    )
    rows = [
        {"drill": one, "tone": TONES[DrillState(one.state)], "level": level_word(one.level)} for one in page
    ]
    context = {
        "tabs": tabs(actor, "index"),
        "page": page,
        "rows": rows,
        "can_prepare": actor.has(Permission.MANAGE_DRILLS),
    }
    return render(request, "console/drills/index.html", context)


@require_GET
@for_readers
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one drill; what is still to come only to its staff."""
    return render(request, "console/drills/detail.html", context_of(request, pk))


@require_GET
@for_readers
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the part of a drill's page that changes while it is under way."""
    return render(request, "console/drills/_live.html", context_of(request, pk))


def context_of(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return all that a drill's page shows this person."""
    actor = request_actor(request)
    drill = drills.find(actor, pk)
    script = drills.can_see_script(actor, drill)
    injects = list(drill.injects.select_related("order").order_by("offset_min", "pk"))
    told = injects if script else [one for one in injects if one.fired_at is not None]
    groups = command.group_counts(drill.zone, drill.world) if drill.running and drill.world else []
    report = drills.report(drill) if drill.started_at is not None else None
    return {
        "drill": drill,
        "tone": TONES[DrillState(drill.state)],
        "level": level_word(drill.level),
        "lead": _("%(unit)s，%(level)s") % {"unit": drill.unit.name, "level": level_word(drill.level)},
        "world": drill.world or 0,
        "script": script,
        "injects": [inject_row(one, drill) for one in told],
        "groups": groups,
        "controllers": list(drill.controllers.order_by("sort_key", "pk")) if script else [],
        "events": list(drill.events.select_related("inject").order_by("-pk")[:30]) if script else [],
        "report": report,
        "desk": actor.has(Permission.VIEW_CONSOLE, drill.zone.path),
        "can_direct": drills.can_direct(actor, drill),
        "can_order": drills.can_order(actor, drill),
        "can_evaluate": drills.can_evaluate(actor, drill),
        "can_report": script and drill.started_at is not None,
    }


def inject_row(inject: Inject, drill: Drill) -> dict[str, Any]:
    """Return a situation as the script shows it: its state in a word and a tone."""
    if inject.acted_at is not None:
        word, tone = _("已完成"), "ok"
    elif inject.fired_at is not None:
        word, tone = (_("未完成"), "bad") if not drill.running else (_("已注入"), "warn")
    elif drill.state == DrillState.ENDED:
        word, tone = _("未注入"), "idle"
    else:
        word, tone = _("待注入"), "idle"
    return {"inject": inject, "word": word, "tone": tone}
