"""值守文书 and alerts as files."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.command.models import Activation
from pingzhan.domain.reporting import api
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.console.reports.access import day_of, readers_only, report_zone, world_of
from pingzhan.pages.console.reports.writing import download


@require_GET
@readers_only
def form(request: HttpRequest, key: str, suffix: str) -> HttpResponse:
    """Give a paper made from what the screens show now; ``group`` and ``on`` narrow it."""
    name, data = api.form_file(
        key=key,
        suffix=suffix,
        zone=report_zone(request),
        world=world_of(request),
        group=request.GET.get("group", "")[:80],
        day=day_of(request),
        by=request_actor(request),
    )
    return download(data, name, suffix)


@require_GET
@readers_only
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an order as a CAP 1.2 alert; ``end`` asks for the message that cancels it."""
    activation = Activation.objects.select_related("unit", "zone").filter(pk=pk).first()
    if activation is None:
        raise NotFound(_("没有这道命令。"), code="activation_unknown")
    file = api.cap_file(activation=activation, ended="end" in request.GET, by=request_actor(request))
    return download(file.data, file.identifier, "xml")
