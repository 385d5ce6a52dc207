"""留痕: the chain as a table, its verification, and the history of switches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.command.models import Activation
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import audit
from pingzhan.foundation.access.actor import Actor, request_actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit.models import AuditRecord
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


@dataclass(frozen=True)
class Verdict:
    """The outcome of a verification: how many records, the last hash, one sentence for each break."""

    count: int
    head: str
    breaks: list[str]


def visible_records(actor: Actor, only: audit.TrailFilter | None = None) -> QuerySet[AuditRecord]:
    """Return the part of the trail this actor may read, newest first: the units of his grants."""
    return audit.trail(paths=actor.paths(Permission.VIEW_AUDIT), only=only)


@require_GET
@needs(Permission.VIEW_AUDIT)
def index(request: HttpRequest) -> HttpResponse:
    """Show the trail, newest first; with htmx only the table. Pages go by id, so new records shift nothing."""
    actor = request_actor(request)
    filters = TrailForm(request.GET or None)
    rows = visible_records(actor, _wanted(filters))
    if filters.is_bound and filters.is_valid() and filters.cleaned_data["world"] == "drill":
        rows = rows.exclude(world=0)
    before = request.GET.get("before", "")
    if before.isdecimal():
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    query = {k: v for k, v in request.GET.items() if k != "before" and v}
    context = {
        "filters": filters,
        "rows": _lines(found[:PAGE]),
        "older": urlencode({**query, "before": found[PAGE - 1].pk}) if len(found) > PAGE else "",
        "newer": urlencode(query) or "all=1" if before else "",
        "can_verify": actor.has(Permission.VERIFY_AUDIT),
    }
    invalid = filters.is_bound and not filters.is_valid()
    template = (
        "console/audit/_trail.html" if _is_htmx(request) and not invalid else "console/audit/index.html"
    )
    return render(request, template, context, status=422 if invalid else 200)


@require_POST
@needs(Permission.VERIFY_AUDIT)
def verify(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain and say whether it holds, naming each broken record."""
    breaks = [_break_sentence(one) for one in audit.verify_chain()]
    count, sha = audit.head()
    verdict = Verdict(count, sha, breaks)
    if _is_htmx(request):
        return render(request, "console/audit/_verdict.html", {"verdict": verdict})
    actor = request_actor(request)
    found = list(visible_records(actor)[:PAGE])
    context = {"filters": TrailForm(), "rows": _lines(found), "can_verify": True, "verdict": verdict}
    return render(request, "console/audit/index.html", context)


@require_GET
@needs(Permission.VIEW_AUDIT)
def switches(request: HttpRequest) -> HttpResponse:
    """Show every activation in the units this actor may read: who, when, on what basis, how it ended."""
    actor = request_actor(request)
    found = Activation.objects.filter(within("unit__path", actor.paths(Permission.VIEW_AUDIT)))
    page = Paginator(found.select_related("unit").order_by("-pk"), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": [_switch_row(one) for one in page.object_list]}
    return render(request, "console/audit/switches.html", context)


def _is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _wanted(filters: TrailForm) -> audit.TrailFilter | None:
    if not filters.is_bound or not filters.is_valid():
        return None
    data = filters.cleaned_data
    return audit.TrailFilter(
        verb=data["verb"],
        actor=data["who"].strip(),
        day=data["day"],
        world=0 if data["world"] == "real" else None,
    )


def _lines(records: list[AuditRecord]) -> list[Line]:
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


def _break_sentence(one: audit.Break) -> str:
    if one.kind == "edited":
        return _("第 %(id)d 条的内容与校验值不符，被改动过。") % {"id": one.record_id}
    if one.after_id is None:
        return _("第 %(id)d 条之前的开头记录缺失。") % {"id": one.record_id}
    return _("第 %(after)d 条与第 %(id)d 条之间有记录缺失，或第 %(id)d 条是插入的。") % {
        "after": one.after_id,
        "id": one.record_id,
    }


def _switch_row(one: Activation) -> dict[str, object]:
    return {
        "at": timezone.localtime(one.at),
        "unit": one.unit.name,
        "from_word": level_word(one.level_from),
        "to_word": level_word(one.level),
        "who": one.ordered_by_name,
        "basis": one.basis,
        "reason": one.reason,
        "ended_at": timezone.localtime(one.ended_at) if one.ended_at else None,
        "end_word": " ".join(filter(None, [one.get_end_kind_display(), one.ended_by_name, one.end_reason])),
    }
