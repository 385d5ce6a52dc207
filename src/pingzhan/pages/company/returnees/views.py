"""返岗登记: the ledger of one enterprise or of all that the reader sees, and one return."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.people import api as people
from pingzhan.domain.returnees import api as returnees
from pingzhan.domain.returnees.enums import Outcome, State
from pingzhan.domain.returnees.models import Application
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.ui.rows import Column, badge, table
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.company.firms import firms_of, one_of
from pingzhan.pages.company.returnees.forms import FilterForm, OverrideForm, RecheckForm, SeenForm
from pingzhan.pages.company.returnees.picture import draw, facts_of
from pingzhan.pages.console.guard import needs

PAGE = 50
TONES = {Outcome.ADMIT: "ok", Outcome.HOLD: "warn", Outcome.ISOLATE: "bad"}


def visible_return(actor: Actor, pk: int) -> Application:
    """Return a return the actor may see. NotFound otherwise."""
    found = (
        returnees.visible_to(actor)
        .select_related("enterprise", "employment__individual")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这份返岗申请，或您无权查看。"))
    return found


@require_GET
@needs(Permission.VIEW_LEDGERS)
def index(request: HttpRequest) -> HttpResponse:
    """Show the returns of all enterprises the reader sees; of the only one with what can be done there."""
    actor = request_actor(request)
    firms = list(firms_of(actor, Permission.VIEW_LEDGERS).values_list("pk", "name"))
    if len(firms) == 1:
        return _ledger(request, actor, Unit.objects.get(pk=firms[0][0]), [])
    return _ledger(request, actor, None, firms)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the returns of one enterprise."""
    actor = request_actor(request)
    return _ledger(request, actor, one_of(firms_of(actor, Permission.VIEW_LEDGERS), pk), [])


def _ledger(
    request: HttpRequest, actor: Actor, enterprise: Unit | None, firms: list[tuple[int, str]]
) -> HttpResponse:
    params = {key: str(value) for key, value in request.GET.items() if value}
    wanted = returnees.filter_of({**params, "unit": str(enterprise.pk)} if enterprise else params)
    found = returnees.find_returnees(returnees.visible_to(actor), wanted)
    page = params.pop("page", "1")
    at = max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1
    rows = list(found.select_related("enterprise", "employment__individual")[(at - 1) * PAGE : at * PAGE + 1])
    count = found.order_by().count()
    context: dict[str, Any] = {
        "title": _("返岗登记"),
        "enterprise": enterprise,
        "filters": FilterForm(request.GET or None, firms=firms),
        "table": _table(
            returnees.page_rows(rows[:PAGE], named=_named(actor)), one_firm=enterprise is not None
        ),
        "rows": len(rows[:PAGE]),
        "count": count,
        "before": urlencode({**params, "page": at - 1}) if at > 1 else "",
        "after": urlencode({**params, "page": at + 1}) if len(rows) > PAGE else "",
        "may_keep": enterprise is not None and returnees.can_keep(actor, enterprise),
    }
    return render(request, "company/returnees/index.html", context)


def _named(actor: Actor) -> Callable[[str], bool]:
    """Return who is named in full: the workers of enterprises whose roster the actor may see."""
    return lambda path: actor.has(Permission.VIEW_WORKERS, path)


def _table(rows: list[returnees.ReturneeRow], *, one_firm: bool) -> SafeString:
    columns = [
        Column(_("姓名"), head=True),
        *([] if one_firm else [Column(_("企业"))]),
        Column(_("返岗日期"), "nowrap"),
        Column(_("来自")),
        Column(_("判定")),
        Column(_("最早上岗日期"), "nowrap"),
        Column(_("进度")),
    ]
    return table(columns, (_cells(row, one_firm=one_firm) for row in rows))


def _cells(one: returnees.ReturneeRow, *, one_firm: bool) -> list[str]:
    row = one.row
    name = _("已销毁") if one.erased else one.name
    cells: list[str] = [
        format_html(
            '<a href="{}">{}</a> <span class="muted nowrap">{}</span>',
            reverse("returnees:detail", args=[row.pk]),
            name,
            one.employee_no,
        )
    ]
    if not one_firm:
        cells.append(row.enterprise.name)
    cells += [
        f"{row.return_on:%Y-%m-%d}",
        row.from_name,
        outcome_badge(row),
        f"{row.earliest:%Y-%m-%d}" if row.earliest and row.outcome != Outcome.ADMIT else "",
        str(row.get_state_display()),
    ]
    return cells


def outcome_badge(row: Application) -> str:
    """Return the outcome of a return as a badge; what a person decided says so."""
    if not row.outcome:
        return badge("idle", _("未判定"))
    word = str(row.get_outcome_display())
    if row.overridden:
        word = _("%(outcome)s（人工改判）") % {"outcome": word}
    return badge(TONES[Outcome(row.outcome)], word)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one return: the decision with its reasons, the picture with its table, and what can be done now."""
    actor = request_actor(request)
    return detail_page(request, visible_return(actor, pk), actor)


def detail_page(
    request: HttpRequest, row: Application, actor: Actor, *, status: int = 200, **forms: Any
) -> HttpResponse:
    """Return the page of a return, with a form that was refused if there is one."""
    may_read = returnees.can_read(actor, row)
    decisions = returnees.decisions_of(row)
    (opened,) = returnees.opened([row])
    (shown,) = returnees.page_rows([row], named=_named(actor))
    latest = decisions[0] if decisions else None
    today = timezone.localdate()
    may_keep = returnees.can_keep(actor, row.enterprise) and row.is_open
    context: dict[str, Any] = {
        "row": row,
        "name": _("已销毁") if shown.erased else shown.name,
        "badge": outcome_badge(row),
        "latest": latest,
        "decisions": decisions,
        "may_read": may_read,
        "may_keep": may_keep,
        "declared": row.declared_sealed is not None,
        "today": today,
        "is_day": row.return_on <= today,
        "is_cleared": row.state == State.CLEARED,
        "invited": row.state == State.INVITED,
        "may_override": latest is not None
        and row.is_open
        and (actor.has(Permission.HANDLE_INCIDENTS, row.enterprise.path) or may_keep),
        "milder": actor.has(Permission.HANDLE_INCIDENTS, row.enterprise.path),
        "seen": SeenForm(),
        "recheck": RecheckForm(),
        "override": OverrideForm(initial={"outcome": row.outcome}),
    }
    if may_read:
        facts = facts_of(opened, latest if row.is_open else None, today)
        context |= {
            "facts": facts,
            "picture": draw(facts, row.return_on, today, 14) if facts else None,
            "doses": opened.declared.doses,
            "earlier": len(opened.declared.earlier),
        }
    return render(request, "company/returnees/detail.html", context | forms, status=status)


def worker_name(row: Application) -> str:
    """Return the name of whoever returns; empty once it was destroyed."""
    return (
        people.opened([row.employment.individual], fields=("name",))[row.employment.individual_id].name or ""
    )
