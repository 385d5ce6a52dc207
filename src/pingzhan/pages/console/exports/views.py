"""Taking out a list: choose the form, get the file at once or from the background."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.exports import actions
from pingzhan.foundation.exports.listing import listing_for
from pingzhan.foundation.exports.models import ExportJob
from pingzhan.foundation.exports.writers import TYPES
from pingzhan.kernel.errors import Invalid, NotFound
from pingzhan.pages.console.exports.forms import ExportForm

LONGEST = 200
"""Letters of a word in the address; what is longer narrows no list."""


@require_http_methods(["GET", "POST"])
@login_required
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """Say what would be taken out and ask for the form; the query is that of the list's page."""
    actor = request_actor(request)
    listing = listing_for(actor, key)
    params = _params(request)
    form = ExportForm(
        request.POST or None, whole_allowed=listing.whole_allowed(actor), initial={"form": "xlsx"}
    )
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        choice = {
            "key": key,
            "form": wanted["form"],
            "params": params,
            "whole": wanted.get("whole", False),
            "reason": wanted.get("reason", ""),
            "by": actor,
        }
        try:
            actions.check_request(
                listing, form=choice["form"], whole=choice["whole"], reason=choice["reason"], by=actor
            )
        except Invalid as error:
            form.add_error("reason", error.message)
        else:
            if actions.is_long(listing, params, by=actor):
                return redirect("exports:job", actions.order_export(**choice).pk)
            with actions.export_now(**choice) as file:
                return _sent(file.read(), listing.title_for(params), wanted["form"])
    context = {
        "listing": listing,
        "form": form,
        "count": listing.queryset(actor, params).order_by().count(),
        "filter": listing.filter_words(actor, params),
        "query": request.GET.urlencode(),
        "personal": [column.title for column in listing.columns if column.personal],
    }
    return render(request, "console/exports/begin.html", context, status=422 if form.errors else 200)


@require_GET
@login_required
def direct(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """Send a short list at once, masked; a long one leads to the page that has it made."""
    actor = request_actor(request)
    listing = listing_for(actor, key)
    params = _params(request)
    if actions.is_long(listing, params, by=actor):
        return redirect(f"{reverse('exports:begin', args=[key])}?{request.GET.urlencode()}")
    with actions.export_now(key=key, form=form, params=params, by=actor) as file:
        return _sent(file.read(), listing.title_for(params), form)


@require_GET
@login_required
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far an export is, and its file when it is there."""
    found = _find(request, pk)
    listing = listing_for(request_actor(request), found.listing)
    return render(request, "console/exports/job.html", {**_state(found), "listing": listing})


@require_GET
@login_required
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the progress once more."""
    return render(request, "console/exports/_state.html", _state(_find(request, pk)))


@require_GET
@login_required
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a finished file."""
    actor = request_actor(request)
    found = _find(request, pk)
    data = actions.fetch(found, by=actor)
    return _sent(data, str(listing_for(actor, found.listing).title), found.form)


def _params(request: HttpRequest) -> dict[str, str]:
    return {
        name: str(value)
        for name, value in request.GET.items()
        if name not in ("page", "before") and len(value) <= LONGEST
    }


def _find(request: HttpRequest, pk: int) -> ExportJob:
    found = ExportJob.objects.visible_to(request_actor(request)).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这个导出文件。"), code="export_unknown")
    return found


def _state(found: ExportJob) -> dict[str, object]:
    return {"job": found, "run": found.run}


def _sent(data: bytes, title: str, form: str) -> HttpResponse:
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M")
    response = HttpResponse(data, content_type=TYPES[form])
    response.headers["Content-Disposition"] = (
        content_disposition_header(True, f"{title}-{stamp}.{form}") or ""
    )
    response.headers["Cache-Control"] = "no-store"
    return response
