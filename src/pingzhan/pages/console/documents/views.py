"""公文: the register, one paper, its files."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.documents.actions.issuing import database_today, docx_of
from pingzhan.foundation.documents.enums import PaperState
from pingzhan.foundation.documents.fonts import missing_fonts, own_fonts
from pingzhan.foundation.documents.models import IssuedPaper, Paper
from pingzhan.foundation.documents.pdf import write_pdf
from pingzhan.foundation.documents.rules import can_issue, can_write
from pingzhan.pages.console.documents.forms import FilterForm, IssueForm
from pingzhan.pages.console.documents.listing import wanted
from pingzhan.pages.console.documents.reading import download, page_pictures, paper_of, readers_only

PAGE = 50
"""Papers on one page of the register."""

TONES = {
    PaperState.DRAFT: "idle",
    PaperState.SUBMITTED: "info",
    PaperState.ISSUED: "ok",
    PaperState.FILED: "routine",
    PaperState.WITHDRAWN: "idle",
    PaperState.VOID: "bad",
}


@require_GET
@readers_only
def index(request: HttpRequest) -> HttpResponse:
    """Show the register, newest first; with htmx only the table."""
    actor = request_actor(request)
    filters = FilterForm(request.GET or None)
    found: QuerySet[Paper] = Paper.objects.visible_to(actor).select_related("number", "organ")
    if filters.is_bound and filters.is_valid():
        found = wanted(found, filters.cleaned_data)
    found = found.defer("content").order_by("-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    query = {key: value for key, value in request.GET.items() if key != "page" and value}
    context = {
        "filters": filters,
        "page": page,
        "rows": [{"paper": one, "tone": TONES[PaperState(one.state)]} for one in page.object_list],
        "query": urlencode(query),
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "console/documents/_register.html", context)
    context |= {
        "can_write": actor.has(Permission.WRITE_DOCUMENTS),
        "can_issue": actor.has(Permission.ISSUE_DOCUMENTS),
        "waiting": Paper.objects.visible_to(actor).filter(state=PaperState.SUBMITTED).count(),
    }
    return render(request, "console/documents/index.html", context)


@require_GET
@readers_only
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one paper as it will be printed, and what may be done with it."""
    paper = paper_of(request, pk)
    return show(request, paper)


def show(request: HttpRequest, paper: Paper, issue_form: IssueForm | None = None) -> HttpResponse:
    """Render the page of one paper."""
    actor = request_actor(request)
    writes = can_write(actor, paper.unit_path)
    issues = can_issue(actor, paper)
    state = PaperState(paper.state)
    issued = IssuedPaper.objects.filter(paper=paper).defer("docx", "pdf", "content").first()
    if issue_form is None and state == PaperState.SUBMITTED and issues:
        issue_form = IssueForm(initial={"signed_on": database_today(), "edition": paper.edition})
    context = {
        "paper": paper,
        "tone": TONES[state],
        "pictures": page_pictures(paper.paper),
        "issued": issued,
        "missing": [] if issued else missing_fonts(),
        "substituted": issued.substituted if issued else [],
        "issue_form": issue_form,
        "may_edit": writes and state == PaperState.DRAFT,
        "may_submit": writes and state == PaperState.DRAFT,
        "may_return": (writes or actor.has(Permission.ISSUE_DOCUMENTS, paper.unit_path))
        and state == PaperState.SUBMITTED,
        "may_withdraw": writes and paper.is_open,
        "may_file": writes and state == PaperState.ISSUED,
        "may_void": actor.has(Permission.ISSUE_DOCUMENTS, paper.unit_path)
        and state in (PaperState.ISSUED, PaperState.FILED),
        "own": state == PaperState.SUBMITTED
        and not issues
        and actor.has(Permission.ISSUE_DOCUMENTS, paper.unit_path),
    }
    wrong = issue_form is not None and issue_form.is_bound
    return render(request, "console/documents/detail.html", context, status=422 if wrong else 200)


@require_GET
@readers_only
def file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Give the .docx or the PDF: of an issued paper the very bytes that were signed, else a draft made now."""
    paper = paper_of(request, pk)
    issued = IssuedPaper.objects.filter(paper=paper).first()
    name = f"{issued.number} {paper}" if issued else _("草稿 %(title)s") % {"title": paper}
    if issued:
        data = bytes(issued.docx if kind == "docx" else issued.pdf)
    elif kind == "docx":
        data = docx_of(paper.paper, paper.template)
    else:
        data = write_pdf(paper.paper, own_fonts()).pdf
    return download(data, name[:120], kind)
