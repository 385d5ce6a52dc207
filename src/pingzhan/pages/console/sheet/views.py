"""应急通讯录: the sheets of the last two days, one made now, and their download."""

from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.sheet import files
from pingzhan.pages.console.zones import zone_for

TYPES = {"pdf": "application/pdf", "txt": "text/plain; charset=utf-8", "csv": "text/csv; charset=utf-8"}


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_SEATS)
def index(request: HttpRequest) -> HttpResponse:
    """List the sheets that are kept; POST makes one now."""
    zone = _zone(request)
    if request.method == "POST":
        rows = files.make(zone=zone, by=request_actor(request))
        messages.success(request, _("已生成，共 %(n)d 行。请打印并放在值班室。") % {"n": rows})
        return redirect("sheet:index")
    made = [
        (at, sorted(rows, key=lambda one: list(TYPES).index(one.form)))
        for at, rows in groupby(files.kept(zone), key=lambda one: one.at)
    ]
    return render(
        request,
        "console/sheet/index.html",
        {"zone": zone, "made": made, "book": organisation.published_version(zone.pk)},
    )


@require_GET
@needs(Permission.MANAGE_SEATS)
def file(request: HttpRequest, name: str) -> HttpResponse:
    """Hand out one sheet and record who took it: it holds telephones."""
    zone = _zone(request)
    content = files.read(zone, name)
    if content is None:
        raise NotFound(_("没有这份通讯录，可能已过期删除。"), place=name)
    form = name.rpartition(".")[2]
    with transaction.atomic():
        record(
            "sheet.taken",
            by=request_actor(request),
            subject=("unit", zone.pk),
            unit_path=zone.path,
            body={"form": form},
        )
    answer = HttpResponse(content, content_type=TYPES[form])
    kind = "inline" if form == "pdf" and "print" in request.GET else "attachment"
    answer.headers["Content-Disposition"] = f'{kind}; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _zone(request: HttpRequest) -> Unit:
    """Return the zone whose sheets are asked for. Refused to who manages a part of it only.

    A sheet holds the telephones of all; the desk shows a part's officer the posts of the zone, never these.
    """
    zone = zone_for(request, Permission.MANAGE_SEATS)
    require(request_actor(request), Permission.MANAGE_SEATS, zone.path)
    return zone
