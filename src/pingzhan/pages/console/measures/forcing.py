"""Putting in force, withdrawing, and the legal record of each restriction, checked while it is typed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.enums import Decider, RestrictionState
from pingzhan.domain.measures.models import Force, Restriction, SetVersion, Slot
from pingzhan.foundation.access.actor import request_actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.documents.papers import papers_of
from pingzhan.kernel.errors import DomainError
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.measures.decisionforms import DecisionForm, ForceForm, ProposeForm
from pingzhan.pages.console.measures.shared import (
    add_error,
    attempt,
    form_page,
    posture_word,
    reads,
)

_STATES = {
    RestrictionState.HELD: "warn",
    RestrictionState.IN_FORCE: "ok",
    RestrictionState.REFUSED: "bad",
    RestrictionState.ENDED: "idle",
}


def _publishable(request: HttpRequest, pk: int) -> SetVersion:
    actor = request_actor(request)
    version = measures.find_version(actor, pk)
    require(actor, Permission.PUBLISH_MEASURES, version.set.zone.path)
    return version


@require_http_methods(["GET", "POST"])
@needs(Permission.PUBLISH_MEASURES)
def put(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a version in force; below the form stands what the law still asks for of its restrictions."""
    version = _publishable(request, pk)
    form = ForceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            force = measures.put_in_force(order=form.order(version), by=request_actor(request))
        except DomainError as error:
            add_error(form, error)
        else:
            held = force.restrictions.filter(state=RestrictionState.HELD).count()
            messages.success(request, _("已投入执行。"))
            if held:
                messages.warning(request, _("%(n)d 项限制性措施待决定，未执行。") % {"n": held})
            return redirect("measures:force", force.pk)
    posture = request.POST.get("posture") or "routine"
    context = {"version": version, "form": form, "lines": _lines(version, posture), "posture": posture}
    return render(request, "console/measures/put.html", context, status=422 if form.errors else 200)


@require_GET
@needs(Permission.PUBLISH_MEASURES)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the check of the law for the posture and the document typed so far."""
    version = _publishable(request, pk)
    posture = "emergency" if request.GET.get("posture") == "emergency" else "routine"
    lines = _lines(version, posture, request.GET.get("document", ""))
    return render(request, "console/measures/_check.html", {"lines": lines})


def _lines(version: SetVersion, posture: str, document: str = "-") -> list[dict[str, Any]]:
    """Return each restriction of a version as it would be written down now, with what it lacks."""
    slot = Slot(zone=version.set.zone, hazard=version.set.hazard, posture=posture)
    force = Force(slot=slot, version=version, document=document or "-")
    now = timezone.now()
    found = []
    for measure in measures.restricting(version, posture):
        row = measures.restriction_row(force, measure, None, now, "")
        missing = measures.lacks(row)
        found.append(
            {
                "title": measure.label,
                "law": row.law,
                "decider": Decider(row.decider).label,
                "missing": [words for _field, words in missing],
                "days": measure.term_days,
            }
        )
    return found


@require_GET
@reads
def force(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one time in force: basis, term, and the record of each restriction in it."""
    actor = request_actor(request)
    found = measures.find_force(actor, pk)
    records = list(measures.restrictions_of(found))
    rows = [
        {
            "one": one,
            "state": _STATES[RestrictionState(one.state)],
            "word": RestrictionState(one.state).label,
            "decider": Decider(one.decider).label,
            "missing": [words for _field, words in measures.lacks(one)]
            if one.state == RestrictionState.HELD
            else [],
        }
        for one in records
    ]
    end = found.ended_at or found.ends_at
    context = {
        "force": found,
        "hazard": measures.hazard_label(found.slot.hazard),
        "word": posture_word(found.slot.posture),
        "rows": rows,
        "held": sum(one.state == RestrictionState.HELD for one in records),
        "end": end,
        "over": end is not None and end <= timezone.now(),
        "papers": list(papers_of("measure_force", found.pk)),
        "may": measures.can_publish(actor, found.slot.zone),
    }
    return render(request, "console/measures/force.html", context)


