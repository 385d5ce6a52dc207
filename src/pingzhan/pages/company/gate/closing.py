"""Closed management with its permitted list, and the register of meetings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.gate import api as gate
from pingzhan.domain.gate.enums import MarkKind
from pingzhan.domain.gate.models import Permit
from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.privacy.masks import mask_name
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from pingzhan.kernel.folding import fold
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.company.gate.forms import CloseForm, MeetingForm, PermitForm
from pingzhan.pages.company.gate.views import sees_gate
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs


def _decided_unit(actor: Actor, pk: int) -> Unit:
    unit = one_of(gate.gate_firms(actor), pk)
    if not gate.can_keep(actor, unit):
        raise Refused(_("您不能办理这家企业的台账。"), hint=_("请由企业联系人办理。"), code="refused_scope")
    return unit


@require_http_methods(["GET", "POST"])
@sees_gate
def closing(request: HttpRequest, pk: int) -> HttpResponse:
    """Show whether the enterprise is closed and who may pass; put somebody on the list."""
    actor = request_actor(request)
    unit = one_of(gate.gate_firms(actor), pk)
    form = PermitForm(request.POST or None, unit=unit)
    if request.method == "POST":
        unit = _decided_unit(actor, pk)
        if form.is_valid() and _permitted(form, unit, actor):
            messages.success(request, _("已列入准入名单。"))
            return redirect("gate:closing", pk=unit.pk)
    return _page(request, actor, unit, form, CloseForm())


def _permitted(form: PermitForm, unit: Unit, actor: Actor) -> bool:
    data = dict(form.cleaned_data)
    number = fold(data.pop("worker"))
    try:
        job = None
        if number:
            job = Employment.objects.filter(enterprise=unit, employee_no=number, left__isnull=True).first()
            if job is None:
                raise Invalid(_("本企业没有工号为%(no)s的在职职工。") % {"no": number}, place="worker")
        gate.permit(enterprise=unit, employment=job, by=actor, **data)
    except (Invalid, Conflict) as error:
        attach(form, error)
        return False
    return True


def _page(request: HttpRequest, actor: Actor, unit: Unit, form: PermitForm, close: CloseForm) -> HttpResponse:
    rows = list(gate.permits(unit, timezone.localdate()))
    texts = people.opened(
        [row.employment.individual for row in rows if row.employment is not None], fields=("name",)
    )
    closure, keeps = gate.open_closure(unit), gate.can_keep_gate(actor, unit)
    context: dict[str, Any] = {
        "unit": unit,
        "closure": closure,
        "lapsed": gate.lapsed_closure(unit) if closure is None else None,
        "rows": [{"row": row, "who": _who(row, texts, whole=keeps)} for row in rows],
        "form": form,
        "close": close,
        "decides": gate.can_keep(actor, unit),
        "keeps": keeps,
        "checked": gate.marked(unit, MarkKind.CLOSED_CHECK, business_now()[1]),
    }
    status = 422 if form.errors or close.errors else 200
    return render(request, "company/gate/closing.html", context, status=status)


def _who(row: Permit, texts: dict[int, people.Opened], *, whole: bool) -> str:
    """Return who may pass; the name whole for the enterprise's own contact and guard, who have to know him."""
    if row.employment is not None:
        name = texts[row.employment.individual_id].name or ""
        name = name if whole else mask_name(name)
        return f"{name} {row.employment.employee_no}".strip()
    return row.team.name if row.team is not None else row.plate


@require_POST
@needs(Permission.KEEP_LEDGERS)
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin or end closed management."""
    actor = request_actor(request)
    unit = _decided_unit(actor, pk)
    form = CloseForm(request.POST if request.POST.get("act") != "open" else None)
    try:
        if request.POST.get("act") == "open":
            gate.open_gate(enterprise=unit, by=actor)
            messages.success(request, _("已解除封闭管理。"))
            return redirect("gate:closing", pk=unit.pk)
        if form.is_valid():
            gate.close_gate(enterprise=unit, by=actor, **form.cleaned_data)
            messages.success(request, _("已进入封闭管理，门岗即时生效。"))
            return redirect("gate:closing", pk=unit.pk)
    except (Invalid, Conflict) as error:
        if form.is_bound:
            attach(form, error)
        else:
            messages.warning(request, error.message)
            return redirect("gate:closing", pk=unit.pk)
    return _page(request, actor, unit, PermitForm(unit=unit), form)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def permit_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a row off the permitted list."""
    actor = request_actor(request)
    unit_id = Permit.objects.filter(pk=pk).values_list("enterprise", flat=True).first()
    if unit_id is None:
        raise NotFound(_("准入名单中没有这一行。"))
    try:
        gate.end_permit(permit_id=pk, by=actor)
        messages.success(request, _("已从准入名单取消。"))
    except Conflict as error:
        messages.warning(request, error.message)
    return redirect("gate:closing", pk=unit_id)


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_LEDGERS)
def meetings(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the meetings of this month, and register one."""
    actor = request_actor(request)
    unit = one_of(gate.gate_firms(actor), pk)
    form = MeetingForm(
        request.POST or None, initial={"held_at": timezone.localtime().replace(second=0, microsecond=0)}
    )
    if request.method == "POST":
        unit = _decided_unit(actor, pk)
        if form.is_valid():
            try:
                gate.hold_meeting(enterprise=unit, data=gate.MeetingData(**form.cleaned_data), by=actor)
            except (Invalid, Conflict) as error:
                attach(form, error)
            else:
                messages.success(request, _("已登记会议。"))
                return redirect("gate:meetings", pk=unit.pk)
    rows = list(gate.meetings_of_month(unit, timezone.localdate()))
    held = [row for row in rows if row.cancelled_at is None]
    context: dict[str, Any] = {
        "unit": unit,
        "rows": rows,
        "form": form,
        "count": len(held),
        "online": sum(row.online for row in held),
        "limit": gate.standard_of(unit).meeting_max,
        "decides": gate.can_keep(actor, unit),
    }
    return render(request, "company/gate/meetings.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def meeting_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a meeting that was not held."""
    actor = request_actor(request)
    unit_id = gate.meetings_visible_to(actor).filter(pk=pk).values_list("enterprise", flat=True).first()
    try:
        gate.cancel_meeting(meeting_id=pk, by=actor)
        messages.success(request, _("已取消会议。"))
    except Conflict as error:
        messages.warning(request, error.message)
    return redirect("gate:meetings", pk=unit_id or 0)
