"""The page of one enterprise: its file, and the decisions of the zone about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.domain.command import api as command
from pingzhan.domain.people import api as people
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import STATUS_MOVES, EnterpriseStatus, RiskClass, SiteKind, StepKind
from pingzhan.domain.territory.models import Enterprise, EnterpriseStep
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, Invalid, NotFound, Refused
from pingzhan.pages.console.enterprises import rows
from pingzhan.pages.console.enterprises.forms import (
    FLAG_LABELS,
    FileForm,
    MergeForm,
    MoveForm,
    RiskForm,
    StatusForm,
    attach_by_label,
)
from pingzhan.pages.console.enterprises.parts import part_context
from pingzhan.pages.console.enterprises.views import is_htmx, visible_enterprise
from pingzhan.pages.console.guard import needs

TABS: dict[str, Promise] = {
    "file": gettext_lazy("档案"),
    "sites": gettext_lazy("场所"),
    "shifts": gettext_lazy("班次和班组"),
    "people": gettext_lazy("人员"),
    "history": gettext_lazy("变动"),
}
_TAB_TEMPLATES = {
    "file": "console/enterprises/_file.html",
    "sites": "console/enterprises/_sites.html",
    "shifts": "console/enterprises/_shifts.html",
    "people": "console/enterprises/_people.html",
    "history": "console/enterprises/_history.html",
}
_SHOWN = ("credit_code", "industry", "legal_form", "address", "plot")


@require_GET
@needs(Permission.VIEW_ENTERPRISES)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one enterprise; ``?tab=`` names what of it."""
    actor = request_actor(request)
    found = visible_enterprise(actor, pk)
    asked = request.GET.get("tab", "")
    tab = asked if asked in TABS else "file"
    context = {
        **head(actor, found),
        "tab": tab,
        "tabs": list(TABS.items()),
        "template": _TAB_TEMPLATES[tab],
        **_TAB_CONTEXT[tab](actor, found, request),
    }
    return render(request, "console/enterprises/detail.html", context)


def head(actor: Actor, found: Enterprise) -> dict[str, Any]:
    """Return what every part of the page needs: the file, its badges, and what the actor may do."""
    closed = found.status == EnterpriseStatus.CLOSED
    return {
        "file": found,
        "unit": found.unit,
        "closed": closed,
        "may_edit": not closed and territory.can_edit_enterprise(actor, found.unit),
        "decides": not closed and territory.can_zone_edit(actor, found.unit),
        "may_move": not closed and actor.has(Permission.EDIT_TERRITORY, found.unit.path),
        "risk_state": rows.RISK_STATES[RiskClass(found.risk)],
        "status_state": rows.STATUS_STATES[EnterpriseStatus(found.status)],
    }


def _file(actor: Actor, found: Enterprise, request: HttpRequest) -> dict[str, Any]:
    kinds = territory.site_counts(found.unit)
    return {
        "industry": territory.industry_name(found.industry),
        "flags": [label for name, label in FLAG_LABELS.items() if getattr(found, name)],
        "in_shifts": territory.shift_headcount(found.unit),
        "workers": people.headcounts([found.pk]).get(found.pk, 0),
        "kinds": [(SiteKind(kind).label, n) for kind, n in kinds.items()],
    }


def _people(actor: Actor, found: Enterprise, request: HttpRequest) -> dict[str, Any]:
    return {
        "responsible": rows.responsible(found.unit),
        "contacts": [
            {"name": one.name, "title": one.title, "posts": [h.post.name for h in one.holdings.all()][:3]}
            for one in rows.contacts(found.unit)
        ],
        "workers": people.headcounts([found.pk]).get(found.pk, 0),
        "to_workers": f"{reverse('workers:index')}?{urlencode({'unit': found.unit.code})}",
        "sees_workers": actor.has(Permission.VIEW_WORKERS, found.unit.path),
        "sets_responsible": actor.has(Permission.EDIT_STRUCTURE, found.unit.path),
    }


def _history(actor: Actor, found: Enterprise, request: HttpRequest) -> dict[str, Any]:
    return {"steps": [_step(one) for one in territory.steps_of(found)[:100]]}


def _step(one: EnterpriseStep) -> dict[str, Any]:
    labels = dict(RiskClass.choices if one.kind == StepKind.RISK else EnterpriseStatus.choices)
    return {
        "at": one.at,
        "kind": StepKind(one.kind).label,
        "old": labels.get(one.old, one.old),
        "new": labels.get(one.new, one.new),
        "reason": one.reason,
        "by": one.by_name,
    }


