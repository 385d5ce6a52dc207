"""Writing, submitting, deciding and confirming plans."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import PlanKind, PlanState
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.photos.keeping import photos_of
from pingzhan.kernel.errors import Conflict, Invalid
from pingzhan.pages.company.firms import firm_for
from pingzhan.pages.company.plans.forms import DecideForm, PlanForm
from pingzhan.pages.company.plans.views import page, visible
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs


def _kind(text: str) -> PlanKind:
    try:
        return PlanKind(text)
    except ValueError as error:
        raise Http404 from error


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def edit(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Write the version in work, or begin the next one with what the last says."""
    actor = request_actor(request)
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    wanted = _kind(kind)
    former = (
        premises.plans_visible_to(actor)
        .filter(enterprise=unit, kind=wanted)
        .prefetch_related("posts")
        .order_by("-n")
        .first()
    )
    if former is not None and former.state == PlanState.SUBMITTED and request.method == "GET":
        messages.info(request, _("这一版正在等待审核，不能修改。"))
        return redirect("plans:plan", former.pk)
    form = PlanForm(request.POST or None, request.FILES or None, kind=wanted, former=former)
    if request.method == "POST" and form.is_valid():
        try:
            row = premises.save_plan(enterprise=unit, kind=wanted, data=form.data_of(), by=actor)
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("草稿已保存，核对后请报送审核。"))
            return redirect("plans:plan", row.pk)
    drafts = former is not None and former.state in (PlanState.DRAFT, PlanState.RETURNED)
    context = {
        "form": form,
        "firm": unit,
        "title": _("编制%(kind)s") % {"kind": wanted.label},
        "former": former,
        "photos": photos_of(premises.PLAN_PHOTOS, [former.pk]).get(former.pk, [])
        if former and drafts
        else [],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "company/plans/edit.html", context, status=status)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Submit a version for review; what is missing is said on its page."""
    actor = request_actor(request)
    row = visible(actor, pk)
    try:
        premises.submit_plan(plan_id=pk, by=actor)
    except (Invalid, Conflict) as error:
        messages.error(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, _("已报送，等待包保责任人审核。"))
    return redirect("plans:plan", row.pk)


@require_POST
@needs(Permission.REVIEW_PLANS)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a version or return it with remarks."""
    actor = request_actor(request)
    row = visible(actor, pk)
    form = DecideForm(request.POST)
    approve = request.POST.get("decision") == "approve"
    if form.is_valid():
        try:
            premises.decide_plan(plan_id=pk, approve=approve, remarks=form.cleaned_data["remarks"], by=actor)
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("已通过，企业相关事项已办结。") if approve else _("已退回企业修改。"))
            return redirect("plans:plan", pk)
    return page(request, actor, row, form)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def confirm(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Say that the approved plan was looked through and still holds."""
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    try:
        premises.confirm_plan(enterprise=unit, kind=_kind(kind), by=request_actor(request))
    except Conflict as error:
        messages.error(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, _("已登记核对，方案仍然适用。"))
    return redirect("plans:firm", unit.pk)
