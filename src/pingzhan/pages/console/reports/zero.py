"""零报告: who has not reported, urging, calls typed in, and one tap for one's own."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.reporting import api
from pingzhan.domain.reporting.enums import Via
from pingzhan.domain.reporting.models import ZeroLine
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, Invalid, NotFound, Refused
from pingzhan.pages.console.answers import tried
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.reports.access import (
    day_of,
    page_in,
    readers_only,
    report_zone,
    tabs,
    visible_due,
    world_of,
)
from pingzhan.pages.console.reports.forms import CaseForm, PhoneForm


@require_GET
@readers_only
def board(request: HttpRequest) -> HttpResponse:
    """Show the zero reports of a day, those who have not reported first."""
    actor = request_actor(request)
    zone, world = report_zone(request), world_of(request)
    today = clock.today()
    day = day_of(request)
    due = api.zero_due(zone, world, day or today)
    lines = list(api.zero_lines(due)) if due is not None else []
    context = {
        "zone": zone,
        "world": world,
        "tabs": tabs(actor, "zero", world),
        "day": day or today,
        "is_today": (day or today) == today,
        "due": due,
        "count": api.zero_count(due),
        "missing": [one for one in lines if one.value is None],
        "given": [one for one in lines if one.value is not None],
        "may_write": api.can_write(actor, zone),
        "phone": PhoneForm(),
    }
    return render(request, "console/reports/zero.html", context)


@require_POST
@readers_only
def urge(request: HttpRequest, pk: int) -> HttpResponse:
    """Urge all who have not reported, or the one line that ``line`` names."""
    due = visible_due(request, pk)
    text = request.POST.get("line", "")
    lines = [int(text)] if text.isdecimal() and len(text) < 19 else None
    result = api.urge(due_id=due.pk, by=request_actor(request), line_ids=lines)
    words = _("已催报 %(urged)d 家；5 分钟内刚催过 %(recent)d 家，没有联系人 %(unreachable)d 家。") % {
        "urged": result.urged,
        "recent": result.recent,
        "unreachable": result.unreachable,
    }
    (messages.success if result.urged else messages.warning)(request, words)
    return redirect(page_in("zero", due.world))


@require_POST
@readers_only
def ask(request: HttpRequest) -> HttpResponse:
    """Ask everybody for a zero report today, also where none is asked for by rule."""
    zone, world = report_zone(request), world_of(request)
    return tried(
        request,
        lambda: api.ask_zero(zone=zone, world=world, by=request_actor(request)),
        _("已列出今天的零报告，到期前自动提醒。"),
        page_in("zero", world),
    )


@require_POST
@readers_only
def phone(request: HttpRequest, pk: int) -> HttpResponse:
    """Type in a zero report that was phoned; a refused one is shown again as it was typed."""
    line = _visible(request, pk)
    form = PhoneForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        given = _given(
            form,
            lambda: api.report_zero(
                line_id=pk,
                by=request_actor(request),
                value=data["value"],
                note=data["note"],
                via=Via.PHONE,
                caller=data["caller"],
            ),
        )
        if given:
            messages.success(request, _("已登记电话报告。"))
            return redirect(page_in("zero", line.due.world))
    return _again(request, line, form, _("登记电话零报告"), page_in("zero", line.due.world))


@require_POST
@needs(Permission.VIEW_TASKS)
def tap(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one's own zero report; without a number it is zero. A refused one is shown again as it was typed."""
    line = _visible(request, pk)
    form = CaseForm({"value": request.POST.get("value") or "0", "note": request.POST.get("note", "")})
    if form.is_valid():
        data = form.cleaned_data
        given = _given(
            form,
            lambda: api.report_zero(
                line_id=pk, by=request_actor(request), value=data["value"], note=data["note"]
            ),
        )
        if given:
            messages.success(request, _("已上报情况。") if data["value"] else _("已零报告。"))
            return redirect("reports:mine")
    return _again(request, line, form, _("上报情况"), reverse("reports:mine"))


def _given(form: CaseForm, act: Callable[[], object]) -> bool:
    """Carry out a report; what is wrong with it is put beside the field. Refused goes on to the caller."""
    try:
        act()
    except Invalid as error:
        place = {"caller": "caller", "value": "value", "case_note": "note"}.get(error.code)
        form.add_error(place if place in form.fields else None, error.message)
    except Refused:
        raise
    except DomainError as error:
        form.add_error(None, f"{error.message}{error.hint}")
    return form.is_valid()


def _again(request: HttpRequest, line: ZeroLine, form: CaseForm, title: str, back: str) -> HttpResponse:
    context = {
        "title": title, "line": line, "form": form, "back": back, "world": line.due.world,
        "action": request.path,
    }  # fmt: skip
    return render(request, "console/reports/given.html", context, status=422)


def _visible(request: HttpRequest, pk: int) -> ZeroLine:
    found = api.lines_visible_to(request_actor(request)).select_related("due").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这份零报告，或您无权查看。"))
    return found
