"""What the pages of measure sets share: who reads them, the zone, doing and saying what failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from pingzhan.domain.command.enums import Posture
from pingzhan.domain.measures.models import SetVersion
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError
from pingzhan.pages.console.guard import needs_one_of
from pingzhan.pages.console.zones import zone_for

READERS = (Permission.MANAGE_MEASURES, Permission.PUBLISH_MEASURES, Permission.VIEW_LEDGERS)
reads = needs_one_of(*READERS)


def measures_zone(request: HttpRequest) -> Unit:
    """Return the zone of the page: the one asked for, else the first whose measures the actor reads."""
    actor = request_actor(request)
    return zone_for(request, next((one for one in READERS if actor.has(one)), READERS[0]))


def posture_word(posture: str) -> str:
    """Return the posture in words."""
    return str(Posture(posture).label)


def attempt(request: HttpRequest, do: Callable[[], Any], words: str) -> bool:
    """Do it and say so; say why not when it is refused for a reason that the person can mend."""
    try:
        do()
    except DomainError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, f"{error.message}{error.hint}")
        return False
    messages.success(request, words)
    return True


def add_error(form: forms.Form, error: DomainError) -> None:
    """Put a refusal at the field it names, else above the form."""
    words = f"{error.message}{error.hint}"
    place = error.place.split(" / ")[-1].split(".", maxsplit=1)[0]
    form.add_error(place if place in form.fields else None, words)


def form_page(request: HttpRequest, form: forms.Form, context: dict[str, Any]) -> HttpResponse:
    """Show a form on a page of its own; a refused one with its errors and 422."""
    return render(
        request, "console/measures/form.html", {"form": form, **context}, status=422 if form.errors else 200
    )


def to_version(version: SetVersion, anchor: str = "") -> HttpResponse:
    """Go back to the page of a version."""
    response = redirect("measures:version", version.pk)
    if anchor:
        response["Location"] += f"#{anchor}"
    return response


def may(actor: Actor, version: SetVersion) -> dict[str, bool]:
    """Return what the actor may do with a version, for the buttons of a page."""
    zone = version.set.zone
    drafts = actor.has(Permission.MANAGE_MEASURES, zone.path)
    publishes = actor.has(Permission.PUBLISH_MEASURES, zone.path)
    own = actor.user_id is not None and version.drafted_by_id == actor.user_id
    return {
        "edit": drafts and version.state == "draft",
        "draft": drafts and version.state == "published",
        "publish": publishes and version.state == "draft" and not own,
        "own": publishes and version.state == "draft" and own,
        "force": publishes and version.state == "published",
    }
