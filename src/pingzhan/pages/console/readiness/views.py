"""就绪检查: could we switch now, and what stands in the way at each level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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

from pingzhan.domain.command.enums import Severity
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import FindingKind, FindingSource, FindingState
from pingzhan.domain.organisation.models import StructureVersion
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.levels import Level
from pingzhan.pages.console import gaps
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.readiness.levels import ReadyItem, readiness
from pingzhan.pages.console.zones import zone_for

PAGE = 50
PLACE_CHARS = 60
"""Characters of the notice quoted for a finding."""
COMPUTED_NOW = frozenset(
    {
        FindingKind.POST_EMPTY,
        FindingKind.CRITICAL_WITHOUT_SUBSTITUTE,
        FindingKind.TWO_CRITICAL,
        FindingKind.TWO_HEADS,
        FindingKind.SEGREGATION,
        FindingKind.NO_CONTACT,
        FindingKind.SPAN_OVER_7,
    }
)
"""Structure findings that the readiness computes from today's data: what stood at publishing may be over."""


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
    """Show the four levels and the findings, filtered; with htmx only the table."""
    zone = zone_for(request, Permission.VIEW_STRUCTURE)
    version = organisation.published_version(zone.pk)
    if version is None:
        context: dict[str, Any] = {"version": None, "lead": zone.name}
        return render(request, "console/readiness/index.html", context)
    levels, found, _n = readiness(zone)
    rows = sorted(
        [*_gap_rows(found), *_finding_rows(version)], key=lambda one: (gaps.rank(one.severity_key), one.kind)
    )
    filters = Filters({row.kind: row.label for row in rows}, request.GET or None)
    if filters.is_bound and filters.is_valid():
        rows = [row for row in rows if _fits(row, filters.cleaned_data)]
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "version": version,
        "lead": _("%(zone)s，组织架构第 %(n)d 版") % {"zone": zone.name, "n": version.n},
        "levels": levels,
        "filters": filters,
        "page": page,
        "query": urlencode({k: v for k, v in request.GET.items() if k != "page" and v}),
        "can_order": request_actor(request).has(Permission.ORDER_SWITCH, zone.path),
    }
    htmx = request.headers.get("HX-Request") == "true"
    return render(
        request, "console/readiness/_findings.html" if htmx else "console/readiness/index.html", context
    )


def _gap_rows(found: list[ReadyItem]) -> Iterator[Row]:
    for item in found:
        gap = item.gap
        yield Row(
            gap.kind,
            gap.label,
            gap.severity,
            gap.severity_label,
            gap.tone,
            gap.sentence,
            "",
            item.levels,
            item.levels_word,
            gap.link,
            gap.fix,
        )


def _finding_rows(version: StructureVersion) -> Iterator[Row]:
    """Yield what the notice itself left open, with its words: waived or never answered."""
    link = reverse("structure:version", args=[version.pk])
    for view in organisation.finding_views(version):
        finding = view.finding
        if finding.state not in (FindingState.OPEN, FindingState.WAIVED):
            continue
        waived = finding.state == FindingState.WAIVED
        if not waived and finding.source == FindingSource.STRUCTURE and finding.kind in COMPUTED_NOW:
            continue
        sentence = view.sentence
        if waived:
            sentence += _("（%(name)s豁免：%(reason)s）") % {
                "name": finding.answered_by_name,
                "reason": finding.reason,
            }
        severity = Severity.INFO.value if waived else str(finding.severity)
        yield Row(
            finding.kind,
            str(finding.get_kind_display()),
            severity,
            str(Severity(severity).label),
            gaps.TONES[severity],
            sentence,
            _quote(finding.places),
            (),
            "—",
            link,
            _("看原文"),
        )


def _quote(places: list[dict[str, Any]]) -> str:
    words = [str(place.get("text", "")).strip() for place in places[:3]]
    text = " … ".join(word for word in words if word)
    return text if len(text) <= PLACE_CHARS else text[:PLACE_CHARS] + "…"


def _fits(row: Row, wanted: dict[str, str]) -> bool:
    if wanted["level"] and row.level_numbers and int(wanted["level"]) not in row.level_numbers:
        return False
    if wanted["severity"] and row.severity_key != wanted["severity"]:
        return False
    return not wanted["kind"] or row.kind == wanted["kind"]
