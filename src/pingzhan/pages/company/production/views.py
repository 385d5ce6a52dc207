"""生产经营: of all enterprises the sums of a day and who has not given them; of one its row, course and list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import Period
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import request_actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid
from pingzhan.pages.company.firms import firm_for
from pingzhan.pages.company.production.forms import FiguresForm
from pingzhan.pages.company.zoned import narrowed, watched
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.capped import Capped
from pingzhan.pages.console.guard import needs

PAGE = 31
COURSE = timedelta(days=29)
"""The charts show thirty days."""
LONG_AGO = timedelta(days=3660)


def asked_day(request: HttpRequest, today: date) -> date:
    """Return the day of the address, today when it names none, one ahead or one of more than ten years ago."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return day if today - LONG_AGO < day <= today else today


def course(totals: Sequence[premises.DayTotal], last: date) -> dict[str, Any]:
    """Return two charts, output and persons at work, of the thirty days up to ``last``; no figure leaves a gap."""
    by_day = {one.day: one for one in totals}
    days = [last - COURSE + timedelta(days=n) for n in range(COURSE.days + 1)]
    shown = [(day, by_day.get(day)) for day in days]
    words = [f"{day:%m-%d}" for day in days]
    return {
        "output": {
            "categories": words,
            "series": [
                {
                    "name": _("产值（万元）"),
                    "data": [float(one.output) if one else None for _day, one in shown],
                }
            ],
        },
        "people": {
            "categories": words,
            "series": [
                {"name": _("在岗人数"), "data": [one.at_work if one else None for _day, one in shown]}
            ],
        },
        "output_rows": [
            [f"{day:%m-%d}", one.output if one else "—", one.firms if one else 0] for day, one in shown
        ],
        "people_rows": [
            [f"{day:%m-%d}", one.at_work if one else "—", one.firms if one else 0] for day, one in shown
        ],
        "output_columns": [_("日期"), _("产值（万元）"), _("填报企业数")],
        "people_columns": [_("日期"), _("在岗人数"), _("填报企业数")],
    }


@require_GET
@needs(Permission.VIEW_LEDGERS)
def index(request: HttpRequest) -> HttpResponse:
    """Lead to the only enterprise, or show a day of all: sums, course, and who has not given figures."""
    actor = request_actor(request)
    firms = list(watched(request))
    if len(firms) == 1:
        return redirect("production:firm", firms[0].pk)
    today = clock.today()
    day = asked_day(request, today)
    ids = [one.pk for one in firms]
    given, last = premises.figures_of_day(ids, day), premises.last_figures(ids)
    rows = [(one, (given.get(one.pk), last.get(one.pk))) for one in firms]
    _page, context = narrowed(request, rows, lambda line: line[0] is None)
    sums = premises.totals(premises.figures_visible_to(actor), day - COURSE, day)
    context |= {
        "title": _("生产经营"),
        "day": day,
        "today": today,
        "firms": len(firms),
        "given": len(given),
        "total": sums[-1] if sums and sums[-1].day == day else None,
        "troubled": sum(bool(row.difficulty) for row in given.values()),
        "course": course(sums, day),
    }
    return render(request, "company/production/zone.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_LEDGERS)
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the figures of an enterprise and their course; give those of a day in one row, or correct them."""
    actor = request_actor(request)
    unit = firm_for(request, pk, Permission.VIEW_LEDGERS)
    today = clock.today()
    day = asked_day(request, today)
    period = Period.WEEK if request.GET.get("period") == Period.WEEK else Period.DAY
    if period == Period.WEEK:
        day = clock.monday(day)
    if request.method == "POST":
        require(actor, Permission.KEEP_LEDGERS, unit.path)
    held = premises.figures_of_day([unit.pk], day, period).get(unit.pk)
    form = FiguresForm(request.POST or None, initial=FiguresForm.of(held, period, day))
    if request.method == "POST" and form.is_valid():
        try:
            row, new = premises.save_figures(
                enterprise=unit,
                day=form.cleaned_data["day"],
                period=Period(form.cleaned_data["period"]),
                data=form.data_of(),
                by=actor,
            )
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            words = _("%(day)s 的情况已填报。") if new else _("%(day)s 的情况已更正，原数字保留在历史中。")
            messages.success(request, words % {"day": row.day.isoformat()})
            return redirect("production:firm", pk)
    rows = premises.figures_visible_to(actor).filter(enterprise=unit)
    page = Capped(rows.order_by("-day", "period"), PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "title": _("生产经营"),
        "firm": unit,
        "form": form,
        "held": held,
        "day": day,
        "today": today,
        "page": page,
        "rows": list(page.object_list),
        "course": course(premises.totals(rows, today - COURSE, today), today),
        "keeps": premises.can_keep(actor, unit),
    }
    return render(request, "company/production/firm.html", context, status=422 if form.errors else 200)
