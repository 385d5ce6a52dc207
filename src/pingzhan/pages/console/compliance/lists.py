"""Single obligations: lists, the evidence of one, waivers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.measures.enums import ITEMS, Evidence
from pingzhan.domain.measures.models import SetVersion
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.obligations.enums import ONCE_SLOT, WAITING
from pingzhan.domain.obligations.models import Obligation
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.ui.rows import Column, badge, table
from pingzhan.kernel.errors import DomainError
from pingzhan.pages.console.capped import Capped
from pingzhan.pages.console.compliance.forms import ListFilter, ReasonForm, WaiveForm
from pingzhan.pages.console.compliance.listing import (
    note_of,
    party_name,
    rows_of,
    state_asked,
    state_of,
    waiver_lines,
)
from pingzhan.pages.console.compliance.shared import (
    PAGE,
    STATE_TONES,
    days_for,
    query_of,
    scope_for,
    scopes_for,
)
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.wording import level_word

OPEN_ENDED = timedelta(days=366)
"""A period longer than this has no end of its own: what is due once in it stays due until it is done."""


@require_GET
@needs(Permission.VIEW_LEDGERS)
def index(request: HttpRequest) -> HttpResponse:
    """List obligations of a scope, the longest overdue first; with htmx only the table."""
    actor = request_actor(request)
    scopes = scopes_for(actor)
    scope, days = scope_for(request, scopes), days_for(request)
    # Whoever opens the list wants to know what is left to do; all states are one choice away.
    state = state_asked(request.GET)
    found = rows_of(actor, request.GET, scope, days)
    page = Capped(found, PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    context: dict[str, Any] = {
        "page": page,
        "rows": rows,
        "table": _table(rows),
        "query": query_of(request),
        "scope": scope,
        "days": days,
        "capped": page.paginator.count >= obligations.MOST,
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "console/compliance/_list.html", context)
    context["filters"] = ListFilter({**request.GET.dict(), "scope": scope.pk, "state": state}, scopes=scopes)
    context["kept"] = [(key, request.GET[key]) for key in ("duty", "group", "days") if request.GET.get(key)]
    return render(request, "console/compliance/list.html", context)


def _table(rows: Sequence[Obligation]) -> SafeString:
    columns = [
        Column(_("事项"), head=True),
        Column(_("单位")),
        Column(_("责任方")),
        Column(_("限期")),
        Column(_("状态")),
        Column(_("说明")),
    ]
    return table(columns, _cells(rows))


def _cells(rows: Sequence[Obligation]) -> Iterator[list[str]]:
    address = reverse("compliance:detail", args=[0]).replace("/0/", "/%d/")
    for row in rows:
        state = state_of(row)
        yield [
            format_html('<a href="{}">{}</a>', address % row.pk, obligations.title_of(row.demand)),
            row.unit.name,
            party_name(row.demand.party),
            date_format(localtime(row.due_at), "m-d H:i"),
            badge(STATE_TONES[state], str(state.label)),
            note_of(row),
        ]


def kind_of_work(evidence: str) -> str:
    """Return what a kind of evidence is called; the key itself when it is none of this release."""
    return str(Evidence(evidence).label) if evidence in Evidence.values else evidence


def _period(row: Obligation) -> str:
    """Return the period with its dates, also of today: it may end at the hour at which it began."""
    first, last = localtime(row.t0), localtime(row.t1)
    begin = date_format(first, "m-d H:i")
    if row.slot == ONCE_SLOT:
        return begin
    if row.t1 - row.t0 > OPEN_ENDED:
        return _("%(begin)s 起，办完为止") % {"begin": begin}
    return f"{begin} — {date_format(last, 'H:i' if last.date() == first.date() else 'm-d H:i')}"


def _one(request: HttpRequest, pk: int) -> Obligation:
    rows: QuerySet[Obligation] = obligations.visible_to(request_actor(request))
    return get_object_or_404(rows.select_related("unit", "demand__duty", "waiver"), pk=pk)


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_LEDGERS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one obligation with its basis and evidence; waive it with a reason."""
    actor = request_actor(request)
    row = _one(request, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            obligations.waive(row.pk, reason=form.cleaned_data["reason"], by=actor)
        except DomainError as error:
            if error.status == 403:
                raise
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            messages.success(request, _("已免除。"))
            return redirect("compliance:detail", row.pk)
    state = state_of(row)
    context = {
        "row": row,
        "title": obligations.title_of(row.demand),
        "state": state,
        "state_tone": STATE_TONES[state],
        "party": party_name(row.demand.party),
        "item": ITEMS.get(row.demand.item, ""),
        "posture": level_word(row.level),
        "version": SetVersion.objects.select_related("set").filter(pk=row.demand.set_version).first(),
        "proofs": obligations.evidence_of(row),
        "kind_of_work": kind_of_work(row.demand.evidence),
        "why": obligations.reason_words(row.reason),
        "overdue_done": row.closed_at is not None and row.closed_at > row.due_at,
        "may_waive": row.state in WAITING and obligations.can_waive(actor, row.unit),
        "may_declare": row.state in WAITING
        and obligations.can_declare(actor, row.unit)
        and (row.unit.kind == UnitKind.ZONE or not obligations.has_ledger(row.demand.evidence)),
        "period": _period(row),
        "may_revoke": row.waiver is not None and obligations.can_waive(actor, row.unit),
        "form": form,
    }
    return render(request, "console/compliance/detail.html", context, status=422 if form.errors else 200)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def waivers(request: HttpRequest) -> HttpResponse:
    """List the waivers the reader may see, the newest first."""
    actor = request_actor(request)
    page = Paginator(obligations.waivers_of(obligations.waivers_visible_to(actor)), PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": [
            (one.row, one.title, one.row.revoked_at is None and obligations.can_waive(actor, one.row.unit))
            for one in waiver_lines(list(page.object_list))
        ],
        "may_waive": actor.has(Permission.WAIVE_OBLIGATIONS),
    }
    return render(request, "console/compliance/waivers.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.WAIVE_OBLIGATIONS)
def waive(request: HttpRequest) -> HttpResponse:
    """Waive a measure for enterprises on some days."""
    actor = request_actor(request)
    units = list(
        Unit.objects.filter(
            within("path", actor.paths(Permission.WAIVE_OBLIGATIONS)),
            kind__in=(UnitKind.ZONE, UnitKind.ENTERPRISE),
        ).order_by("path")
    )
    form = WaiveForm(request.POST if request.method == "POST" else None, units=units)
    if request.method == "POST" and form.is_valid():
        chosen = set(form.cleaned_data["units"])
        try:
            waived = obligations.waive_measure(
                units=[one for one in units if str(one.pk) in chosen],
                duty_id=form.duty_id(),
                first=form.cleaned_data["first"],
                last=form.cleaned_data["last"],
                reason=form.cleaned_data["reason"],
                by=actor,
            )
        except DomainError as error:
            form.add_error(None, f"{error.place} {error.message}{error.hint}".strip())
        else:
            messages.success(
                request,
                _("已对 %(units)d 家单位免除，其中已生成的事项 %(n)d 项。")
                % {"units": len(waived.waivers), "n": waived.obligations},
            )
            return redirect("compliance:waivers")
    return render(
        request, "console/compliance/waive.html", {"form": form}, status=422 if form.errors else 200
    )


@require_POST
@needs(Permission.WAIVE_OBLIGATIONS)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a waiver back."""
    actor = request_actor(request)
    get_object_or_404(obligations.waivers_visible_to(actor), pk=pk)
    try:
        reopened = obligations.revoke_waiver(pk, reason=request.POST.get("reason", ""), by=actor)
    except DomainError as error:
        if error.status == 403:
            raise
        messages.error(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, _("已撤回，重新待办 %(n)d 项。") % {"n": reopened})
    return redirect("compliance:waivers")
