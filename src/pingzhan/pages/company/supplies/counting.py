"""The count sheet, and the one tap that says that book and shelf agree."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.supplies import api as supplies
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.company.supplies.forms import CountForm
from pingzhan.pages.company.supplies.moving import require_keep
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def count(request: HttpRequest, pk: int) -> HttpResponse:
    """Count the whole store, batch by batch."""
    actor = request_actor(request)
    unit = one_of(supplies.firms_visible_to(actor), pk)
    require_keep(actor, unit)
    form = CountForm(request.POST or None, request.FILES or None, batches=supplies.batches_of(unit))
    if form.is_valid():
        try:
            check = supplies.count(
                enterprise=unit,
                counted=form.counted(),
                extra=form.extra(),
                key=form.cleaned_data["key"],
                note=form.cleaned_data["note"],
                photos=form.cleaned_data["photos"],
                by=actor,
            )
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(
                request,
                ngettext(
                    "已盘点，%(n)d 处差异已记入台账。", "已盘点，%(n)d 处差异已记入台账。", check.differences
                )
                % {"n": check.differences}
                if check.differences
                else _("已盘点，账实相符。"),
            )
            return redirect("supplies:firm", pk=unit.pk)
    context = {"form": form, "unit": unit, "title": _("逐项盘点"), "today": clock.today()}
    return render(request, "company/supplies/count.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def same(request: HttpRequest, pk: int) -> HttpResponse:
    """Say in one tap that book and shelf agree; refused where that cannot be."""
    actor = request_actor(request)
    unit = one_of(supplies.firms_visible_to(actor), pk)
    require_keep(actor, unit)
    try:
        supplies.find_same(enterprise=unit, by=actor)
    except (Invalid, Conflict) as error:
        messages.warning(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, _("已申报账实相符，记入台账和留痕。"))
    return redirect("supplies:firm", pk=unit.pk)
