"""One tap for what is as it should be, and the list by which a quiet day is confirmed line by line."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, Invalid
from pingzhan.pages.company.firms import firm_for
from pingzhan.pages.company.today.day import day_of, kind_of_work
from pingzhan.pages.company.today.words import declared
from pingzhan.pages.console.guard import needs


@require_POST
@needs(Permission.KEEP_LEDGERS)
def tap(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare one thing; the ledger writes its row in the name of whoever taps, or refuses."""
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    evidence = request.POST.get("evidence", "")
    form = obligations.form_of(evidence)
    if form is None or form.one_tap is None:
        raise Invalid(_("这类事项不能一键办理。"), place="evidence", hint=_("请打开台账逐项登记。"))
    _declare(request, unit, evidence)
    return redirect("today:firm", unit.pk)


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def quiet(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what one tap can close now, each with its own box; on POST declare those that were ticked."""
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    day = day_of(unit)
    error = ""
    if request.method == "POST":
        wanted = set(request.POST.getlist("evidence"))
        chosen = [line.evidence for line in day.quick if line.evidence in wanted]
        if chosen:
            for evidence in chosen:
                _declare(request, unit, evidence)
            return redirect("today:firm", unit.pk)
        error = _("请至少勾选一项；没有逐项确认的不能申报。") if not wanted else _("所选各项已经办结。")
    context = {
        "title": _("全部无异常，逐项确认"),
        "firm": unit,
        "day": day,
        "error": error,
        "who": request_actor(request).name,
    }
    return render(request, "company/today/quiet.html", context, status=422 if error else 200)


def _declare(request: HttpRequest, unit: Unit, evidence: str) -> None:
    form = obligations.form_of(evidence)
    assert form is not None
    assert form.one_tap is not None
    by = request_actor(request)
    label = kind_of_work(evidence)
    try:
        written = form.one_tap(unit.pk, by)
    except DomainError as error:
        messages.warning(
            request,
            _("%(label)s没有申报：%(why)s%(hint)s")
            % {"label": label, "why": error.message, "hint": error.hint},
        )
    else:
        if not written:
            messages.success(request, _("%(label)s：今天的台账已有登记，按已有登记办结。") % {"label": label})
            return
        messages.success(
            request,
            _("已申报：%(words)s。申报人%(name)s，已写入台账和留痕；如有出入，请到%(label)s更正。")
            % {"words": declared(evidence), "name": by.name, "label": label},
        )
