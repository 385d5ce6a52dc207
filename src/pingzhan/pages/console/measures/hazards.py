"""What is known of a hazard, with sources, and from when an event is reported."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pingzhan.domain.measures import api as measures
from pingzhan.pages.console.measures.shared import reads


@require_GET
@reads
def hazard(request: HttpRequest, key: str) -> HttpResponse:
    """Show one hazard: incubation, contacts, return to work, clusters, and the report thresholds."""
    found = measures.hazards().get(key)
    if found is None:
        raise Http404
    context = {"one": found, "facts": measures.facts_of(key), "thresholds": measures.thresholds()}
    return render(request, "console/measures/hazard.html", context)
