"""The link by which workers report themselves, and what the contact makes of each report."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.health import api as health
from pingzhan.domain.health.models import SymptomLink
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound
from pingzhan.pages.company.firms import firm_for
from pingzhan.pages.console.guard import needs


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the enterprise's link and its code to hang up; POST makes one, which ends the former."""
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    if request.method == "POST":
        health.make_link(enterprise=unit, by=request_actor(request))
        return redirect("health:link", pk)
    row = SymptomLink.objects.filter(enterprise=unit).first()
    context: dict[str, Any] = {"title": _("症状自报链接"), "firm": unit, "address": ""}
    if row is not None:
        address = settings.PUBLIC_URL + reverse("feeling", args=[health.token_of(row)])
        context |= {
            "address": address,
            "qr": segno.make(address, error="m").svg_data_uri(scale=6, border=2),
        }
    return render(request, "company/health/link.html", context)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the work of whoever reported himself, or note that he is well; then back to the list."""
    actor = request_actor(request)
    row = health.reports_visible_to(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound(_("没有这条自报，或您无权查看。"))
    try:
        if request.POST.get("act") == "well":
            health.dismiss_report(report_id=pk, by=actor)
            messages.success(request, _("已登记：核实没有症状。"))
        else:
            case = health.confirm_report(report_id=pk, by=actor)
            messages.success(request, _("已登记停工，请督促尽快到发热门诊就诊。"))
            return redirect("health:case", case.pk)
    except DomainError as error:
        messages.error(request, f"{error.message}{error.hint}")
    return redirect("health:cases", row.enterprise_id)
