"""留痕: the trail as a table, and the history of switches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.command.models import Activation
from pingzhan.domain.reporting import api as reporting
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import audit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.pages.console.audit import listing
from pingzhan.pages.console.audit.forms import TrailForm
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.wording import level_word

PAGE = 50
"""Rows of the trail on one page."""


@dataclass(frozen=True)
class Line:
    """One record as the table shows it."""

    pk: int
    at: datetime
    who: str
    how: str
    what: str
    sentence: str
    unit: str
    sha: str


def visible_records(actor: Actor, only: audit.TrailFilter | None = None) -> QuerySet[AuditRecord]:
    """Return the part of the trail this actor may read, newest first: the units of his grants."""
    return audit.trail(paths=actor.paths(Permission.VIEW_AUDIT), only=only)


def asked_for(actor: Actor, filters: TrailForm) -> QuerySet[AuditRecord]:
    """Return the visible records that the query form asks for, newest first."""
    rows = visible_records(actor, filters.filter())
    return rows.exclude(world=0) if filters.drills_only else rows


@require_GET
@needs(Permission.VIEW_AUDIT)
def index(request: HttpRequest) -> HttpResponse:
    """Show the trail, newest first; with htmx only the table. Pages go by id, so new records shift nothing."""
    actor = request_actor(request)
    filters = TrailForm(request.GET or None, actor=actor)
    rows = asked_for(actor, filters)
    before = request.GET.get("before", "")
    if before.isdecimal():
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    query = {k: v for k, v in request.GET.items() if k != "before" and v}
    reads = filters.is_bound and bool(request.GET.get("reads"))
    context = {
        "filters": filters,
        "rows": lines(found[:PAGE]),
        "older": urlencode({**query, "before": found[PAGE - 1].pk}) if len(found) > PAGE else "",
        "newer": urlencode(query) or "all=1" if before else "",
        "asked": [(name, value) for name, value in query.items() if name in filters.fields],
        "reads": reads,
        "can_verify": actor.has(Permission.VERIFY_AUDIT),
    }
    invalid = filters.is_bound and not filters.is_valid()
    template = "console/audit/_trail.html" if is_htmx(request) and not invalid else "console/audit/index.html"
    return render(request, template, context, status=422 if invalid else 200)


@require_GET
@needs(Permission.VIEW_AUDIT)
def switches(request: HttpRequest) -> HttpResponse:
    """Show every activation in the units this actor may read: who, when, on what basis, how it ended."""
    actor = request_actor(request)
    page = Paginator(listing.switches(actor, {}), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_switch_row(one) for one in page.object_list],
        "may_alert": any(actor.has(one) for one in reporting.READERS),
    }
    return render(request, "console/audit/switches.html", context)


def is_htmx(request: HttpRequest) -> bool:
    """Return whether the page's own script asks for a part."""
    return request.headers.get("HX-Request") == "true"


def lines(records: Sequence[AuditRecord]) -> list[Line]:
    """Return the records as the table shows them; units are named in one question."""
    paths = {one.unit_path for one in records if one.unit_path != "/"}
    units = dict(Unit.objects.filter(path__in=paths).values_list("path", "name"))
    hows = {"system": _("系统"), "link": _("签收链接"), "user": ""}
    return [
        Line(
            pk=one.pk,
            at=timezone.localtime(one.at),
            who=one.actor_name or _("系统"),
            how=(hows.get(one.actor_kind, "") if one.actor_name else "")
            + (_("（演练）") if one.world else ""),
            what=audit.title_of(one.verb),
            sentence=audit.sentence(one),
            unit=units.get(one.unit_path, _("全区") if one.unit_path == "/" else one.unit_path),
            sha=one.sha,
        )
        for one in records
    ]


def _switch_row(one: Activation) -> dict[str, object]:
    return {
        "pk": one.pk,
        "at": timezone.localtime(one.at),
        "unit": one.unit.name,
        "world": one.world,
        "from_word": level_word(one.level_from),
        "to_word": level_word(one.level),
        "who": one.ordered_by_name,
        "basis": one.basis,
        "reason": one.reason,
        "ended_at": timezone.localtime(one.ended_at) if one.ended_at else None,
        "end_word": listing.end_words(one),
    }
