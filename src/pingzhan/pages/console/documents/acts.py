"""公文: the steps of a paper, each one button."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.documents import papers
from pingzhan.kernel.errors import Invalid
from pingzhan.pages.console.documents.forms import IssueForm
from pingzhan.pages.console.documents.reading import paper_of, readers_only
from pingzhan.pages.console.documents.views import show


def _edition(request: HttpRequest) -> int:
    text = request.POST.get("edition", "")
    return int(text) if text.isdecimal() else 0


@require_POST
@readers_only
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a draft in for checking."""
    paper = paper_of(request, pk)
    papers.submit_paper(paper=paper, edition=_edition(request), by=request_actor(request))
    messages.success(request, _("已送核稿。"))
    return redirect("documents:detail", pk=pk)


@require_POST
@readers_only
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a paper back with a remark."""
    paper = paper_of(request, pk)
    papers.return_paper(paper=paper, remark=request.POST.get("remark", ""), by=request_actor(request))
    messages.success(request, _("已退回修改。"))
    return redirect("documents:detail", pk=pk)


@require_POST
@readers_only
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign a paper: it gets its number and its date."""
    paper = paper_of(request, pk)
    form = IssueForm(request.POST)
    if not form.is_valid():
        return show(request, paper, issue_form=form)
    data = form.cleaned_data
    try:
        done = papers.issue_paper(
            paper=paper, edition=data["edition"], signed_on=data["signed_on"], by=request_actor(request)
        )
    except Invalid as error:
        form.add_error("signed_on" if error.place == _("成文日期") else None, error.message)
        return show(request, paper, issue_form=form)
    messages.success(request, _("已签发，文号 %(number)s。") % {"number": done.number})
    return redirect("documents:detail", pk=pk)


@require_POST
@readers_only
def file_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a paper was printed and sent."""
    papers.file_paper(paper=paper_of(request, pk), by=request_actor(request))
    messages.success(request, _("已登记印发归档。"))
    return redirect("documents:detail", pk=pk)


@require_POST
@readers_only
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a paper that has no number."""
    papers.withdraw_paper(paper=paper_of(request, pk), by=request_actor(request))
    messages.success(request, _("已撤回。"))
    return redirect("documents:detail", pk=pk)


@require_POST
@readers_only
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel an issued paper; its number stays in the register as void."""
    paper = paper_of(request, pk)
    papers.void_paper(paper=paper, reason=request.POST.get("reason", ""), by=request_actor(request))
    messages.success(request, _("已作废，文号保留在台账里。"))
    return redirect("documents:detail", pk=pk)
