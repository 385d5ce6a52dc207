"""门岗: who is inside now, the book of a day, and for officials all gates they look after."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.gate import api as gate
from pingzhan.domain.gate.enums import MarkKind
from pingzhan.domain.health import api as health
from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.folding import fold
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.company.health.names import named
from pingzhan.pages.console.guard import needs_one_of

PAGE = 50
SHOWN, SEARCHED = 200, 1000
"""Rows of a day that the book shows, and that it looks through for words."""
VISITORS, VEHICLES = "visitors", "vehicles"
sees_gate = needs_one_of(Permission.KEEP_GATE, Permission.VIEW_LEDGERS)


@require_GET
@sees_gate
def index(request: HttpRequest) -> HttpResponse:
    """Show the gate of the only enterprise, or the open counts of all the actor looks after."""
    actor = request_actor(request)
    firms = gate.gate_firms(actor)
    two = list(firms[:2])
    if len(two) == 1:
        return _gate(request, actor, two[0])
    rows = gate.firm_counts(firms, clock.now())
    context: dict[str, Any] = {
        "rows": rows,
        "visitors": sum(row.visitors for row in rows),
        "overdue": sum(row.overdue for row in rows),
        "vehicles": sum(row.vehicles for row in rows),
        "lots": sum(row.lots for row in rows),
        "sees_goods": actor.has(Permission.VIEW_LEDGERS),
    }
    return render(request, "company/gate/zone.html", context)


@require_GET
@sees_gate
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the gate of one enterprise: who is inside, what to do next."""
    actor = request_actor(request)
    return _gate(request, actor, one_of(gate.gate_firms(actor), pk))


def _gate(request: HttpRequest, actor: Actor, unit: Unit) -> HttpResponse:
    moment, today = business_now()
    visits = gate.inside(gate.visits_visible_to(actor).filter(enterprise=unit))
    vehicles = gate.vehicles_inside(gate.vehicles_visible_to(actor).filter(enterprise=unit))
    coming = gate.expected(gate.appointments_visible_to(actor).filter(enterprise=unit), moment)
    people = gate.entries(visits[:PAGE], moment)
    context: dict[str, Any] = {
        "unit": unit,
        "people": people,
        "overdue": sum(one.overdue for one in people),
        "trucks": gate.entries(vehicles[:PAGE]),
        "coming": gate.entries(coming[:10]),
        "closure": gate.open_closure(unit),
        "standard": gate.standard_of(unit),
        "no_visitors": gate.marked(unit, MarkKind.NO_VISITORS, today),
        "no_goods": gate.marked(unit, MarkKind.NO_GOODS, today),
        "keeps": gate.can_keep_gate(actor, unit),
        "decides": gate.can_keep(actor, unit),
        "today": today,
        "stopped": sorted(named(health.stopped(unit.pk), unit, actor).values(), key=lambda who: who.number),
    }
    return render(request, "company/gate/firm.html", context)


def asked_day(request: HttpRequest, today: date) -> date:
    """Return the day of the address, today when it is none or lies ahead."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return min(day, today)


def _has(words: str, *texts: str | None) -> bool:
    asked = fold(words).casefold()
    return not asked or any(asked in fold(one or "").casefold() for one in texts)


@require_GET
@sees_gate
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who and what came in on a day: all, or one kind, or where a name, plate or cargo has the words asked."""
    actor = request_actor(request)
    unit = one_of(gate.gate_firms(actor), pk)
    day = asked_day(request, timezone.localdate())
    visits = gate.of_days(gate.visits_visible_to(actor).filter(enterprise=unit), day, day)
    vehicles = gate.of_days(gate.vehicles_visible_to(actor).filter(enterprise=unit), day, day)
    kind, words = request.GET.get("kind", ""), " ".join(request.GET.get("q", "").split())[:40]
    most = SEARCHED if words else SHOWN
    people = gate.entries(visits[:most], clock.now()) if kind != VEHICLES else []
    trucks = gate.entries(vehicles[:most]) if kind != VISITORS else []
    # Names are sealed, so what the page shows anyway is looked through after it was opened.
    people = [one for one in people if _has(words, one.texts.name, one.texts.host)][:SHOWN]
    trucks = [one for one in trucks if _has(words, one.row.plate, one.texts.driver, one.row.cargo)][:SHOWN]
    context: dict[str, Any] = {
        "unit": unit,
        "day": day,
        "kind": kind,
        "kinds": ((VISITORS, _("来访")), (VEHICLES, _("外来车辆"))),
        "words": words,
        "people": people,
        "trucks": trucks,
        "persons": sum(one.row.persons for one in people if one.row.voided_at is None),
        "keeps": gate.can_keep_gate(actor, unit),
        "decides": gate.can_keep(actor, unit),
        "reveals": actor.has(Permission.REVEAL_PERSONAL, unit.path),
    }
    return render(request, "company/gate/book.html", context)
