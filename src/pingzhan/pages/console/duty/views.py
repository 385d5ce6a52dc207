"""值班台: the page, its live fragment, the log, and the lists behind the figures."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.command import api as command
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.console.duty import board as boards
from pingzhan.pages.console.duty.forms import LogForm
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.seats import seat_view
from pingzhan.pages.console.wording import group_name
from pingzhan.pages.console.zones import zone_for

PAGE = 100
PLACE = "version-goes-here"
"""Stands for the version while the board is rendered, because the version is the hash of what is rendered."""


@require_GET
@needs(Permission.VIEW_CONSOLE)
def board(request: HttpRequest) -> HttpResponse:
    """Show the desk of a zone in its posture."""
    zone = zone_for(request, Permission.VIEW_CONSOLE)
    return render(request, "console/duty/board.html", _context(request, zone) | {"log_form": LogForm()})


@require_GET
@needs(Permission.VIEW_CONSOLE)
def fragment(request: HttpRequest) -> HttpResponse:
    """Return the board anew, or 204 when the page's version ``v`` still shows it as it is.

    The version is the hash of what the page shows, so nothing is ever missed: due times pass without any
    change in the database.
    """
    zone = zone_for(request, Permission.VIEW_CONSOLE)
    context = _context(request, zone)
    if request.GET.get("v") == context["version"]:
        return HttpResponse(status=204)
    return HttpResponse(context["body"])


@require_POST
@needs(Permission.VIEW_CONSOLE)
def log(request: HttpRequest) -> HttpResponse:
    """Write one line into the log and answer with an empty box; a refused line keeps what was typed."""
    zone = zone_for(request, Permission.VIEW_CONSOLE)
    form = LogForm(request.POST)
    valid = form.is_valid()
    if valid:
        command.write_log(zone=zone, text=form.cleaned_data["text"], by=request_actor(request))
        form = LogForm()
    if request.headers.get("HX-Request") != "true":
        if valid:
            return redirect("duty:board")
        context = _context(request, zone) | {"log_form": form}
        return render(request, "console/duty/board.html", context, status=422)
    context = {"board": {"zone": zone}, "log_form": form}
    response = render(request, "console/duty/_logbox.html", context, status=200 if valid else 422)
    if valid:
        response.headers["HX-Trigger"] = "board-changed"
    return response


@require_GET
@needs(Permission.VIEW_CONSOLE)
def group(request: HttpRequest, code: str) -> HttpResponse:
    """List the open seats of one group, the unconfirmed first."""
    zone = zone_for(request, Permission.VIEW_CONSOLE)
    count = next((one for one in command.group_counts(zone) if one.code == code), None)
    if count is None:
        raise NotFound(_("没有这个工作组，或它现在没有岗位。"), place=code)
    page = Paginator(command.seats_of_group(zone, code), PAGE).get_page(request.GET.get("page"))
    context = {
        "group": {
            "name": group_name(count.code, count.name),
            "needed": count.needed,
            "filled": count.filled,
            "confirmed": count.confirmed,
            "arrived": count.arrived,
        },
        "can_manage": request_actor(request).has(Permission.MANAGE_SEATS, zone.path),
        "page": page,
        "seats": [seat_view(seat) for seat in page.object_list],
    }
    return render(request, "console/duty/group.html", context)


def _context(request: HttpRequest, zone: Unit) -> dict[str, Any]:
    actor = request_actor(request)
    context: dict[str, Any] = {"board": boards.board(zone), **_rights(actor, zone), "version": PLACE}
    body = render_to_string("console/duty/_board.html", context, request=request)
    context["version"] = boards.version_of(body)
    context["body"] = mark_safe(body.replace(PLACE, context["version"]))  # noqa: S308 - rendered above
    return context


def _rights(actor: Actor, zone: Unit) -> dict[str, bool]:
    return {
        "can_order": actor.has(Permission.ORDER_SWITCH),
        "can_manage": actor.has(Permission.MANAGE_SEATS),
        "can_log": actor.has(Permission.VIEW_CONSOLE, zone.path),
        "can_audit": actor.has(Permission.VIEW_AUDIT),
    }
