"""请假离岗: a month of who is away, AB 岗 both away, and the days that are holidays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.domain.organisation.models import Absence
from pingzhan.domain.roster import api
from pingzhan.domain.roster.enums import HolidayKind
from pingzhan.domain.roster.models import Holiday
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, request_actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound, Refused
from pingzhan.pages.console.answers import tried
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.roster.access import roster_zone, tabs
from pingzhan.pages.console.roster.forms import AbsenceForm, HolidayForm

MARKS = {
    AbsenceKind.LEAVE: "leave",
    AbsenceKind.TRAVEL: "travel",
    AbsenceKind.ILL: "ill",
    AbsenceKind.QUARANTINE: "quarantine",
}


def _grid(
    absences: list[Absence], first: date, until: date, pairs: set[tuple[int, date]]
) -> list[dict[str, Any]]:
    """Return a row for each person with one cell for each day: nothing, or which absence."""
    rows: dict[int, dict[str, Any]] = {}
    days = [first + timedelta(days=n) for n in range((until - first).days)]
    for absence in absences:
        row = rows.setdefault(
            absence.person_id,
            {"person": absence.person, "days": {}, "absences": []},
        )
        row["absences"].append(absence)
        for day in days:
            if absence.t0 < clock.midnight(day + timedelta(days=1)) and absence.t1 > clock.midnight(day):
                row["days"][day] = absence
    return [
        {
            **row,
            "cells": [
                {
                    "day": day,
                    "mark": MARKS[AbsenceKind(row["days"][day].kind)] if day in row["days"] else "",
                    "word": row["days"][day].get_kind_display() if day in row["days"] else "",
                    "both": (row["person"].pk, day) in pairs,
                }
                for day in days
            ],
        }
        for row in rows.values()
    ]


def _both_days(clashes: list[organisation.BothAway], first: date, until: date) -> set[tuple[int, date]]:
    found = set()
    for clash in clashes:
        day = max(first, timezone.localtime(clash.t0).date())
        while day < until and clock.midnight(day) < clash.t1:
            found |= {(clash.person_id, day), (clash.other_id, day)}
            day += timedelta(days=1)
    return found


def _register(actor: Actor, form: AbsenceForm) -> None:
    data = form.cleaned_data
    organisation.register_absence(
        person=data["person"],
        kind=AbsenceKind(data["kind"]),
        t0=clock.midnight(data["first"]),
        t1=clock.midnight(data["last"] + timedelta(days=1)),
        basis=data["basis"],
        override=data.get("override", ""),
        by=actor,
    )


def _form(request: HttpRequest, actor: Actor, zone: Unit) -> AbsenceForm | None:
    if not actor.has(Permission.REGISTER_ABSENCE, zone.path):
        return None
    form = AbsenceForm(request.POST or None, zone=zone)
    if not actor.has(Permission.APPROVE_ABSENCE, zone.path):
        form.fields.pop("override")
    return form


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_STRUCTURE)
def absences(request: HttpRequest) -> HttpResponse:
    """Show a month of absences with AB 岗 both away marked, and take a new one."""
    actor = request_actor(request)
    zone = roster_zone(request)
    form = _form(request, actor, zone)
    if request.method == "POST":
        require(actor, Permission.REGISTER_ABSENCE, zone.path)
        assert form is not None
        if form.is_valid():
            try:
                _register(actor, form)
            except Refused as error:
                if error.code != "both_away_refused":
                    raise
                form.add_error(None, f"{error.message}{error.hint}")
            except DomainError as error:
                form.add_error(None, f"{error.message}{error.hint}")
            else:
                messages.success(request, _("已登记。"))
                return redirect("roster:absences")
    params = {key: str(value) for key, value in request.GET.items()}
    first, until = api.month_of(api.day_of(params))
    rows = list(organisation.absences_between(zone.path, clock.midnight(first), clock.midnight(until)))
    clashes = organisation.both_away(rows, organisation.pairs(zone.pk))
    own = api.own_days()
    names = {row.person_id: row.person.name for row in rows}
    context = {
        "zone": zone,
        "tabs": tabs(actor, zone, "absences"),
        "form": form,
        "title": date_format(first, "YEAR_MONTH_FORMAT"),
        "before": first - timedelta(days=1),
        "after": until,
        "days": [
            {"day": day, "off": api.day_class(day, own) != "workday", "today": day == timezone.localdate()}
            for day in (first + timedelta(days=n) for n in range((until - first).days))
        ],
        "rows": _grid(rows, first, until, _both_days(clashes, first, until)),
        "clashes": [
            {"clash": one, "first": names.get(one.person_id, ""), "when": api.when(one.t0, one.t1)}
            for one in clashes
        ],
        "may_cancel": form is not None,
        "marks": [(MARKS[kind], kind.label) for kind in AbsenceKind],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "console/roster/absences.html", context, status=status)


@require_POST
@needs(Permission.REGISTER_ABSENCE)
def cancel_absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an absence back."""
    actor = request_actor(request)
    absence = (
        Absence.objects.select_related("person__home_unit")
        .filter(pk=pk, person__in=organisation.persons_visible_to(actor))
        .first()
    )
    if absence is None:
        raise NotFound(_("这条离岗登记已不存在。"))
    return tried(
        request,
        lambda: organisation.cancel_absence(absence=absence, by=actor),
        _("已撤回登记。"),
        "roster:absences",
    )


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_STRUCTURE)
def holidays(request: HttpRequest) -> HttpResponse:
    """Show which days are holidays and where that comes from; whoever keeps the settings enters more."""
    actor = request_actor(request)
    zone = roster_zone(request)
    may_edit = actor.has(Permission.MANAGE_SETTINGS)
    form = HolidayForm(request.POST or None) if may_edit else None
    if request.method == "POST":
        require(actor, Permission.MANAGE_SETTINGS)
        assert form is not None
        if form.is_valid():
            data = form.cleaned_data
            return tried(
                request,
                lambda: api.set_holiday(
                    day=data["day"],
                    kind=HolidayKind(data["kind"]),
                    name=data["name"],
                    source=data["source"],
                    by=actor,
                ),
                _("已登记。"),
                "roster:holidays",
            )
    own_rows = {row.day: row for row in Holiday.objects.order_by("day")}
    year = timezone.localdate().year
    published = api.published_days()
    context = {
        "zone": zone,
        "tabs": tabs(actor, zone, "holidays"),
        "form": form,
        "own": [(row, HolidayKind(row.kind).label) for row in own_rows.values()],
        "published": [
            {"day": day, "known": known, "overruled": day in own_rows}
            for day, known in sorted(published.items())
            if day.year >= year
        ],
        "sources": sorted({known.source for day, known in published.items() if day.year >= year}),
        "unknown": api.unknown_years(date(year, 1, 1), date(year + 2, 1, 1), api.own_days()),
        "may_edit": may_edit,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "console/roster/holidays.html", context, status=status)


@require_POST
@needs(Permission.MANAGE_SETTINGS)
def remove_holiday(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an entry back."""
    actor = request_actor(request)
    return tried(
        request, lambda: api.remove_holiday(holiday_id=pk, by=actor), _("已撤销。"), "roster:holidays"
    )
