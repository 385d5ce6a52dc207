"""The emergency team of an enterprise: who has which task, and which tasks have nobody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import TeamTask
from pingzhan.domain.premises.models import TeamMember
from pingzhan.foundation.access.actor import request_actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid
from pingzhan.pages.company.duty.cards import cards
from pingzhan.pages.company.firms import firm_for
from pingzhan.pages.company.gate.forms import text
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs


class MemberForm(forms.Form):
    """A worker and his task."""

    number = text(gettext_lazy("工号"), missing=gettext_lazy("请填写工号。"), most=30, list="familiar")
    task = forms.ChoiceField(label=gettext_lazy("分工"), choices=TeamTask.choices)


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_LEDGERS)
def firm_team(request: HttpRequest, pk: int) -> HttpResponse:
    """List the team and what it lacks; give somebody a task."""
    actor = request_actor(request)
    unit = firm_for(request, pk, Permission.VIEW_LEDGERS)
    form = MemberForm(request.POST or None)
    if request.method == "POST":
        require(actor, Permission.KEEP_LEDGERS, unit.path)
        if form.is_valid():
            data = form.cleaned_data
            try:
                premises.join_team(
                    enterprise=unit, number=data["number"], task=TeamTask(data["task"]), by=actor
                )
            except (Invalid, Conflict) as error:
                attach(form, error)
            else:
                messages.success(request, _("已加入应急队伍。"))
                return redirect("firm_duty:team", pk)
    rows = list(premises.team(unit))
    who = cards([row.employment for row in rows])
    keeps = premises.can_keep(actor, unit)
    context: dict[str, Any] = {
        "title": _("应急队伍"),
        "firm": unit,
        "rows": [(row, who[row.employment_id]) for row in rows],
        "persons": len(who),
        "short": premises.missing_tasks(unit),
        "form": form,
        "familiar": cards(premises.familiar(unit)).values() if keeps else [],
        "keeps": keeps,
        "reveals": actor.has(Permission.REVEAL_PERSONAL, unit.path),
    }
    return render(request, "company/duty/team.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def right(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the team is still as listed."""
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    try:
        premises.confirm_team(enterprise=unit, by=request_actor(request))
    except (Conflict, Invalid) as error:
        messages.warning(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, _("已登记：应急队伍名单无变化。"))
    return redirect("firm_duty:team", pk)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """End a task."""
    unit_id = TeamMember.objects.filter(pk=pk).values_list("enterprise", flat=True).first()
    try:
        premises.leave_team(member_id=pk, by=request_actor(request))
    except Conflict as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("已退出应急队伍，记录仍保留。"))
    return redirect("firm_duty:team", unit_id or 0)
