"""The duty sheet of a week: filled in, copied from the week before, said to be kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.premises import api as premises
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid
from pingzhan.pages.company.duty.cards import cards
from pingzhan.pages.company.duty.views import monday_of
from pingzhan.pages.company.firms import firm_for
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs


def _number(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "familiar"}),
    )


class WeekForm(forms.Form):
    """Leader and officer of seven days by employee number; a day left empty stays as it is."""

    def __init__(self, *args: Any, days: list[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days = days
        for n in range(len(days)):
            self.fields[f"leader_{n}"] = _number(gettext_lazy("带班领导工号"))
            self.fields[f"officer_{n}"] = _number(gettext_lazy("值班人员工号"))

    def rows(self) -> list[tuple[date, forms.BoundField, forms.BoundField]]:
        """Return each day with its two fields."""
        return [(day, self[f"leader_{n}"], self[f"officer_{n}"]) for n, day in enumerate(self.days)]

    def filled(self) -> list[tuple[int, premises.DutyLine]]:
        """Return the days that were filled in, by their place in the form."""
        found = []
        for n, day in enumerate(self.days):
            leader, officer = (self.cleaned_data[f"{key}_{n}"].strip() for key in ("leader", "officer"))
            if leader or officer:
                found.append((n, premises.DutyLine(day, leader, officer)))
        return found


def _back(request: HttpRequest, pk: int, monday: date) -> str:
    return f"{reverse('firm_duty:firm', args=[pk])}?week={monday.isoformat()}"


def _said(days: int) -> str:
    return ngettext("已排 %(n)d 天值班。", "已排 %(n)d 天值班。", days) % {"n": days}


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill in the sheet of a week; all days of one form are set together or not at all."""
    actor = request_actor(request)
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    monday = monday_of(request, premises.duty_day())
    held = premises.week(unit, monday)
    initial: dict[str, str] = {}
    for n, row in enumerate(held.values()):
        if row is not None:
            initial |= {f"leader_{n}": row.leader.employee_no, f"officer_{n}": row.officer.employee_no}
    form = WeekForm(request.POST or None, days=list(held), initial=initial)
    if form.is_valid():
        filled = [one for one in form.filled() if _changed(one, initial)]
        try:
            if form.filled() and not filled:
                raise Conflict(_("没有改动。"), code="unchanged")
            n = premises.set_duty(enterprise=unit, lines=[line for _n, line in filled], by=actor)
        except (Invalid, Conflict) as error:
            _attach(form, error, [n for n, _line in filled])
        else:
            messages.success(request, _said(n))
            return redirect(_back(request, pk, monday))
    context = {
        "title": _("排值班"),
        "firm": unit,
        "form": form,
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "familiar": cards(premises.familiar(unit)).values(),
        "back": _back(request, pk, monday),
    }
    return render(request, "company/duty/week.html", context, status=422 if form.errors else 200)


def _changed(one: tuple[int, premises.DutyLine], initial: dict[str, str]) -> bool:
    n, line = one
    return (line.leader, line.officer) != (initial.get(f"leader_{n}"), initial.get(f"officer_{n}"))


def _attach(form: WeekForm, error: Invalid | Conflict, at: list[int]) -> None:
    """Show a refusal under the day it is about: the action counts the days it was given."""
    key, _sep, n = error.place.partition("_")
    known = n.isdecimal() and int(n) < len(at)
    attach(form, error, {error.place: f"{key}_{at[int(n)]}" if known else ""})


@require_POST
@needs(Permission.KEEP_LEDGERS)
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a week as the week before, where nobody is set."""
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    monday = monday_of(request, premises.duty_day())
    try:
        n = premises.copy_week(enterprise=unit, monday=monday, by=request_actor(request))
    except (Conflict, Invalid) as error:
        messages.warning(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, _said(n))
    return redirect(_back(request, pk, monday))


@require_POST
@needs(Permission.KEEP_LEDGERS)
def kept(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that duty is kept today as the sheet has it."""
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    try:
        premises.confirm_duty(enterprise=unit, by=request_actor(request))
    except (Conflict, Invalid) as error:
        messages.warning(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, _("已登记：今天按值班表值班。"))
    return redirect("firm_duty:firm", pk)
