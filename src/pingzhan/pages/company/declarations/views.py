"""办理记录: what is due without a ledger, the short form for one of them, and what was declared."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.obligations.enums import WAITING
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.photos.keeping import photos_of
from pingzhan.kernel.errors import Conflict, Invalid
from pingzhan.pages.company.declarations.forms import DeclareForm, WithdrawForm
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs

MOST = 100
"""Obligations listed at once, the most urgent first."""


@require_GET
@needs(Permission.VIEW_LEDGERS)
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """List what a unit has to do now that no ledger keeps, the most urgent first."""
    actor = request_actor(request)
    firm = get_object_or_404(obligations.units_visible_to(actor), pk=pk)
    now, _day = obligations.business_now()
    waiting = obligations.visible_to(actor).filter(unit=firm, state__in=WAITING, t0__lte=now)
    rows = [
        (row, obligations.title_of(row.demand), row.due_at <= now)
        for row in waiting.select_related("demand").order_by("due_at", "pk")
        if firm.kind == UnitKind.ZONE or not obligations.has_ledger(row.demand.evidence)
    ][:MOST]
    context = {
        "title": _("登记办理"),
        "firm": firm,
        "rows": rows,
        "may": obligations.can_declare(actor, firm),
    }
    return render(request, "company/declarations/unit.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_LEDGERS)
def form(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the short form for one obligation, and keep what was declared."""
    actor = request_actor(request)
    found = obligations.visible_to(actor).select_related("unit", "demand")
    row = get_object_or_404(found, pk=pk)
    filled = DeclareForm(request.POST or None, request.FILES or None, several=row.need > 1)
    if request.method == "POST" and filled.is_valid():
        try:
            made = obligations.declare(row.pk, done=filled.done(), by=actor)
        except (Invalid, Conflict) as error:
            attach(filled, error)
        else:
            messages.success(request, _("办理情况已登记。"))
            return redirect("declarations:record", made.pk)
    context = {
        "title": obligations.title_of(row.demand),
        "firm": row.unit,
        "row": row,
        "form": filled,
        "may": obligations.can_declare(actor, row.unit),
    }
    return render(
        request, "company/declarations/form.html", context, status=422 if request.method == "POST" else 200
    )


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_LEDGERS)
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was declared, with its photographs; take it back with a reason."""
    actor = request_actor(request)
    found = obligations.declarations_visible_to(actor).select_related("unit", "withdrawal")
    made = get_object_or_404(found, pk=pk)
    filled = WithdrawForm(request.POST or None)
    if request.method == "POST" and filled.is_valid():
        try:
            obligations.withdraw_declaration(made.pk, reason=filled.cleaned_data["reason"], by=actor)
        except (Invalid, Conflict) as error:
            attach(filled, error)
        else:
            messages.success(request, _("办理记录已撤回，事项重新待办。"))
            return redirect("declarations:record", made.pk)
    withdrawn = getattr(made, "withdrawal", None)
    context = {
        "title": _("办理记录 %(n)d") % {"n": made.pk},
        "firm": made.unit,
        "made": made,
        "withdrawn": withdrawn,
        "photos": photos_of(obligations.DECLARATION, [made.pk]).get(made.pk, []),
        "form": filled,
        "may": withdrawn is None and obligations.can_declare(actor, made.unit),
    }
    return render(
        request, "company/declarations/record.html", context, status=422 if request.method == "POST" else 200
    )
