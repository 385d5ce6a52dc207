"""疑似重复: two persons side by side; merged, or found to be two."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.domain.people import api as people
from pingzhan.domain.people.enums import DocumentKind, MergeReason, Sex
from pingzhan.domain.people.models import Employment, Individual
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.workers.forms import MergeForm
from pingzhan.pages.console.workers.views import refused

REASONS = {
    "name": gettext_lazy("姓名相同"),
    "phone": gettext_lazy("手机相同"),
    "number": gettext_lazy("证件号码相近"),
}


@require_GET
@needs(Permission.VIEW_WORKERS)
def index(request: HttpRequest) -> HttpResponse:
    """Show the pairs of visible persons who look like one, the surest first."""
    actor = request_actor(request)
    pairs = people.alike(people.visible_to(actor))
    firms = _firms([one for pair in pairs for one in (pair.first, pair.second)], actor)
    rows = [
        {
            "first": pair.first,
            "second": pair.second,
            "reasons": [str(REASONS[key]) for key in pair.reasons],
            "name": pair.first_texts.name,
            "other_name": pair.second_texts.name,
            "numbers": (pair.first_texts.masked_number, pair.second_texts.masked_number),
            "firms": (firms.get(pair.first.pk, []), firms.get(pair.second.pk, [])),
        }
        for pair in pairs
    ]
    context = {"rows": rows, "may_edit": actor.has(Permission.EDIT_WORKERS)}
    return render(request, "console/workers/alike.html", context)


def _firms(persons: list[Individual], actor: Actor) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = (
        people.visible_to(actor).filter(individual__in=[one.pk for one in persons]).order_by("joined", "pk")
    )
    for individual, name in rows.values_list("individual", "enterprise__name"):
        names = found.setdefault(individual, [])
        if name not in names:
            names.append(name)
    return found


def _person(actor: Actor, pk: int) -> Individual:
    found = people.visible_individuals(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这名职工，或您无权查看。"))
    return found


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_WORKERS)
def decide(request: HttpRequest, first: int, second: int) -> HttpResponse:
    """Show two persons side by side; merge them, or note that they are two."""
    actor = request_actor(request)
    one, other = _person(actor, first), _person(actor, second)
    texts = people.opened([one, other])
    jobs = list(
        people.visible_to(actor)
        .filter(individual__in=[one, other])
        .select_related("enterprise")
        .order_by("-joined", "-pk")
    )
    sides = [_side(person, texts[person.pk], jobs) for person in (one, other)]
    form = MergeForm(
        request.POST if request.POST.get("act") == "merge" else None,
        choices=[(side["person"].pk, f"{side['name']} {side['number']}") for side in sides],
    )
    try:
        if request.method == "POST" and request.POST.get("act") == "apart":
            people.keep_apart(first=one, second=other, by=actor)
            messages.success(request, _("已记下：不是同一人，以后不再提示。"))
            return redirect("workers:alike")
        if form.is_valid():
            keep = one if form.cleaned_data["keep"] == str(one.pk) else other
            drop = other if keep is one else one
            people.merge(keep=keep, drop=drop, reason=MergeReason(form.cleaned_data["reason"]), by=actor)
            messages.success(request, _("已合并为一个人，用工记录全部保留。"))
            return redirect("workers:alike")
    except (Invalid, Conflict) as error:
        attach(form, error)
    context: dict[str, Any] = {
        "sides": sides,
        "form": form,
        "may_merge": people.can_merge(actor, one, other),
    }
    return render(request, "console/workers/decide.html", context, status=refused(form))


def _side(person: Individual, texts: people.Opened, jobs: list[Employment]) -> dict[str, Any]:
    return {
        "person": person,
        "name": texts.name or "",
        "number": texts.masked_number,
        "phone": texts.masked_phone,
        "address": texts.masked_address,
        "document": str(DocumentKind(person.doc_kind).label),
        "sex": str(Sex(person.sex).label),
        "jobs": [job for job in jobs if job.individual_id == person.pk],
    }
