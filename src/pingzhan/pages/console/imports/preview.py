"""The tables of the preview, page by page, and the result workbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.foundation.imports import preview
from pingzhan.foundation.imports.actions import CHANGED, ERRORS, ROWS
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.imports.result import build
from pingzhan.foundation.imports.spec import import_of
from pingzhan.pages.console.imports.views import find, sent


@require_GET
@login_required
def errors(request: HttpRequest, pk: int) -> HttpResponse:
    """One page of the refused cells."""
    job = find(request, pk)
    return _table(request, job, "console/imports/_errors.html", ERRORS, preview.bad_cells)


@require_GET
@login_required
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """One page of the rows that would change."""
    job = find(request, pk)
    return _table(request, job, "console/imports/_changes.html", CHANGED, preview.changes)


@require_GET
@login_required
def rows(request: HttpRequest, pk: int) -> HttpResponse:
    """One page of all rows that would be stored."""
    job = find(request, pk)
    return _table(request, job, "console/imports/_rows.html", ROWS, preview.rows)


@require_GET
@login_required
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the refused rows with their reasons."""
    job = find(request, pk)
    with build(job) as file:
        return sent(file.read(), _("%(title)s错误清单") % {"title": import_of(job.spec).title})


def _table(
    request: HttpRequest,
    job: ImportJob,
    fragment: str,
    entries: str,
    read: Callable[[ImportJob, int], Sequence[Any]],
) -> HttpResponse:
    page: Page[int] = Paginator(range(preview.count(job, entries)), preview.SHOWN).get_page(
        request.GET.get("page")
    )
    context = {
        "job": job,
        "page": page,
        "lines": read(job, page.number),
        "columns": preview.columns_read(job),
        "several_sheets": len(job.summary.get("sheets", [])) > 1,
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, fragment if part else "console/imports/table.html", {**context, "part": fragment})
