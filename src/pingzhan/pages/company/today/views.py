"""今日要办: the page, its live fragment, and the way to the evidence of what is done."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.obligations.models import Obligation
from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.enums import OrderState, TargetRole
from pingzhan.domain.screening import api as screening
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.live import version as live_version
from pingzhan.foundation.messages import reading
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.company.firms import entrance, firm_for
from pingzhan.pages.company.today.day import day_of
from pingzhan.pages.console.freshness import now_minute
from pingzhan.pages.console.guard import needs

TOPICS = ("command", "obligations", "measures", "screening")
NOTICES = 3
"""Unread notices shown; the inbox has all."""


@require_GET
@needs(Permission.VIEW_LEDGERS)
def index(request: HttpRequest) -> HttpResponse:
    """Lead to the only enterprise, or let one be chosen."""
    return entrance(request, view="today:firm", title=_("今日要办"), permission=Permission.VIEW_LEDGERS)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what an enterprise has to do today; who only reads its ledgers sees the same without buttons."""
    unit = firm_for(request, pk, Permission.VIEW_LEDGERS)
    return render(request, "company/today/index.html", _context(request, unit, _version(unit)))


@require_GET
@needs(Permission.VIEW_LEDGERS)
def fragment(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the day anew, or 204 when the page's version ``v`` still shows it as it is."""
    unit = firm_for(request, pk, Permission.VIEW_LEDGERS)
    version = _version(unit)
    if request.GET.get("v") == version:
        return HttpResponse(status=204)
    return render(request, "company/today/_day.html", _context(request, unit, version))


@require_GET
@needs(Permission.KEEP_LEDGERS)
def notices(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the order that waits for the enterprise's confirmation, to the list when there are several or none."""
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    waiting = (
        orders.visible_to(request_actor(request))
        .filter(world=0, state=OrderState.OPEN, targets__role=TargetRole.LEAD, targets__unit=unit)
        .order_by("due_at", "pk")
        .values_list("pk", flat=True)[:2]
    )
    found = list(waiting)
    return redirect("orders:detail", found[0]) if len(found) == 1 else redirect("orders:index")


@require_GET
@needs(Permission.VIEW_LEDGERS)
def proof(request: HttpRequest, pk: int, obligation: int) -> HttpResponse:
    """Lead to the ledger row that closed an obligation."""
    unit = firm_for(request, pk, Permission.VIEW_LEDGERS)
    row = Obligation.objects.filter(pk=obligation, unit=unit).select_related("demand").first()
    if row is None:
        raise NotFound(_("没有这件事项。"))
    for one in obligations.evidence_of(row):
        if one.address:
            return redirect(one.address)
    form = obligations.form_of(row.demand.evidence)
    if form is None:
        raise NotFound(_("没有页面显示这项凭据。"))
    return redirect(form.view_name, unit.pk)


@require_GET
@needs(Permission.KEEP_LEDGERS)
def zero(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the zero reports that this person gives."""
    firm_for(request, pk, Permission.KEEP_LEDGERS)
    return redirect("reports:mine")


def _version(unit: Unit) -> str:
    waiting = Obligation.objects.filter(unit=unit, state__in=("open", "late")).count()
    return f"{live_version(*TOPICS)}-{waiting}-{now_minute()}"


def _context(request: HttpRequest, unit: Unit, version: str) -> dict[str, Any]:
    actor = request_actor(request)
    items = reading.inbox(actor.user_id, NOTICES * 7) if actor.user_id is not None else []
    unread = [one for one in items if one.unread]
    return {
        "firm": unit,
        "title": _("今日要办"),
        "day": day_of(unit),
        "keeps": actor.has(Permission.KEEP_LEDGERS, unit.path),
        "slots": screening.next_slots(
            screening.slots_visible_to(actor), unit.pk, obligations.business_now()[1]
        ),
        "notices": unread[:NOTICES],
        "more_notices": len(unread) > NOTICES,
        "version": version,
    }
