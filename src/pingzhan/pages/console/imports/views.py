"""The wizard: template and upload, progress, preview, confirmation, result; and the history."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.imports import actions
from pingzhan.foundation.imports.models import ImportJob, ImportState
from pingzhan.foundation.imports.spec import ImportSpec, Scope, import_of, imports_for
from pingzhan.foundation.imports.template import build, kind_words
from pingzhan.foundation.options.registry import number
from pingzhan.kernel.errors import DomainError, NotFound, Refused
from pingzhan.pages.console.imports.forms import ConfirmForm, UploadForm
from pingzhan.pages.console.imports.listing import rows, title_of
from pingzhan.pages.console.imports.words import notes, outcome_tiles, steps, stored_tiles, tone

PAGE = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BUSY = (ImportState.UPLOADED, ImportState.CHECKING, ImportState.STORING)


def find(request: HttpRequest, pk: int) -> ImportJob:
    """Return an import this person may see; NotFound for any other."""
    job = ImportJob.objects.visible_to(request_actor(request)).filter(pk=pk).first()
    if job is None:
        raise NotFound(_("没有这次导入。"), code="import_unknown")
    return job


@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show what can be imported and what was, newest first."""
    actor = request_actor(request)
    kinds = imports_for(actor)
    if not kinds:
        raise Refused(_("您没有可以导入的表格。"))
    page = Paginator(rows(actor, {}), PAGE).get_page(request.GET.get("page"))
    context = {
        "kinds": kinds,
        "page": page,
        "rows": [{"job": one, "title": title_of(one.spec), "tone": tone(one)} for one in page],
    }
    return render(request, "console/imports/index.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """Step 1: template, unit and file. A posted file is taken in and its check begins."""
    actor = request_actor(request)
    spec, scopes = _open_to(actor, key)
    scope = request.GET.get("scope", "")
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        scopes=scopes,
        initial={"scope": scope if any(one.code == scope for one in scopes) else ""},
    )
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            job = actions.upload(
                key=key, scope_code=form.cleaned_data["scope"], name=file.name, chunks=file.chunks(), by=actor
            )
        except NotFound:
            raise
        except DomainError as error:
            form.add_error("file", f"{error.message}{error.hint}")
        else:
            return redirect("imports:job", job.pk)
    context = {
        "spec": spec,
        "form": form,
        "steps": steps(),
        "columns": [{"column": one, "how": kind_words(one)} for one in spec.columns],
        "limit": number("imports.max_megabytes"),
    }
    return render(request, "console/imports/begin.html", context, status=422 if form.errors else 200)


@require_GET
@login_required
def template(request: HttpRequest, key: str) -> HttpResponse:
    """Send the template workbook."""
    spec, _scopes = _open_to(request_actor(request), key)
    return sent(build(spec), _("%(title)s模板") % {"title": spec.title})


@require_GET
@login_required
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Steps 2 to 4: progress, preview with confirmation, or how it ended."""
    found = find(request, pk)
    return _page(request, found, ConfirmForm(job=found, initial={"new": True, "changed": True}))


@require_GET
@login_required
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the progress once more; when the step is over, lead to the page of the next one."""
    found = find(request, pk)
    if found.state not in BUSY:
        response = HttpResponse(status=200)
        response.headers["HX-Redirect"] = reverse("imports:job", args=[pk])
        return response
    context = {"job": found, "run": found.run}
    return render(request, "console/imports/_progress.html", context)


@require_POST
@login_required
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the chosen rows stored."""
    found = find(request, pk)
    form = ConfirmForm(request.POST, job=found)
    if form.is_valid():
        try:
            actions.confirm(
                job=found,
                new=form.cleaned_data.get("new", False),
                changed=form.cleaned_data.get("changed", False),
                only_if_clean=form.cleaned_data.get("only_if_clean", False),
                by=request_actor(request),
            )
        except DomainError as error:
            if found.state != ImportState.READY:
                raise
            form.add_error(None, f"{error.message}{error.hint}")
    if form.errors:
        return _page(request, found, form, status=422)
    return redirect("imports:job", pk)


@require_POST
@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """End an import."""
    found = find(request, pk)
    actions.cancel(job=found, by=request_actor(request))
    messages.success(
        request, _("已取消；存入过的行保留。") if found.stored else _("已取消，没有存入任何内容。")
    )
    return redirect("imports:job", pk)


@require_POST
@login_required
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with an import that failed while storing."""
    actions.resume(job=find(request, pk), by=request_actor(request))
    return redirect("imports:job", pk)


def sent(data: bytes, name: str) -> HttpResponse:
    """Return a workbook as a download of this name."""
    from django.utils.http import content_disposition_header

    response = HttpResponse(data, content_type=XLSX)
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx") or ""
    response.headers["Cache-Control"] = "no-store"
    return response


def _open_to(actor: Actor, key: str) -> tuple[ImportSpec, list[Scope]]:
    """Return an import and the units this person may import into; NotFound without any."""
    spec = import_of(key)
    scopes = [one for one in spec.scopes(actor) if spec.may(actor, one.path)]
    if not scopes:
        raise NotFound(_("没有这种导入。"), code="import_unknown")
    return spec, scopes


def _page(request: HttpRequest, found: ImportJob, form: ConfirmForm, *, status: int = 200) -> HttpResponse:
    spec = import_of(found.spec)
    context: dict[str, Any] = {
        "job": found,
        "spec": spec,
        "steps": steps(),
        "now": {"ready": 3, "storing": 4, "done": 4}.get(found.state, 2),
        "tone": tone(found),
    }
    if found.state in BUSY:
        context["run"] = found.run
    else:
        context |= {
            "tiles": outcome_tiles(found) if found.state == ImportState.READY else stored_tiles(found),
            "notes": notes(found),
            "reasons": found.summary.get("reasons", [])[:12],
            "late": found.summary.get("late", []),
            "form": form,
            "before": _before(request, found),
            "done_url": spec.done_url(Scope(found.scope_code, found.unit_path, found.scope_label))
            if spec.done_url and found.stored
            else "",
            "may_resume": found.state == ImportState.FAILED
            and bool(found.summary.get("storing"))
            and found.has_files,
        }
    return render(request, "console/imports/job.html", context, status=status)


def _before(request: HttpRequest, found: ImportJob) -> ImportJob | None:
    """Return the last finished import of the very same file into the same unit."""
    if found.state != ImportState.READY:
        return None
    same = ImportJob.objects.visible_to(request_actor(request)).filter(
        spec=found.spec, unit_path=found.unit_path, sha256=found.sha256, state=ImportState.DONE
    )
    return same.exclude(pk=found.pk).order_by("-pk").first()
