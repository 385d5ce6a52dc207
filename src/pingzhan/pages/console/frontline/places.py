"""下沉一线: the standing plan, one official's place, and who is on site during an emergency."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.domain.frontline import api as frontline
from pingzhan.domain.frontline.enums import PlaceSource
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.live import version as live_version
from pingzhan.foundation.ui.rows import Column, badge, table
from pingzhan.kernel.errors import DomainError, NotFound, Refused
from pingzhan.pages.console.frontline.forms import PlaceFilter, PlaceForm
from pingzhan.pages.console.frontline.shared import (
    PAGE,
    may_assign,
    tabs,
    world_of,
    zone_to_assign,
    zone_to_see,
)

SOURCE_STATES = {
    PlaceSource.CHOSEN: "info",
    PlaceSource.RESPONSIBLE: "ok",
    PlaceSource.SUBSTITUTE: "ok",
    PlaceSource.ASSIGNED: "idle",
}


@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show where every official stands in an emergency; with htmx only the table."""
    zone = zone_to_see(request)
    assigns = may_assign(request_actor(request), zone)
    page = Paginator(frontline.place_list(zone, request.GET.dict()), PAGE).get_page(request.GET.get("page"))
    people = list(page.object_list)
    context: dict[str, Any] = {
        "zone": zone,
        "page": page,
        "rows": people,
        "table": place_table(people, assigns=assigns),
        "query": urlencode({key: value for key, value in request.GET.items() if key != "page" and value}),
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "console/frontline/_places.html", context)
    context |= {
        "tabs": tabs(),
        "tab": "places",
        "coverage": frontline.coverage(zone),
        "filters": PlaceFilter(request.GET or None),
    }
    return render(request, "console/frontline/places.html", context)


def place_table(rows: Sequence[Any], *, assigns: bool) -> SafeString:
    """Return head and body of the officials with their places."""
    columns = [
        Column(_("姓名"), head=True),
        Column(_("职务")),
        Column(_("去处")),
        Column(_("来由")),
        Column(_("任务")),
        *([Column(_("办理"))] if assigns else []),
    ]
    return table(columns, _cells(rows, assigns=assigns))


def _cells(rows: Sequence[Any], *, assigns: bool) -> Iterator[list[str]]:
    address, change, away = reverse("frontline:place", args=[0]).replace("0", "%d"), _("改派"), _("离岗")
    labels = {value: str(label) for value, label in PlaceSource.choices}
    none = badge("warn", _("没有去处"))
    leads = _("带队")
    for one in rows:
        place = getattr(one, "front_place", None)
        cells = [
            format_html("{} {}", one.name, badge("warn", away)) if one.away else one.name,
            one.title,
            place.unit.name if place else none,
            badge(SOURCE_STATES[PlaceSource(place.source)], labels[place.source]) if place else "",
            (place.duty or (leads if place.rank == 0 else "")) if place else "",
        ]
        if assigns:
            cells.append(format_html('<a class="btn btn-sm" href="{}">{}</a>', address % one.pk, change))
        yield cells


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose by hand where one official stands, or give the choice back to the system."""
    zone = zone_to_assign(request)
    person = frontline.officials_of(zone).filter(pk=pk).first()
    if person is None:
        raise NotFound(_("没有这名在职的机关干部。"))
    units = Unit.objects.filter(
        Q(pk__in=frontline.open_firms(zone).values("pk")) | Q(path__startswith=zone.path, kind=UnitKind.SITE)
    ).order_by("path")
    place = frontline.place_of(person.pk)
    chosen = place is not None and place.source == PlaceSource.CHOSEN
    initial = (
        {"unit": place.unit_id, "duty": place.duty, "leads": place.rank == 0} if place and chosen else {}
    )
    form = PlaceForm(request.POST or None, units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            frontline.set_place(
                zone=zone,
                person_id=person.pk,
                unit_id=data["unit"].pk if data["unit"] else None,
                by=request_actor(request),
                duty=data["duty"],
                leads=data["leads"],
            )
        except Refused:
            raise
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            messages.success(request, _("已安排%(name)s的去处。") % {"name": person.name})
            return redirect("frontline:places")
    context = {"zone": zone, "person": person, "place": place, "form": form}
    return render(
        request, "console/frontline/place.html", context, status=422 if request.method == "POST" else 200
    )


@require_GET
@login_required
def presence(request: HttpRequest) -> HttpResponse:
    """Show who is where and who has arrived; with htmx only the board, nothing when it is as it was."""
    zone = zone_to_see(request)
    world = world_of(request)
    version = f"{live_version('command', 'frontline')}"
    partly = request.headers.get("HX-Request") == "true"
    if partly and request.GET.get("v") == version:
        return HttpResponse(status=204)
    context: dict[str, Any] = {
        "zone": zone,
        "world": world,
        "version": version,
        "found": frontline.presence(zone, world),
        "reports": may_assign(request_actor(request), zone),
    }
    if partly:
        return render(request, "console/frontline/_presence.html", context)
    context |= {"tabs": tabs(), "tab": "presence"}
    return render(request, "console/frontline/presence.html", context)
