"""Opening personal values in place: a reason is asked for, the values are shown for a minute, then masked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.privacy import reveal as opening
from pingzhan.foundation.privacy.reveal import Revealable
from pingzhan.kernel.errors import Conflict, Invalid
from pingzhan.pages.console.privacy.forms import ReasonForm

SECONDS = 60


@dataclass(frozen=True)
class Value:
    """One value as it is shown."""

    label: str
    text: str


def _shown(found: Revealable, texts: dict[str, str]) -> list[Value]:
    return [Value(str(found.labels.get(field, "")), texts[field]) for field in found.fields if field in texts]


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def reveal(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Ask for the reason, then show the values; both as a fragment in the place of the masked ones."""
    actor = request_actor(request)
    found = opening.find(kind, pk, by=actor)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"kind": kind, "pk": pk, "form": form, "seconds": SECONDS}
    if request.method == "POST" and form.is_valid():
        try:
            texts = opening.reveal(
                subject_id=found.subject_id,
                fields=found.fields,
                reason=form.reason,
                by=actor,
                unit_path=found.unit_path,
            )
        except (Invalid, Conflict, opening.TooMany) as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            context["values"] = _shown(found, texts)
            return render(request, "console/privacy/_shown.html", context)
    context["masked"] = _shown(found, dict(found.masked))
    status = 422 if request.method == "POST" else 200
    return render(request, "console/privacy/_ask.html", context, status=status)


@never_cache
@login_required
@require_GET
def hide(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Show the masked values again."""
    found = opening.find(kind, pk, by=request_actor(request))
    context = {"kind": kind, "pk": pk, "masked": _shown(found, dict(found.masked)), "may_reveal": True}
    return render(request, "console/privacy/_masked.html", context)