_TAB_CONTEXT: dict[str, Callable[[Actor, Enterprise, HttpRequest], dict[str, Any]]] = {
    "file": _file,
    "sites": lambda actor, found, request: part_context("sites", found, request),
    "shifts": lambda actor, found, request: {
        "shifts": part_context("shifts", found, request),
        "teams": part_context("teams", found, request),
    },
    "people": _people,
    "history": _history,
}


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_ENTERPRISE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the file. The enterprise itself is offered only what it may change."""
    actor = request_actor(request)
    found = visible_enterprise(actor, pk)
    whole = territory.can_zone_edit(actor, found.unit)
    names = [*_SHOWN, "short_name", *FLAG_LABELS]
    initial = {name: getattr(found, name) for name in names}
    initial |= {"name": found.unit.name, "headcount": found.unit.headcount}
    form = FileForm(request.POST or None, own=not whole, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            changed = territory.change_enterprise(enterprise=found, changes=form.cleaned_data, by=actor)
        except Invalid as error:
            attach_by_label(form, error)
        else:
            messages.success(request, _("档案已保存。") if changed else _("内容没有变化。"))
            return redirect("enterprises:detail", pk=pk)
    context = {**head(actor, found), "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "console/enterprises/edit.html", context, status=status)


@dataclass(frozen=True)
class Decision:
    """One decision about an enterprise: its title, its form, and what a valid form does."""

    title: Promise
    form: Callable[[Enterprise, Actor, Any], forms.Form]
    run: Callable[[Enterprise, Any, Actor], object]
    permission: Permission = Permission.EDIT_ENTERPRISE
    note: Promise | str = ""


def _status_form(found: Enterprise, actor: Actor, data: Any) -> forms.Form:
    moves = STATUS_MOVES[EnterpriseStatus(found.status)]
    offered = [(one.value, str(one.label)) for one in EnterpriseStatus if one in moves]
    return StatusForm(data, offered=offered)


@transaction.atomic
def _move(found: Enterprise, form: Any, by: Actor) -> object:
    """Move the unit, and bring the seats in line: another area may stand under another order."""
    moved = territory.move_unit(unit=found.unit, parent=form.cleaned_data["parent"], by=by)
    return command.reconcile_zone(zone=territory.zone_of(moved), cause=_("企业调整所属片区"), by=by)


DECISIONS: dict[str, Decision] = {
    "risk": Decision(
        gettext_lazy("调整风险等级"),
        lambda found, actor, data: RiskForm(data, initial={"risk": found.risk}),
        lambda found, form, by: territory.set_risk(
            enterprise=found,
            risk=RiskClass(form.cleaned_data["risk"]),
            reason=form.cleaned_data["reason"],
            by=by,
        ),
    ),
    "status": Decision(
        gettext_lazy("变更经营状态"),
        _status_form,
        lambda found, form, by: territory.set_status(
            enterprise=found,
            status=EnterpriseStatus(form.cleaned_data["status"]),
            reason=form.cleaned_data["reason"],
            by=by,
        ),
        note=gettext_lazy("注销后不能恢复：场所、班次和班组一并停用，档案只能查看。"),
    ),
    "merge": Decision(
        gettext_lazy("并入另一家企业"),
        lambda found, actor, data: MergeForm(data, enterprise=found, actor=actor),
        lambda found, form, by: territory.merge_enterprise(
            source=found, target=form.cleaned_data["target"], reason=form.cleaned_data["reason"], by=by
        ),
        note=gettext_lazy("本企业随之注销。在职职工须先调动到并入的企业。"),
    ),
    "move": Decision(
        gettext_lazy("调整所属片区"),
        lambda found, actor, data: MoveForm(data, enterprise=found, actor=actor),
        _move,
        permission=Permission.EDIT_TERRITORY,
    ),
}


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_ENTERPRISES)
def decide(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Show the form of a decision in a dialog, and carry it out; what is wrong is shown in the form (422)."""
    actor = request_actor(request)
    found = visible_enterprise(actor, pk)
    decision = DECISIONS.get(what)
    if decision is None:
        raise NotFound(_("没有这种修改。"))
    if not actor.has(decision.permission, found.unit.path) or not (
        decision.permission == Permission.EDIT_TERRITORY or territory.can_zone_edit(actor, found.unit)
    ):
        raise Refused(_("这一项由开发区决定。"), hint=_("如有变化，请联系包企责任人或开发区综合文秘。"))
    posting = request.method == "POST"
    form = decision.form(found, actor, request.POST if posting else None)
    if posting and form.is_valid():
        try:
            decision.run(found, form, actor)
        except Refused:
            raise
        except DomainError as error:
            attach_by_label(form, error)
        else:
            messages.success(request, _("已办理：%(what)s。") % {"what": decision.title})
            if is_htmx(request):
                address = reverse("enterprises:detail", args=[pk])
                return HttpResponse(status=204, headers={"HX-Redirect": address})
            return redirect("enterprises:detail", pk=pk)
    context = {**head(actor, found), "form": form, "title": decision.title, "note": decision.note}
    status = 422 if posting else 200
    if not is_htmx(request):
        return render(request, "console/enterprises/decide.html", context, status=status)
    template = "console/enterprises/_form.html" if posting else "console/enterprises/_dialog.html"
    return render(request, template, context, status=status)
