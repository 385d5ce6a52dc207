"""组织架构: the versions of a zone, one version as chart and table, and what changed between two."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import ENTERPRISE_GROUP, VersionStatus
from pingzhan.domain.organisation.models import StructureVersion
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Invalid
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.structure.access import visible_version, zone_of_request
from pingzhan.pages.console.structure.forms import DraftForm

PAGE = 50
"""Versions, or enterprise posts, on one page."""


def _summary(groups: list[api.GroupView]) -> dict[str, int]:
    posts = [post for group in groups for post in group.posts]
    return {
        "groups": len(groups),
        "posts": len(posts),
        "holders": sum(len(post.holders) for post in posts),
        "clauses": sum(len(group.clauses) for group in groups),
    }


def chart_context(version: StructureVersion, groups: list[api.GroupView]) -> dict[str, Any]:
    """Return the data of the org chart and of the table beneath it."""
    rows = [
        [
            group.group.name,
            post.post.name,
            _("、").join(api.holder_label(h) for h in post.holders) or _("无"),
            _("、").join(api.holder_label(h) for h in post.substitutes) or _("无"),
        ]
        for group in groups
        if group.group.code != ENTERPRISE_GROUP
        for post in group.posts
    ]
    return {
        "chart": api.tree_data(version, groups=groups),
        "chart_columns": [_("工作组"), _("岗位"), _("人员"), _("替补")],
        "chart_rows": rows,
    }


@require_GET
@needs(Permission.VIEW_STRUCTURE)
def index(request: HttpRequest) -> HttpResponse:
    """Show the version in force and all others, with what may be done next."""
    actor = request_actor(request)
    zone = zone_of_request(request)
    versions = api.versions_of(zone, api.visible_to(actor))
    page = Paginator(versions, PAGE).get_page(request.GET.get("page"))
    current = api.published_version(zone.pk)
    context = {
        "zone": zone,
        "page": page,
        "current": current,
        "may_edit": api.can_edit(actor, zone),
        "may_publish": api.can_publish(actor, zone),
        "draft_form": DraftForm(),
    }
    return render(request, "console/structure/index.html", context)


@require_GET
@needs(Permission.VIEW_STRUCTURE)
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one version as a chart and as tables; the enterprise posts by page."""
    actor = request_actor(request)
    shown = visible_version(actor, pk)
    groups = api.board(shown)
    firm = next((group for group in groups if group.group.code == ENTERPRISE_GROUP), None)
    firm_page = Paginator(firm.posts, PAGE).get_page(request.GET.get("page")) if firm else None
    context = {
        "version": shown,
        "groups": [group for group in groups if group is not firm],
        "firm_page": firm_page,
        "summary": _summary(groups),
        "unchanged": shown.status != VersionStatus.DRAFT and api.is_unchanged(shown),
        "may_edit": api.can_edit(actor, shown.zone),
        "may_publish": api.can_publish(actor, shown.zone),
        # Who sits where now is explained for the version in force, to whoever may see the desk.
        "may_ask_why": shown.status == VersionStatus.PUBLISHED
        and actor.has(Permission.VIEW_CONSOLE, shown.zone.path),
        **chart_context(shown, groups),
    }
    return render(request, "console/structure/version.html", context)


@require_GET
@needs(Permission.VIEW_STRUCTURE)
def difference(request: HttpRequest, pk: int) -> HttpResponse:
    """Show in words what changed from another version (``?to=``, else the one it follows) to this one."""
    actor = request_actor(request)
    newer = visible_version(actor, pk)
    others = list(api.visible_to(actor).filter(zone=newer.zone).exclude(pk=pk).order_by("-n"))
    asked = request.GET.get("to", "")
    older = next((other for other in others if str(other.pk) == asked), None)
    if older is None:
        if asked:
            raise Invalid(_("没有可以比较的那一版。"))
        current = api.published_version(newer.zone_id)
        base = newer.base_id or (current.pk if current else None)
        older = next((other for other in others if other.pk == base), others[0] if others else None)
    changes = api.diff(older, newer) if older is not None else []
    context = {"version": newer, "older": older, "others": others, "changes": changes}
    return render(request, "console/structure/diff.html", context)


@require_POST
@needs(Permission.EDIT_STRUCTURE)
def new(request: HttpRequest) -> HttpResponse:
    """Make an empty draft and open its editor."""
    zone = zone_of_request(request)
    form = DraftForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("请填写标题，不超过 120 字。"))
    draft = api.create_draft(zone=zone, by=request_actor(request), **form.cleaned_data)
    return redirect("structure:edit", pk=draft.pk)


@require_POST
@needs(Permission.EDIT_STRUCTURE)
def clone(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the next draft from a version and open its editor."""
    actor = request_actor(request)
    draft = api.clone_version(version=visible_version(actor, pk), by=actor)
    return redirect("structure:edit", pk=draft.pk)
