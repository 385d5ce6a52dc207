"""Compliance of a zone, an area or an enterprise over a period, with its trend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.frontline import api as frontline
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.obligations.enums import Axis, State
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.ui.rows import Column, badge, table
from pingzhan.pages.console.compliance.shared import (
    AXES,
    DEFAULT_DAYS,
    PERIODS,
    Days,
    days_for,
    group_names,
    label_of,
    percent,
    query_of,
    rate_tone,
    scope_for,
    scopes_for,
)
from pingzhan.pages.console.guard import needs

_DRILL = {Axis.PARTY: "party", Axis.ITEM: "item", Axis.MEASURE: "duty", Axis.GROUP: "group"}


@require_GET
@needs(Permission.VIEW_LEDGERS)
def index(request: HttpRequest) -> HttpResponse:
    """Show compliance of a scope by party, enterprise, item, measure or group, and its trend."""
    actor = request_actor(request)
    scopes = scopes_for(actor)
    scope, days = scope_for(request, scopes), days_for(request)
    axis = Axis(request.GET["by"]) if request.GET.get("by") in Axis.values else Axis.PARTY
    lines = obligations.compliance(scope, by=axis, t0=days.t0, t1=days.t1)
    names = group_names() if axis == Axis.GROUP else {}
    context = {
        "scopes": scopes,
        "axes": [(key, label, key == axis) for key, label in AXES],
        "axis": axis,
        "axis_label": dict(AXES)[axis],
        "table": _table(axis, scope, days, lines, names),
        "lines": lines,
        "keep": query_of(request, "by"),
        "may_waive": obligations.can_waive(actor, scope),
        **_overview(scope, days),
    }
    return render(request, "console/compliance/index.html", context)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one enterprise: how it stands now and by measure over the period."""
    actor = request_actor(request)
    one = get_object_or_404(Unit, pk=pk, kind__in=(UnitKind.ZONE, UnitKind.ENTERPRISE))
    obligations.require_see(actor, one)
    days = days_for(request)
    lines = obligations.compliance(one, by=Axis.MEASURE, t0=days.t0, t1=days.t1)
    due = obligations.today(one.pk, everything=True)
    now, _day = obligations.business_now()
    soon = now + timedelta(days=1)
    waiting = [row for row in due if row.is_waiting and row.due_at <= soon]
    later = sum(row.is_waiting for row in due) - len(waiting)
    context = {
        "unit": one,
        "state": obligations.unit_states([one.pk])[one.pk],
        "waiting": waiting,
        "waiting_table": _waiting_table(waiting),
        "later": later,
        "visited": frontline.last_visits([one.pk]).get(one.pk),
        "sees_visits": frontline.firms_to_visit(actor).filter(pk=one.pk).exists(),
        "table": _table(Axis.MEASURE, one, days, lines, {}),
        "lines": lines,
        **_overview(one, days),
    }
    return render(request, "console/compliance/unit.html", context)


def _waiting_table(rows: Sequence[obligations.Due]) -> SafeString:
    columns = [Column(_("事项"), head=True), Column(_("限期")), Column(_("进度")), Column(_("状态"))]
    address = reverse("compliance:detail", args=[0]).replace("/0/", "/%d/")
    return table(
        columns,
        (
            [
                format_html('<a href="{}">{}</a>', address % row.id, row.title),
                date_format(localtime(row.due_at), "m-d H:i"),
                f"{row.done}/{row.expected}" if row.expected else "",
                badge("bad", _("逾期")) if row.state == State.LATE else badge("info", _("待办")),
            ]
            for row in rows
        ),
    )


def _overview(scope: Unit, days: Days) -> dict[str, Any]:
    """Return the period's counts and the trend of a scope."""
    points = obligations.trend(scope, t0=days.t0, t1=days.t1)
    counts = obligations.summed(points)
    return {
        "scope": scope,
        "days": days,
        "periods": PERIODS,
        "default_days": DEFAULT_DAYS,
        "counts": counts,
        "rate": percent(counts.rate),
        "on_time": percent(counts.on_time),
        "rate_tone": rate_tone(counts.rate),
        "on_time_tone": rate_tone(counts.on_time),
        "chart": {
            "categories": [f"{point.day:%m-%d}" for point in points],
            "series": [
                {"name": _("完成率（%）"), "data": [point.counts.rate for point in points]},
                {"name": _("按时率（%）"), "data": [point.counts.on_time for point in points]},
            ],
        },
        "chart_columns": [
            _("日期"),
            _("应办"),
            _("完成"),
            _("逾期完成"),
            _("逾期未办"),
            _("免除"),
            _("完成率"),
        ],
        "chart_rows": [
            [
                f"{point.day:%Y-%m-%d}",
                point.counts.due,
                point.counts.done,
                point.counts.overdue_done,
                point.counts.late,
                point.counts.waived,
                percent(point.counts.rate),
            ]
            for point in points
        ],
    }


def _table(
    axis: str, scope: Unit, days: Days, lines: list[obligations.Line], groups: dict[str, str]
) -> SafeString:
    heads = {
        Axis.PARTY: _("责任方"),
        Axis.UNIT: _("企业"),
        Axis.ITEM: _("指南条目"),
        Axis.MEASURE: _("措施"),
        Axis.GROUP: _("工作组"),
    }
    columns = [
        Column(heads[Axis(axis)], head=True),
        Column(_("应办"), "num"),
        Column(_("完成"), "num"),
        Column(_("逾期完成"), "num"),
        Column(_("逾期未办"), "num"),
        Column(_("免除"), "num"),
        Column(_("完成率")),
        Column(_("按时率")),
    ]
    address = _address(axis, scope, days)
    return table(
        columns,
        (
            [
                format_html(
                    '<a href="{}">{}</a>',
                    address % one.key,
                    label_of(axis, one.key, one.label, groups),
                ),
                str(one.counts.due),
                str(one.counts.done),
                str(one.counts.overdue_done),
                str(one.counts.late),
                str(one.counts.waived),
                badge(rate_tone(one.counts.rate), percent(one.counts.rate)),
                percent(one.counts.on_time),
            ]
            for one in lines
        ),
    )


def _address(axis: str, scope: Unit, days: Days) -> str:
    """Return where the lines of a table lead, ``%s`` standing for the key of a line."""
    if axis == Axis.UNIT:
        return reverse("compliance:unit", args=[0]).replace("/0/", "/%s/") + f"?days={days.count}"
    return f"{reverse('compliance:list')}?scope={scope.pk}&days={days.count}&state=&{_DRILL[Axis(axis)]}=%s"