@require_POST
@needs(Permission.PUBLISH_MEASURES)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """End a time in force now."""
    actor = request_actor(request)
    found = measures.find_force(actor, pk)
    reason = request.POST.get("reason", "")
    attempt(request, lambda: measures.withdraw(force=found, reason=reason, by=actor), _("已撤回。"))
    return redirect("measures:force", pk)


@require_http_methods(["GET", "POST"])
@needs(Permission.PUBLISH_MEASURES)
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the request to the body that may decide."""
    actor = request_actor(request)
    found = measures.find_force(actor, pk)
    require(actor, Permission.PUBLISH_MEASURES, found.slot.zone.path)
    form = ProposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            measures.propose(force=found, by=actor, **form.cleaned_data)
        except DomainError as error:
            add_error(form, error)
        else:
            messages.success(request, _("请示已拟好，在“公文”中核稿、签发。"))
            return redirect("measures:force", pk)
    context = {
        "title": _("提出请示"),
        "lead": _("超出开发区权限的措施，由有权机关决定后才执行。"),
        "submit": _("拟写请示"),
        "back": reverse("measures:force", args=[pk]),
        "back_label": str(found.version),
    }
    return form_page(request, form, context)


@require_http_methods(["GET", "POST"])
@needs(Permission.PUBLISH_MEASURES)
def restriction(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the decision of a restriction that waits."""
    row = _restriction(request, pk)
    form = DecisionForm(request.POST or None, initial=_initial(row))
    if request.method == "POST" and form.is_valid():
        try:
            measures.record_decision(restriction=row, decision=form.decision(), by=request_actor(request))
        except DomainError as error:
            if error.place == "ends_at":
                error.place = "until"
            add_error(form, error)
        else:
            messages.success(request, _("已登记决定，措施开始执行。"))
            return redirect("measures:force", row.force_id)
    context = {
        "row": row,
        "form": form,
        "missing": [words for _field, words in measures.lacks(row)],
        "open": row.state == RestrictionState.HELD,
        "decider": Decider(row.measure.decider).label,
    }
    return render(request, "console/measures/decide.html", context, status=422 if form.errors else 200)


@require_GET
@needs(Permission.PUBLISH_MEASURES)
def restriction_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Return what the law still asks for of a restriction as typed so far."""
    row = _restriction(request, pk)
    for name in ("law", "decider", "body", "document", "scope", "reason", "class_decision"):
        setattr(row, name, request.GET.get(name, "").strip())
    if row.decider not in Decider.values:
        row.decider = Decider.EMPLOYER
    return render(
        request, "console/measures/_lacks.html", {"missing": [words for _field, words in measures.lacks(row)]}
    )


def _restriction(request: HttpRequest, pk: int) -> Restriction:
    actor = request_actor(request)
    row = measures.find_restriction(actor, pk)
    require(actor, Permission.PUBLISH_MEASURES, row.force.slot.zone.path)
    return row


def _initial(row: Restriction) -> dict[str, Any]:
    names = (
        "law", "body", "document", "scope", "reason", "class_decision", "explanation", "public_notice", "complaint",
    )  # fmt: skip
    found = {name: getattr(row, name) for name in names}
    last = row.ends_at and timezone.localtime(row.ends_at - timedelta(seconds=1)).date()
    return {**found, "decider": row.measure.decider, "until": last}


@require_POST
@needs(Permission.PUBLISH_MEASURES)
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down that a restriction was not approved."""
    row, by = _restriction(request, pk), request_actor(request)
    reason = request.POST.get("reason", "")
    attempt(
        request,
        lambda: measures.refuse_restriction(restriction=row, reason=reason, by=by),
        _("已登记未获批准。"),
    )
    return redirect("measures:force", row.force_id)


@require_POST
@needs(Permission.PUBLISH_MEASURES)
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Lift a restriction before its term."""
    row, by = _restriction(request, pk), request_actor(request)
    notice = request.POST.get("reason", "")
    attempt(request, lambda: measures.lift_restriction(restriction=row, notice=notice, by=by), _("已解除。"))
    return redirect("measures:force", row.force_id)
