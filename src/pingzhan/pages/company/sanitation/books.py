"""The book of what was cleaned and aired, and its corrections."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.enums import Kind
from pingzhan.domain.sanitation.models import Record
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.photos.keeping import photos_of
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.company.sanitation.entering import refuse_readers
from pingzhan.pages.company.sanitation.forms import BookForm, CorrectForm
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.capped import Capped
from pingzhan.pages.console.guard import needs

PAGE = 30


def facts_words(row: Record) -> str:
    """Return how an area was done: the agent with its concentration, or the minutes."""
    if row.kind == Kind.VENTILATION:
        return _("%(n)d 分钟") % {"n": row.minutes}
    if row.strength is None:
        return str(row.get_agent_display())
    return f"{row.get_agent_display()} {sanitation.amount(row.agent, row.strength)}"


@require_GET
@needs(Permission.VIEW_LEDGERS)
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """List the records of an enterprise, the latest first, voided ones marked."""
    actor = request_actor(request)
    unit = one_of(sanitation.firms_visible_to(actor), pk)
    filters = BookForm(request.GET or None)
    given: dict[str, Any] = filters.cleaned_data if filters.is_valid() else {}
    wanted = sanitation.RecordFilter(
        kind=given.get("kind") or "",
        words=given.get("q") or "",
        first=given.get("first"),
        last=given.get("last"),
    )
    visible = sanitation.records_visible_to(actor).filter(enterprise=unit)
    found = sanitation.find_records(visible, wanted).select_related("area", "entry")
    page = Capped(found, PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    photos = photos_of(sanitation.PHOTOS, {row.entry_id for row in rows})
    replaced = set(Record.objects.filter(replaces__in=rows).values_list("replaces_id", flat=True))
    context: dict[str, Any] = {
        "title": _("消杀通风登记簿"),
        "firm": unit,
        "tab": "book",
        "filters": filters,
        "page": page,
        "rows": [(row, facts_words(row), photos.get(row.entry_id, []), row.pk in replaced) for row in rows],
        "query": urlencode({key: value for key, value in request.GET.items() if value and key != "page"}),
        "keeps": sanitation.can_keep(actor, unit),
    }
    return render(request, "company/sanitation/book.html", context)


def _visible(actor: Actor, pk: int) -> Record:
    found = sanitation.records_visible_to(actor).select_related("enterprise", "area").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这条记录，或您无权查看。"))
    return found


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was registered, and replace it by what is right."""
    actor = request_actor(request)
    row = _visible(actor, pk)
    refuse_readers(actor, row.enterprise)
    form: forms.Form = CorrectForm(request.POST if request.method == "POST" else None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            sanitation.correct_record(record_id=row.pk, by=actor, **form.cleaned_data)
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("已更正，原记录保留。"))
            return redirect("sanitation:book", row.enterprise_id)
    return _correcting(request, row, form, "")


def _correcting(request: HttpRequest, row: Record, form: forms.Form, error: str) -> HttpResponse:
    context: dict[str, Any] = {
        "title": _("更正消杀通风记录"),
        "firm": row.enterprise,
        "row": row,
        "facts": facts_words(row),
        "form": form,
        "error": error,
    }
    status = 422 if form.errors or error else 200
    return render(request, "company/sanitation/correct.html", context, status=status)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Void a record that should not be there."""
    actor = request_actor(request)
    row = _visible(actor, pk)
    refuse_readers(actor, row.enterprise)
    try:
        sanitation.void_record(record_id=row.pk, reason=request.POST.get("void_reason", ""), by=actor)
    except (Invalid, Conflict) as error:
        return _correcting(request, row, CorrectForm(None, row=row), f"{error.message}{error.hint}")
    messages.success(request, _("已作废，原记录保留，这个区域需要重新登记。"))
    return redirect("sanitation:book", row.enterprise_id)
