"""食堂卫生检查: the check of today, the book, one check with its correction."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.models import KitchenCheck
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.pages.company.canteen.acts import kept_unit
from pingzhan.pages.company.canteen.forms import CheckForm
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs

PAGE = 30


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _form(request: HttpRequest, unit: Unit, *, old: KitchenCheck | None = None, bound: bool) -> CheckForm:
    return CheckForm(
        request.POST if bound else None,
        request.FILES if bound else None,
        sites=sanitation.canteens_of(unit.pk),
        tasks=sanitation.tasks_of(unit),
        fever=sanitation.fever_line(unit),
        today=business_now()[1],
        old=old,
    )


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_LEDGERS)
def hygiene(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the check of today and the book; on POST register a check."""
    actor = request_actor(request)
    unit = one_of(sanitation.canteen_firms(actor), pk)
    form = _form(request, unit, bound=False)
    if request.method == "POST":
        unit = kept_unit(actor, pk)
        form = _form(request, unit, bound=True)
        if form.is_valid():
            try:
                made = sanitation.check_kitchen(
                    enterprise=unit, site_id=int(form.cleaned_data["site"]), data=form.data_of(), by=actor
                )
            except (Invalid, Conflict) as error:
                attach(form, error)
            else:
                _say(request, made)
                return redirect("canteen:hygiene", pk=unit.pk)
    return _page(request, actor, unit, form)


def _say(request: HttpRequest, made: KitchenCheck) -> None:
    problems = made.steps.filter(result="problem").count()
    if problems:
        messages.warning(
            request, _("已登记，有 %(n)d 项问题，对应的事项仍未办结；整改后请更正记录。") % {"n": problems}
        )
    else:
        messages.success(request, _("已登记食堂卫生检查，各项合格。"))


def _page(request: HttpRequest, actor: Actor, unit: Unit, form: CheckForm) -> HttpResponse:
    today = business_now()[1]
    params = {key: str(value) for key, value in request.GET.items() if value and key != "page"}
    wanted = sanitation.BookFilter(
        _day(params.get("first", "")), _day(params.get("last", "")), bool(params.get("problems"))
    )
    found = sanitation.book(sanitation.checks_visible_to(actor).filter(enterprise=unit), wanted)
    asked = request.GET.get("page", "1")
    at = max(1, int(asked)) if asked.isdecimal() and len(asked) < 5 else 1
    rows = sanitation.check_rows(found[(at - 1) * PAGE : at * PAGE + 1])
    standing = sanitation.standing_checks(unit.pk, today)
    context: dict[str, Any] = {
        "unit": unit,
        "form": form,
        "rows": rows[:PAGE],
        "count": found.order_by().count(),
        "before": urlencode({**params, "page": at - 1}) if at > 1 else "",
        "after": urlencode({**params, "page": at + 1}) if len(rows) > PAGE else "",
        "days": sanitation.check_days(unit.pk, today),
        "standing": standing,
        "missing": len(sanitation.canteens_of(unit.pk)) - len({one.site_id for one in standing}),
        "keeps": sanitation.can_keep_canteen(actor, unit),
        "first": wanted.first,
        "last": wanted.last,
        "problems": wanted.problems,
        "today": today,
        "tab": "hygiene",
    }
    return render(request, "company/canteen/hygiene.html", context, status=422 if form.errors else 200)


def _check(actor: Actor, pk: int) -> KitchenCheck:
    found = sanitation.checks_visible_to(actor).select_related("enterprise", "site").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这份检查记录，或您无权查看。"))
    return found


@require_GET
@needs(Permission.VIEW_LEDGERS)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one check with every step, its photographs, and what it replaces or is replaced by."""
    actor = request_actor(request)
    found = _check(actor, pk)
    (row,) = sanitation.check_rows(sanitation.checks_visible_to(actor).filter(pk=pk))
    context = {
        "unit": found.enterprise,
        "row": row,
        "check": row.check,
        "keeps": sanitation.can_keep_canteen(actor, found.enterprise),
    }
    return render(request, "company/canteen/check.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a check; the old one stays in the book."""
    actor = request_actor(request)
    found = _check(actor, pk)
    unit = kept_unit(actor, found.enterprise_id)
    form = _form(request, unit, old=found, bound=request.method == "POST")
    if request.method == "POST" and form.is_valid():
        try:
            made = sanitation.correct_check(
                check_id=pk, data=form.data_of(), reason=form.cleaned_data["reason"], by=actor
            )
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            _say(request, made)
            return redirect("canteen:check", pk=made.pk)
    context = {"unit": unit, "check": found, "form": form}
    return render(request, "company/canteen/correct.html", context, status=422 if form.errors else 200)
