"""What the pages of reports share: zone, world, tabs, objects of the reader, doing and saying what failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from pingzhan.domain.reporting import api
from pingzhan.domain.reporting.models import Due, Report
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import NotFound, Refused
from pingzhan.pages.console.zones import zones_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def readers_only(view: View[P]) -> View[P]:
    """Let in who reads reports somewhere; anybody else gets 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        actor = request_actor(request)
        if not any(actor.has(one) for one in api.READERS):
            require(actor, Permission.WRITE_REPORTS)
        return view(request, *args, **kwargs)

    return cast(View[P], login_required(guarded))


def report_zone(request: HttpRequest) -> Unit:
    """Return the zone asked for, else the first whose reports the actor reads. Raises Refused, NotFound.

    Reports tell of the whole zone, so a right for a part of it is not enough.
    """
    actor = request_actor(request)
    found = {zone.pk: zone for one in api.READERS for zone in zones_of(actor, one)}
    asked = request.POST.get("zone") or request.GET.get("zone") or ""
    if asked.isdecimal():
        found = {pk: zone for pk, zone in found.items() if str(pk) == asked}
    zones = sorted(found.values(), key=lambda one: one.code)
    whole = [zone for zone in zones if api.can_read(actor, zone)]
    if zones and not whole:
        raise Refused(_("信息报告涉及整个开发区，您的授权只到其中一部分。"), code="refused_scope")
    if not whole:
        raise NotFound(_("没有您可以查看的开发区。"), code="no_zone")
    return whole[0]


def world_of(request: HttpRequest) -> int:
    """Return the world of the page: 0 unless the address names a drill."""
    text = request.POST.get("world") or request.GET.get("world") or ""
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def day_of(request: HttpRequest) -> date | None:
    """Return the day that ``on`` names; None for none and for what is no day of the calendar."""
    text = request.GET.get("on", "")
    try:
        return parse_date(text) if len(text) == 10 else None
    except ValueError:
        return None


def page_in(name: str, world: int) -> str:
    """Return the address of a page of the same world: whoever acts in a drill stays in it."""
    return reverse(f"reports:{name}") + (f"?world={world}" if world else "")


def tabs(actor: Actor, now: str, world: int = 0) -> list[tuple[str, str, bool]]:
    """Return (address, words, current) of the pages that the actor may open."""
    pages = []
    if any(actor.has(one) for one in api.READERS):
        pages = [("index", _("应报和已报")), ("zero", _("零报告情况")), ("forms", _("值守文书"))]
    pages.append(("mine", _("我的零报告")))
    return [(page_in(name, world), words, name == now) for name, words in pages]


def visible_due(request: HttpRequest, pk: int) -> Due:
    """Return a due report the actor may see; NotFound otherwise."""
    rows = api.dues_visible_to(request_actor(request)).select_related("unit", "zone", "activation")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这件应报事项，或您无权查看。"))
    return found


def visible_report(request: HttpRequest, pk: int) -> Report:
    """Return a report the actor may read; NotFound otherwise."""
    rows = api.visible_to(request_actor(request)).select_related("due__unit", "due__zone", "previous", "zone")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这份信息报告，或您无权查看。"))
    return found


def edition_of(request: HttpRequest) -> int:
    """Return the edition that the reader saw."""
    text = request.POST.get("edition", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
