"""交办: one line with a look at how it was understood, and the full form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.enums import OrderSource
from pingzhan.domain.orders.models import Decision, Order
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound, Refused
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.orders.forms import OrderForm, QuickForm
from pingzhan.pages.console.orders.views import world_of
from pingzhan.pages.console.zones import zone_for


@require_http_methods(["GET", "POST"])
@needs(Permission.ISSUE_ORDERS)
def quick(request: HttpRequest) -> HttpResponse:
    """Show how one typed line was understood, and send it once somebody has looked at it."""
    zone = zone_for(request, Permission.ISSUE_ORDERS)
    world = world_of(request)
    choices = orders.choices_for(zone, world)
    read: orders.Understood | None = None
    if request.method == "POST":
        form = QuickForm(choices, request.POST)
        if form.is_valid():
            try:
                order = orders.issue_order(
                    zone=zone,
                    to=orders.To.parse(form.cleaned_data["to"]),
                    by=request_actor(request),
                    source=OrderSource.DESK,
                    source_note=form.cleaned_data["line"],
                    world=world,
                    **form.words(),
                )
            except Refused:
                raise
            except DomainError as error:
                form.add_error(None, f"{error.message}{error.hint}")
            else:
                return _given(request, order)
    else:
        line = request.GET.get("line", "").strip()[:500]
        read = orders.understand(zone, line, world) if line else None
        initial: dict[str, Any] = {"line": line}
        if read is not None:
            initial |= {"to": read.target, "due_at": read.due, "text": read.text}
        form = QuickForm(choices, initial=initial)
    labels = {key: label for _heading, rows in choices.groups for key, label in rows}
    context = {
        "zone": zone,
        "world": world,
        "form": form,
        "read": read,
        "others": [labels[key] for key in read.others if key in labels] if read is not None else [],
    }
    return render(request, "console/orders/quick.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs(Permission.ISSUE_ORDERS)
def new(request: HttpRequest) -> HttpResponse:
    """Give an order by the full form; ``decision`` makes it follow a decision, in one step."""
    zone = zone_for(request, Permission.ISSUE_ORDERS)
    world = world_of(request)
    decision = _decision(request, zone.pk)
    choices = orders.choices_for(zone, world)
    posted = request.method == "POST"
    form = OrderForm(choices, request.POST) if posted else OrderForm(choices, initial=_initial(decision))
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            order = orders.issue_order(
                zone=zone,
                to=orders.To.parse(data["to"]),
                co=[orders.To.parse(key) for key in data["co"]],
                title=data["title"],
                by=request_actor(request),
                source=data["source"],
                source_note=data["source_note"],
                decision=decision,
                given_at=data["given_at"],
                world=world,
                **form.words(),
            )
        except Refused:
            raise
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            return _given(request, order)
    context = {"zone": zone, "world": world, "form": form, "decision": decision}
    return render(request, "console/orders/new.html", context, status=422 if form.errors else 200)


def _given(request: HttpRequest, order: Order) -> HttpResponse:
    messages.success(
        request,
        _("已下达%(number)s，主办：%(lead)s。") % {"number": order.number_text, "lead": order.lead_name},
    )
    return redirect("orders:detail", pk=order.pk)


def _decision(request: HttpRequest, zone_id: int) -> Decision | None:
    text = request.GET.get("decision") or request.POST.get("decision") or ""
    if not text:
        return None
    found = (
        orders.decisions_visible_to(request_actor(request))
        .filter(pk=int(text) if text.isdecimal() and len(text) < 19 else 0, zone=zone_id)
        .select_related("meeting")
        .first()
    )
    if found is None:
        raise NotFound(_("没有这个决定。"))
    return found


def _initial(decision: Decision | None) -> dict[str, Any]:
    if decision is None:
        return {}
    line = decision.text.splitlines()[0]
    return {
        "title": line[:120],
        "text": decision.text if decision.text != line else "",
        "source": OrderSource.DECISION,
        "source_note": decision.meeting.title if decision.meeting is not None else "",
    }
