"""暂不采样: who of an enterprise is not to be swabbed for some days, and why; written down and taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import ExemptReason
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.pages.company.firms import firm_for
from pingzhan.pages.company.testing.forms import ExemptForm
from pingzhan.pages.console.guard import needs

PAGE = 50


@require_GET
@needs(Permission.VIEW_HEALTH)
def index(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who is exempt, those of now and to come first; numbers instead of names."""
    unit = firm_for(request, pk, Permission.VIEW_HEALTH)
    today = business_now()[1]
    form = ExemptForm(initial={"since": today, "until": today, "number": request.GET.get("number", "")[:40]})
    return _shown(request, unit, form if _keeps(request, unit) else None)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Write an exemption down."""
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    form = ExemptForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data | {"reason": ExemptReason(form.cleaned_data["reason"])}
        try:
            screening.add_exemption(enterprise=unit, **data, by=request_actor(request))
        except Invalid as error:
            form.add_error(error.place if error.place in form.fields else None, error.message)
        else:
            messages.success(request, _("已登记；已经通知的轮次名单随即更新，应采人数在下次核定时更新。"))
            return redirect("testing:exemptions", unit.pk)
    return _shown(request, unit, form)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def end(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Take an exemption back."""
    actor = request_actor(request)
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    found = (
        screening.exemptions_visible_to(actor)
        .select_related("enterprise")
        .filter(pk=number, enterprise=unit)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这条登记，或您无权查看。"))
    try:
        screening.withdraw_exemption(exemption=found, by=actor)
    except Conflict as error:
        messages.error(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, _("已撤销，这名职工恢复采样。"))
    return redirect("testing:exemptions", unit.pk)


def _keeps(request: HttpRequest, unit: Unit) -> bool:
    return request_actor(request).has(Permission.KEEP_LEDGERS, unit.path)


def _shown(request: HttpRequest, unit: Unit, form: ExemptForm | None) -> HttpResponse:
    rows = screening.exemptions_visible_to(request_actor(request)).filter(enterprise=unit)
    page = Paginator(rows.select_related("employment").order_by("-until", "-pk"), PAGE).get_page(
        request.GET.get("page")
    )
    context: dict[str, Any] = {
        "firm": unit,
        "title": _("暂不采样"),
        "page": page,
        "today": business_now()[1],
        "form": form,
        "keeps": form is not None,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "company/testing/exemptions.html", context, status=status)
