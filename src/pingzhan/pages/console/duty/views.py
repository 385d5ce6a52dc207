"""值班台: the page, its live fragment, the log, and the lists behind the figures."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.command import api as command
from pingzhan.domain.drills import api as drills
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Invalid, NotFound
from pingzhan.pages.console.duty import board as boards
from pingzhan.pages.console.duty.forms import LogForm
from pingzhan.pages.console.duty.health import HealthLine, health
from pingzhan.pages.console.freshness import fresh_version
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.seats import seat_view
from pingzhan.pages.console.wording import group_name
from pingzhan.pages.console.zones import zone_for

PAGE = 100


@require_GET
@needs(Permission.VIEW_CONSOLE)
def board(request: HttpRequest) -> HttpResponse:
    """Show the desk of a zone in its posture."""
    zone = zone_for(request, Permission.VIEW_CONSOLE)
    return render(request, "console/duty/board.html", _context(request, zone) | {"log_form": LogForm()})


@require_GET
@needs(Permission.VIEW_CONSOLE)
def fragment(request: HttpRequest) -> HttpResponse:
    """Return the board anew, or 204 when the page's version ``v`` still shows it as it is."""
    zone = zone_for(request, Permission.VIEW_CONSOLE)
    machine = health()
    version = fresh_version(zone.pk, machine)
    if request.GET.get("v") == version:
        return HttpResponse(status=204)
    return render(request, "console/duty/_board.html", _context(request, zone, machine, version))


@require_POST
@needs(Permission.VIEW_CONSOLE)
def log(request: HttpRequest) -> HttpResponse:
    """Write one line into the log and answer with an empty box; a refused line keeps what was typed."""
    zone = zone_for(request, Permission.VIEW_CONSOLE)
    form = LogForm(request.POST)
    if form.is_valid():
        try:
            command.write_log(
                zone=zone,
                text=form.cleaned_data["text"],
                by=request_actor(request),
                world=_world(request),
                paper_at=form.cleaned_data["paper_at"],
            )
        except Invalid as error:
            form.add_error("paper_at" if error.code.startswith("log_paper") else "text", error.message)
    valid = form.is_valid()
    if valid:
        form = LogForm()
    if request.headers.get("HX-Request") != "true":
        if valid:
            return redirect("duty:board")
        context = _context(request, zone) | {"log_form": form}
        return render(request, "console/duty/board.html", context, status=422)
    context = {"board": {"zone": zone, "world": _world(request)}, "log_form": form}
    response = render(request, "console/duty/_logbox.html", context, status=200 if valid else 422)
    if valid:
        response.headers["HX-Trigger"] = "board-changed"
    return response


@require_GET
@needs(Permission.VIEW_CONSOLE)
def group(request: HttpRequest, code: str) -> HttpResponse:
    """List the open seats of one group, the unconfirmed first."""
    zone = zone_for(request, Permission.VIEW_CONSOLE)
    world = _world(request)
    count = next((one for one in command.group_counts(zone, world) if one.code == code), None)
    if count is None:
        raise NotFound(_("没有这个工作组，或它现在没有岗位。"), place=code)
    page = Paginator(command.seats_of_group(zone, code, world), PAGE).get_page(request.GET.get("page"))
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


def _context(
    request: HttpRequest, zone: Unit, machine: list[HealthLine] | None = None, version: str = ""
) -> dict[str, Any]:
    machine = health() if machine is None else machine
    world = _world(request)
    version = version or fresh_version(zone.pk, machine)
    return {
        "board": boards.board(zone, machine, world),
        "version": version,
        "words": {"phone": _("电话已通知"), "replace": _("换人"), "urge": _("催")},
        **_rights(request_actor(request), zone),
    }


def _world(request: HttpRequest) -> int:
    """Return the drill that is looked at, 0 for real life or when this person may not see it."""
    asked = request.POST.get("world") or request.GET.get("world") or ""
    return drills.world_for(request_actor(request), asked) if asked else 0


def _rights(actor: Actor, zone: Unit) -> dict[str, bool]:
    return {
        "can_order": actor.has(Permission.ORDER_SWITCH),
        "can_manage": actor.has(Permission.MANAGE_SEATS),
        "can_issue": actor.has(Permission.ISSUE_ORDERS, zone.path),
        "can_log": actor.has(Permission.VIEW_CONSOLE, zone.path),
        "can_audit": actor.has(Permission.VIEW_AUDIT),
    }
