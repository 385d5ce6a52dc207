"""What was done is registered: a round with its exceptions, airing as planned, or a table of all areas."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.enums import Kind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.company.sanitation.forms import RoundForm, RowForm
from pingzhan.pages.company.sanitation.views import day_asked
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs


def refuse_readers(actor: Actor, unit: Unit) -> None:
    """Raise Refused for whoever may only read this enterprise's ledger."""
    if not sanitation.can_keep(actor, unit):
        raise Refused(_("您不能办理这家企业的台账。"), hint=_("请由企业联系人办理。"), code="refused_scope")


def _told(request: HttpRequest, done: sanitation.Stored) -> None:
    if done.stored:
        words = ngettext("已登记 %(n)d 个区域。", "已登记 %(n)d 个区域。", done.stored) % {"n": done.stored}
        if done.known:
            words += ngettext(
                "另有 %(n)d 个区域这一轮已有登记。", "另有 %(n)d 个区域这一轮已有登记。", done.known
            ) % {"n": done.known}
        messages.success(request, words)
    else:
        messages.warning(request, _("所选区域这一轮已有登记，没有重复登记。"))


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def round_form(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Show the areas of a round as a list to tap, all ticked; on POST register those that were done.

    ``whole`` in the POST registers the round as usual and now, without the form.
    """
    actor = request_actor(request)
    unit = one_of(sanitation.firms_visible_to(actor), pk)
    refuse_readers(actor, unit)
    now, today = business_now()
    day = day_asked(request, today)
    plan = sanitation.day_plan(unit, day, now)
    state = plan.state_of(key)
    if state is None:
        raise NotFound(_("没有这一轮消杀或通风。"), hint=_("措施可能已经变化，请回到今天的列表。"))
    back = f"{reverse('sanitation:firm', args=[unit.pk])}?day={day}"
    kind = state.round.kind
    ticked = {area.pk for area in state.missing}
    if "whole" in request.POST:
        data = sanitation.RoundData(key, day, tuple(sorted(ticked)))
        if not ticked:
            messages.warning(request, _("这一轮已经全部登记。"))
            return redirect(back)
        try:
            _told(request, sanitation.enter_round(enterprise=unit, data=data, by=actor))
        except (Invalid, Conflict) as error:
            messages.warning(request, f"{error.message}{error.hint}")
        return redirect(back)
    form = RoundForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        kind=kind,
        least=plan.least,
        at=now if state.current else None,
    )
    if request.method == "POST":
        ticked = {int(one) for one in request.POST.getlist("areas") if one.isdecimal() and len(one) < 18}
        if form.is_valid():
            given = dict(form.cleaned_data)
            given["photos"] = tuple(given["photos"])
            data = sanitation.RoundData(key, day, tuple(sorted(ticked)), **given)
            try:
                done = sanitation.enter_round(enterprise=unit, data=data, by=actor)
            except (Invalid, Conflict) as error:
                attach(form, error)
            else:
                _told(request, done)
                return redirect(back)
    context: dict[str, Any] = {
        "title": state.round.title,
        "firm": unit,
        "day": day,
        "state": state,
        "plan": plan,
        "form": form,
        "back": back,
        "lines": [(area, area.pk in state.done, area.pk in ticked) for area in state.areas],
    }
    return render(request, "company/sanitation/round.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def planned(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the rooms were aired as planned."""
    actor = request_actor(request)
    unit = one_of(sanitation.firms_visible_to(actor), pk)
    refuse_readers(actor, unit)
    try:
        made = sanitation.air_as_planned(enterprise=unit, by=actor)
    except Conflict as error:
        messages.warning(request, f"{error.message}{error.hint}")
    else:
        words = ngettext("已申报 %(n)d 个区域按计划通风。", "已申报 %(n)d 个区域按计划通风。", made) % {
            "n": made
        }
        messages.success(request, words if made else _("这一轮通风已经登记。"))
    return redirect("sanitation:firm", unit.pk)


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def table(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all areas as a table for one day and one kind of work; on POST register the rows with a time."""
    actor = request_actor(request)
    unit = one_of(sanitation.firms_visible_to(actor), pk)
    refuse_readers(actor, unit)
    now, today = business_now()
    day = day_asked(request, today)
    kind = Kind.VENTILATION if request.GET.get("kind") == Kind.VENTILATION else Kind.DISINFECTION
    plan = sanitation.day_plan(unit, day, now)
    data = request.POST if request.method == "POST" else None
    areas = [area for area in plan.areas if area.airs or kind != Kind.VENTILATION]
    rows = [RowForm(data, area=area, kind=kind, least=plan.least, day=day, now=now) for area in areas]
    error = ""
    if request.method == "POST":
        sound = all(row.is_valid() for row in rows)
        lines = [line for row in rows if sound and (line := row.line_of()) is not None]
        if sound and not lines:
            error = _("请至少给一个区域填写完成时刻。")
        elif sound:
            try:
                done = sanitation.enter_lines(enterprise=unit, kind=kind, lines=lines, by=actor)
            except (Invalid, Conflict) as wrong:
                error = f"{wrong.message}{wrong.hint}"
            else:
                _told(request, done)
                return redirect(f"{reverse('sanitation:firm', args=[unit.pk])}?day={day}")
        else:
            error = _("有的区域填写不对，请看标红的格子。")
    context: dict[str, Any] = {
        "title": _("表格补登"),
        "firm": unit,
        "tab": "table",
        "day": day,
        "today": today,
        "earliest": today - sanitation.OLDEST,
        "kind": kind,
        "kinds": Kind.choices,
        "rows": rows,
        "error": error,
        "keeps": True,
    }
    return render(request, "company/sanitation/table.html", context, status=422 if error else 200)
