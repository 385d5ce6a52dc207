"""信息报告: one report, drafted, counted again, signed, corrected, dropped; and its files."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.reporting import api
from pingzhan.domain.reporting.enums import ReportState
from pingzhan.domain.reporting.models import TEXTS, Report
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import Conflict, DomainError, NotFound, Refused
from pingzhan.pages.console.answers import tried
from pingzhan.pages.console.reports.access import (
    edition_of,
    page_in,
    readers_only,
    report_zone,
    tabs,
    visible_due,
    visible_report,
    world_of,
)
from pingzhan.pages.console.reports.forms import ReportForm

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xml": "application/xml; charset=utf-8",
}


def download(data: bytes, name: str, kind: str) -> HttpResponse:
    """Answer with a file to save under a name."""
    answer = HttpResponse(data, content_type=TYPES[kind])
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.{kind}") or "attachment"
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_GET
@readers_only
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a report: figures beside those of the one before, texts, versions, and what may be done now."""
    return show(request, visible_report(request, pk))


def show(
    request: HttpRequest, report: Report, form: ReportForm | None = None, status: int = 200
) -> HttpResponse:
    """Render a report, with the form of its texts when the reader may write it."""
    actor = request_actor(request)
    draft = report.state == ReportState.DRAFT
    may_write = api.can_write(actor, report.zone)
    if form is None and draft and may_write:
        form = ReportForm(
            initial={**{name: getattr(report, name) for name in TEXTS}, "edition": report.edition}
        )
    context = {
        "report": report,
        "due": report.due,
        "kind": api.due_name(report.due),
        "tabs": tabs(actor, "index", report.world),
        "lines": api.compared(report),
        "texts": [(label, getattr(report, name)) for name, label in TEXTS.items()],
        "versions": list(api.versions_of(report.due)),
        "form": form,
        "draft": draft,
        "stale": status == Conflict.status,
        "may_write": may_write,
        "may_sign": draft and api.can_sign(actor, report.zone),
    }
    return render(request, "console/reports/detail.html", context, status=status)


@require_POST
@readers_only
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the draft of a due report, or go on with the one there is."""
    due = visible_due(request, pk)
    try:
        report = api.draft(due_id=due.pk, by=request_actor(request))
    except (Refused, NotFound):
        raise
    except DomainError as error:
        messages.error(request, f"{error.message}{error.hint}")
        return redirect(page_in("index", due.world))
    return redirect("reports:detail", pk=report.pk)


@require_POST
@readers_only
def daily(request: HttpRequest) -> HttpResponse:
    """Begin today's daily report, asked for or not."""
    zone = report_zone(request)
    try:
        report = api.draft_daily(zone=zone, world=world_of(request), by=request_actor(request))
    except (Refused, NotFound):
        raise
    except DomainError as error:
        messages.error(request, f"{error.message}{error.hint}")
        return redirect(page_in("index", world_of(request)))
    return redirect("reports:detail", pk=report.pk)


@require_POST
@readers_only
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the texts of a draft."""
    report = visible_report(request, pk)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return show(request, report, form, status=422)
    data = form.cleaned_data
    texts = {name: data[name] for name in TEXTS}
    try:
        api.edit(report_id=pk, edition=data["edition"], texts=texts, by=request_actor(request))
    except Conflict as error:
        # What was typed stays on the page, beside the newest draft, and can be saved after a look at both.
        newest = visible_report(request, pk)
        form = ReportForm({**texts, "edition": newest.edition})
        form.add_error(None, error.message + _("您写的还在下面，请与最新一稿核对后再保存。"))
        return show(request, newest, form, status=error.status)
    messages.success(request, _("已保存。"))
    return redirect("reports:detail", pk=pk)


@require_POST
@readers_only
def recount(request: HttpRequest, pk: int) -> HttpResponse:
    """Count the figures of a draft again."""
    visible_report(request, pk)
    return tried(
        request,
        lambda: api.recount(report_id=pk, edition=edition_of(request), by=request_actor(request)),
        _("已重新取数。"),
        "reports:detail",
        pk,
    )


@require_POST
@readers_only
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign a draft."""
    visible_report(request, pk)
    return tried(
        request,
        lambda: api.sign(report_id=pk, edition=edition_of(request), by=request_actor(request)),
        _("已签发，内容和数字不再改动。"),
        "reports:detail",
        pk,
    )


@require_POST
@readers_only
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a correction of a signed report."""
    report = visible_report(request, pk)
    try:
        made = api.correct(
            report_id=report.pk, reason=request.POST.get("reason", ""), by=request_actor(request)
        )
    except (Refused, NotFound):
        raise
    except DomainError as error:
        messages.error(request, f"{error.message}{error.hint}")
        return redirect("reports:detail", pk=pk)
    return redirect("reports:detail", pk=made.pk)


@require_POST
@readers_only
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a report is not given, and why."""
    due = visible_due(request, pk)
    return tried(
        request,
        lambda: api.drop(due_id=due.pk, reason=request.POST.get("reason", ""), by=request_actor(request)),
        _("已取消这件应报事项，原因留在登记簿里。"),
        page_in("index", due.world),
    )


@require_GET
@readers_only
def paper(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """Give a signed report as a Word or PDF file."""
    report = visible_report(request, pk)
    data = api.report_file(report, suffix)
    return download(data, f"{report.number_text} {report.title}", suffix)
