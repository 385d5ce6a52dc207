"""Reading a notice in, answering the questions of a draft, and publishing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import VersionStatus
from pingzhan.domain.organisation.models import StructureVersion
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, Refused
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.structure.access import editable_draft, visible_version, zone_of_request
from pingzhan.pages.console.structure.answering import Trouble, find, kind_groups, take_answer
from pingzhan.pages.console.structure.forms import ImportForm
from pingzhan.pages.console.structure.marks import segments, unread_of


def is_htmx(request: HttpRequest) -> bool:
    """Return whether htmx asks for a fragment."""
    return request.headers.get("HX-Request") == "true"


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_STRUCTURE)
def import_notice(request: HttpRequest) -> HttpResponse:
    """Take a notice and make a draft of it; a refusal is shown at the field it is about (422)."""
    zone = zone_of_request(request)
    actor = request_actor(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            draft = api.import_notice(
                zone=zone,
                filename=upload.name,
                content=upload.read(),
                basis_doc=form.cleaned_data["basis_doc"],
                by=actor,
            )
        except Refused:
            raise
        except DomainError as error:
            form.add_error("file", f"{error.message}{error.hint}")
        else:
            return redirect("structure:draft", pk=draft.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "console/structure/import.html", {"zone": zone, "form": form}, status=status)


def _counts(version: StructureVersion) -> dict[str, int]:
    counts = version.reading.get("counts", {})
    return {
        "entries": version.entries.count(),
        "persons": counts.get("persons", 0),
        "duties": counts.get("duties", 0),
        "unread": len(unread_of(version)),
    }


def _context(version: StructureVersion, actor: Actor, trouble: Trouble | None = None) -> dict[str, Any]:
    views = api.finding_views(version)
    groups = kind_groups(version, views, trouble)
    waiting = [group for group in groups if group.open_count]
    blocking = sum(group.open_count for group in waiting if group.tone == "bad")
    return {
        "version": version,
        "segments": segments(version, views),
        "counts": _counts(version),
        "waiting": waiting,
        "settled": [group for group in groups if not group.open_count],
        "open_count": sum(group.open_count for group in waiting),
        "blocking": blocking,
        "may_edit": api.can_edit(actor, version.zone),
        "may_publish": api.can_publish(actor, version.zone),
    }


@require_GET
@needs(Permission.VIEW_STRUCTURE)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a draft: its source text with marked places, its questions, and whether it can be published."""
    actor = request_actor(request)
    version = visible_version(actor, pk)
    if version.status != VersionStatus.DRAFT:
        return redirect("structure:version", pk=pk)
    return render(request, "console/structure/draft.html", _context(version, actor))


def _answered(request: HttpRequest, version: StructureVersion, trouble: Trouble | None) -> HttpResponse:
    """Show the questions again: as a fragment for htmx, as the whole page otherwise."""
    actor = request_actor(request)
    if is_htmx(request):
        context = {**_context(version, actor, trouble), "oob": True}
        template = "console/structure/_work.html"
    elif trouble is None:
        return redirect("structure:draft", pk=version.pk)
    else:
        context = _context(version, actor, trouble)
        template = "console/structure/draft.html"
    return render(request, template, context, status=422 if trouble else 200)


@require_POST
@needs(Permission.EDIT_STRUCTURE)
def answer(request: HttpRequest, pk: int, finding_pk: int) -> HttpResponse:
    """Take the answer to one question; an answer that does not do is shown at the question (422)."""
    actor = request_actor(request)
    version = editable_draft(actor, pk)
    finding = find(version, finding_pk)
    try:
        take_answer(request, version, finding, actor)
    except Refused:
        raise
    except DomainError as error:
        return _answered(request, version, Trouble(finding_pk, request.POST, error.message, error.hint))
    return _answered(request, version, None)


@require_POST
@needs(Permission.PUBLISH_STRUCTURE)
def waive(request: HttpRequest, pk: int, finding_pk: int) -> HttpResponse:
    """Waive one question by name with a reason."""
    actor = request_actor(request)
    version = visible_version(actor, pk)
    finding = find(version, finding_pk)
    try:
        api.waive(finding=finding, reason=request.POST.get(f"w{finding_pk}-reason", ""), by=actor)
    except Refused:
        raise
    except DomainError as error:
        trouble = Trouble(finding_pk, request.POST, error.message, error.hint, waiving=True)
        return _answered(request, version, trouble)
    return _answered(request, version, None)


@require_POST
@needs(Permission.PUBLISH_STRUCTURE)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a draft in force; a refusal sends the person back to what is still open."""
    actor = request_actor(request)
    version = visible_version(actor, pk)
    try:
        published = api.publish(version=version, by=actor)
    except Refused:
        raise
    except DomainError as error:
        messages.error(request, f"{error.message}{error.hint}")
        return redirect("structure:draft", pk=pk)
    messages.success(request, _("%(version)s已发布，现在生效。") % {"version": published})
    return redirect("structure:version", pk=pk)


@require_POST
@needs(Permission.EDIT_STRUCTURE)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a draft with what only it had named."""
    actor = request_actor(request)
    version = editable_draft(actor, pk)
    label = str(version)
    api.discard_draft(version=version, by=actor)
    messages.success(request, _("%(version)s的草稿已删除。") % {"version": label})
    return redirect("structure:index")
