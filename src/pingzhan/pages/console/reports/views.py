"""信息报告: what is due and what was signed, with the chart of the main figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation
from pingzhan.domain.reporting import api
from pingzhan.domain.reporting.enums import ReportKind, ReportState
from pingzhan.domain.reporting.models import Due, Report
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.reports.access import readers_only, report_zone, tabs, world_of

PAGE = 20
CHARTED = 12
"""Reports in the chart: the newest ones."""


@require_GET
@readers_only
def index(request: HttpRequest) -> HttpResponse:
    """Show what is due, how far the zero reports are, the chart and the register of signed reports."""
    actor = request_actor(request)
    zone, world = report_zone(request), world_of(request)
    dues = api.due_reports(zone, world)
    now = clock.now()
    zero = api.zero_due(zone, world, clock.day_of(now))
    page = Paginator(api.latest_signed(zone, world).select_related("due__unit"), PAGE).get_page(
        request.GET.get("page")
    )
    charted = list(api.latest_signed(zone, world)[:CHARTED])
    context = {
        "zone": zone,
        "world": world,
        "tabs": tabs(actor, "index", world),
        "dues": _due_rows(dues, now),
        "overdue": sum(one.due_at <= now for one in dues),
        "next": dues[0] if dues else None,
        "zero": zero,
        "zero_count": api.zero_count(zero),
        "page": page,
        "rows": list(page),
        "may_write": api.can_write(actor, zone),
        **_chart(charted),
    }
    return render(request, "console/reports/index.html", context)


def _due_rows(dues: Sequence[Due], now: datetime) -> list[dict[str, Any]]:
    """Return what is due with the draft of each that has one. One query."""
    drafts = dict(
        Report.objects.filter(due__in=[one.pk for one in dues], state=ReportState.DRAFT).values_list(
            "due_id", "pk"
        )
    )
    return [
        {
            "due": one,
            "name": api.due_name(one),
            "late": one.due_at <= now,
            "zero": one.kind == ReportKind.ZERO,
            "draft": drafts.get(one.pk),
        }
        for one in dues
    ]


def _chart(reports: Sequence[Report]) -> dict[str, Any]:
    """Return the chart's data and its table: one column for each report, the oldest first."""
    ordered = sorted(reports, key=lambda one: (one.counted_at, one.pk))
    rows = api.series(ordered)
    names = [localtime(one.counted_at).strftime("%m-%d %H:%M") for one in ordered]
    return {
        "chart": {
            "categories": names,
            "series": [{"name": row["label"], "data": row["values"]} for row in rows],
        },
        "chart_columns": [_("数字"), *names],
        "chart_rows": [
            [row["label"], *("—" if value is None else value for value in row["values"])] for row in rows
        ],
    }


@require_GET
@needs(Permission.VIEW_TASKS)
def mine(request: HttpRequest) -> HttpResponse:
    """Show the zero reports that this person gives: one tap each. Open to everybody who has tasks."""
    actor = request_actor(request)
    lines = list(
        api.own_lines_of(actor)
        .filter(due__dropped_at__isnull=True, due__on__gte=clock.today())
        .select_related("due", "unit")
        .order_by("due__due_at", "pk")
    )
    context = {"tabs": tabs(actor, "mine"), "lines": lines}
    return render(request, "console/reports/mine.html", context)


@require_GET
@readers_only
def forms(request: HttpRequest) -> HttpResponse:
    """Show the papers that can be made from what the screens show now, and the alerts of the orders."""
    actor = request_actor(request)
    zone, world = report_zone(request), world_of(request)
    context = {
        "zone": zone,
        "world": world,
        "tabs": tabs(actor, "forms", world),
        "forms": list(api.FORMS.values()),
        "groups": command.group_counts(zone, world),
        "today": clock.today().isoformat(),
        "activations": list(
            Activation.objects.filter(zone=zone, world=world).select_related("unit").order_by("-pk")[:PAGE]
        ),
    }
    return render(request, "console/reports/forms.html", context)
