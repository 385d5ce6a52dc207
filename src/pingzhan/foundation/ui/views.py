"""Views of the frame itself: error handlers, band refresh, component gallery."""

from __future__ import annotations

import sys

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pingzhan.foundation.ui.context import band_of, band_version
from pingzhan.foundation.ui.errors import Problem, cannot_store, render_problem
from pingzhan.foundation.ui.gallery import gallery_context


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400 in words."""
    return render_problem(request, Problem.bad_request())


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403 in words."""
    return render_problem(request, Problem.forbidden())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid token (settings.CSRF_FAILURE_VIEW)."""
    return render_problem(request, Problem.form_expired())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404 in words."""
    return render_problem(request, Problem.not_found())


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 in words, without asking the database; 503 when it is the database that failed."""
    if cannot_store(sys.exc_info()[1]):
        return render_problem(request, Problem.cannot_store())
    return render_problem(request, Problem.server_error())


@require_GET
@login_required
def band(request: HttpRequest) -> HttpResponse:
    """Return the top bar anew, or 204 when the version the page has (``?v=``) is still right."""
    if request.GET.get("v") == band_version(band_of(request)):
        return HttpResponse(status=204)
    return render(request, "ui/_topbar.html")


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component with its states; exists only while developing (``DEBUG``).

    ``?posture=emergency`` and ``?world=1`` show the frame in an emergency and in a drill.
    """
    if not settings.DEBUG:
        raise Http404
    return render(request, "ui/gallery.html", gallery_context(request))
