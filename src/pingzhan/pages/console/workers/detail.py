"""One worker: the person, the employment, where he was when."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pingzhan.domain.people import api as people
from pingzhan.domain.people.enums import Sex
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.workers.views import visible_employment


@require_GET
@needs(Permission.VIEW_WORKERS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a worker; number, phone and address masked, opened on the record only."""
    actor = request_actor(request)
    job = visible_employment(actor, pk)
    person = job.individual
    texts = people.opened([person])[person.pk]
    others = (
        people.visible_to(actor)
        .filter(individual=person)
        .exclude(pk=job.pk)
        .select_related("enterprise")
        .order_by("-joined", "-pk")
    )
    edits = people.can_edit(actor, job.enterprise)
    masked = " ".join(
        part for part in (texts.masked_number, texts.masked_phone, texts.masked_address) if part
    )
    context: dict[str, Any] = {
        "job": job,
        "person": person,
        "name": texts.name or "",
        "texts": texts,
        "masked": masked,
        "sex": str(Sex(person.sex).label),
        "groups": people.group_labels(job.groups),
        "places": people.history_of(job),
        "others": list(others),
        "at_once": people.concurrent(people.visible_to(actor).filter(pk=job.pk)).exists(),
        "may_edit": edits and job.left is None and not texts.erased,
        "may_return": edits and job.left is not None and not texts.erased,
        "may_edit_person": not texts.erased and people.can_edit_person(actor, person),
        "may_reveal": not texts.erased and actor.has(Permission.REVEAL_PERSONAL, job.enterprise.path),
        "may_manage": actor.has(Permission.MANAGE_PRIVACY, job.enterprise.path),
    }
    return render(request, "console/workers/detail.html", context)
