"""One lot of goods: registered, its timeline, and what can be done with it next."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.domain.gate import api as gate
from pingzhan.domain.gate.enums import WATCHED, GoodsClass, StepKind
from pingzhan.domain.gate.models import GoodsLot
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.photos.keeping import photos_of
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.company.goods.forms import FORMS, LABELS, LotForm, done, trucks_for
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs

VOIDABLE = (StepKind.DISINFECTED, StepKind.TEST_NEGATIVE, StepKind.TEST_POSITIVE)


def _refuse(actor: Actor, unit: Any) -> None:
    if not gate.can_keep(actor, unit):
        raise Refused(_("您不能办理这家企业的台账。"), hint=_("请由企业联系人办理。"), code="refused_scope")


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Register a lot."""
    actor = request_actor(request)
    unit = one_of(gate.goods_firms(actor), pk)
    _refuse(actor, unit)
    trucks = trucks_for(gate.vehicles_visible_to(actor), unit)
    form = LotForm(request.POST or None, unit=unit, trucks=trucks)
    if form.is_valid():
        try:
            lot = gate.register_lot(enterprise=unit, data=form.data_of(), by=actor)
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("已登记，批号 %(code)s。") % {"code": lot.code})
            return redirect("goods:lot", pk=lot.pk)
    context = {"form": form, "unit": unit, "title": _("登记到厂货物"), "has_trucks": trucks.exists()}
    return render(request, "company/goods/new.html", context, status=422 if form.errors else 200)


def _visible(actor: Actor, pk: int) -> GoodsLot:
    found = gate.lots_visible_to(actor).select_related("enterprise", "storage").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这批货物，或您无权查看。"))
    return found


@require_GET
@needs(Permission.VIEW_LEDGERS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a lot: what still stands against its release, the rule it is held to, and its whole story."""
    actor = request_actor(request)
    lot = _visible(actor, pk)
    (row,) = gate.lot_rows([lot], clock.now())
    steps = list(lot.steps.select_related("team", "site").order_by("at", "pk"))
    voided = {step.voids_id for step in steps if step.voids_id is not None}
    photos = photos_of(gate.STEP_PHOTOS, [step.pk for step in steps])
    decides = gate.can_keep(actor, lot.enterprise) and lot.state in WATCHED
    vehicles = [one.vehicle for one in lot.carried.select_related("vehicle").order_by("vehicle__t_in")]
    context: dict[str, Any] = {
        "lot": lot,
        "row": row,
        "unit": lot.enterprise,
        "steps": [
            {
                "photos": photos.get(step.pk, []),
                "step": step,
                "voided": step.pk in voided,
                "voidable": decides and step.kind in VOIDABLE and step.pk not in voided,
            }
            for step in steps
        ],
        "vehicles": vehicles,
        "decides": decides,
        "acts": [(act, LABELS[act]) for act in ("store", "disinfect", "test", "certify")],
        "more": [(act, LABELS[act]) for act in ("adopt", "reject", "withdraw")],
    }
    return render(request, "company/goods/lot.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Show the form of one act, and carry it out."""
    if act not in FORMS:
        raise Http404
    actor = request_actor(request)
    lot = _visible(actor, pk)
    _refuse(actor, lot.enterprise)
    step = request.GET.get("step", "")
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form: forms.Form = FORMS[act](*sent, unit=lot.enterprise)
    if request.method == "POST" and form.is_valid():
        try:
            done(act, lot, dict(form.cleaned_data), actor, int(step) if step.isdecimal() else 0)
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("已办理：%(what)s。") % {"what": LABELS[act]})
            return redirect("goods:lot", pk=pk)
    (row,) = gate.lot_rows([lot], clock.now())
    context = {
        "form": form,
        "lot": lot,
        "row": row,
        "act": act,
        "title": LABELS[act],
        "rule": gate.goods_rule(lot.enterprise, GoodsClass(lot.goods_class)) if act == "adopt" else None,
        "files": "photos" in form.fields,
        "danger": act in ("reject", "withdraw", "void"),
    }
    return render(request, "company/goods/act.html", context, status=422 if form.errors else 200)
