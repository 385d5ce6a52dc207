"""就绪检查: could we switch now, and what stands in the way at each level."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from pingzhan.domain.command import api as command
from pingzhan.domain.command.enums import Severity
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.levels import Level
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.readiness import levels
from pingzhan.pages.console.zones import zone_for

PAGE = 50
PLAN_OLD_DAYS = 365
"""A plan older than this should be looked at again."""
NEWS = 5
"""New findings written out; the table has all of them."""


@dataclass(frozen=True)
class Row:
    """One finding in the table: ``place`` quotes the notice, ``levels`` are empty for a finding of the text."""

    kind: str
    label: str
    severity_key: str
    severity: str
    tone: str
    sentence: str
    place: str
    level_numbers: tuple[int, ...]
    levels: str
    link: str
    fix: str


class Filters(forms.Form):
    """What to show; every field may stay empty."""

    level = forms.ChoiceField(
        label=gettext_lazy("等级"),
        required=False,
        choices=[("", gettext_lazy("全部")), *((str(one.value), one.sign) for one in Level)],
    )
    severity = forms.ChoiceField(
        label=gettext_lazy("严重程度"),
        required=False,
        choices=[("", gettext_lazy("全部")), *Severity.choices],
    )
    kind = forms.ChoiceField(label=gettext_lazy("种类"), required=False)

    def __init__(self, kinds: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label=_("种类"), required=False, choices=[("", _("全部")), *kinds.items()]
        )


@require_GET
@needs(Permission.VIEW_STRUCTURE)
def index(request: HttpRequest) -> HttpResponse:
    """Answer first, then the four levels, what is new, drills, and the findings; with htmx only the table."""
    zone = zone_for(request, Permission.VIEW_STRUCTURE)
    report = levels.report_of(zone)
    if report is None:
        context: dict[str, Any] = {"report": None, "lead": zone.name}
        return render(request, "console/readiness/index.html", context)
    rows = [_row(one, report) for one in report.findings]
    filters = Filters({row.kind: row.label for row in rows}, request.GET or None)
    if filters.is_bound and filters.is_valid():
        rows = [row for row in rows if _fits(row, filters.cleaned_data)]
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "report": report,
        "filters": filters,
        "page": page,
        "query": urlencode({k: v for k, v in request.GET.items() if k != "page" and v}),
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "console/readiness/_findings.html", context)
    context |= {
        "lead": _("%(zone)s，组织架构第 %(n)d 版") % {"zone": zone.name, "n": report.version.n},
        "levels": [levels.level_row(one) for one in report.levels],
        "answer": levels.answer(report),
        "plan": _plan(report),
        "news": _news(zone, report),
        "notes": command.readiness_notes(zone),
        "can_order": request_actor(request).has(Permission.ORDER_SWITCH, zone.path),
    }
    return render(request, "console/readiness/index.html", context)


@dataclass(frozen=True)
class PlanAge:
    """How old the plan in force is."""

    title: str
    published_at: datetime | None
    days: int
    tone: str


def _plan(report: command.ReadinessReport) -> PlanAge:
    at = report.version.published_at
    days = (report.at - at).days if at is not None else 0
    return PlanAge(report.version.title, at, days, "warn" if days > PLAN_OLD_DAYS else "ok")


@dataclass(frozen=True)
class News:
    """What changed since the last night: grave findings that are new, and how many are gone."""

    since: datetime
    fresh: list[str]
    gone: int


def _news(zone: Unit, report: command.ReadinessReport) -> News | None:
    night = command.last_night(zone)
    if night is None:
        return None
    grave = {one.key: one.sentence for one in report.findings if one.severity != Severity.INFO}
    before = set(night.keys)
    return News(
        night.at, [text for key, text in grave.items() if key not in before][:NEWS], len(before - set(grave))
    )


def _row(one: command.ReadinessFinding, report: command.ReadinessReport) -> Row:
    shown = levels.item(one)
    link, fix = shown.link, shown.fix
    if one.source == "notice":
        link, fix = reverse("structure:version", args=[report.version.pk]), _("看原文")
    return Row(
        one.kind,
        one.label,
        one.severity,
        shown.severity_label,
        shown.tone,
        one.sentence,
        one.place,
        one.levels,
        levels.levels_word(one.levels),
        link,
        fix,
    )


def _fits(row: Row, wanted: dict[str, str]) -> bool:
    if wanted["level"] and row.level_numbers and int(wanted["level"]) not in row.level_numbers:
        return False
    if wanted["severity"] and row.severity_key != wanted["severity"]:
        return False
    return not wanted["kind"] or row.kind == wanted["kind"]
