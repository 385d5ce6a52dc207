"""方案预案: the list of the zone, the two plans of an enterprise, and one version beside the one before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import EDITABLE, SECTIONS, PlanKind, PlanState
from pingzhan.domain.premises.models import Plan
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.photos.keeping import photos_of
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.company.firms import firm_for, firms_of
from pingzhan.pages.company.plans.forms import DecideForm, FilterForm
from pingzhan.pages.console.guard import needs_one_of

PAGE = 50
WITHIN = timedelta(days=3)
sees_plans = needs_one_of(*premises.PLAN_READERS)


@require_GET
@sees_plans
def index(request: HttpRequest) -> HttpResponse:
    """Lead to the only enterprise, or list the plans of all the actor looks after, those that wait first."""
    actor = request_actor(request)
    firms = list(firms_of(actor, *premises.PLAN_READERS)[:2])
    if len(firms) == 1:
        return redirect("plans:firm", firms[0].pk)
    params = {key: str(value) for key, value in request.GET.items() if value and key != "page"}
    wanted = premises.PlanFilter(
        words=params.get("q", "")[:60], kind=params.get("kind", ""), state=params.get("state", "")
    )
    visible = premises.plans_visible_to(actor)
    overdue = clock.now() - (premises.review_within(firms[0]) if firms else WITHIN)
    found = premises.find_plans(visible, wanted, overdue)
    asked = request.GET.get("page", "1")
    at = max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1
    rows = list(found[(at - 1) * PAGE : at * PAGE + 1])
    reviews = premises.next_reviews(rows[:PAGE])
    context: dict[str, Any] = {
        "filters": FilterForm(request.GET or None),
        "rows": [(row, reviews.get(row.pk), _late(row, overdue)) for row in rows[:PAGE]],
        "today": clock.today(),
        "count": found.order_by().count(),
        "waiting": visible.filter(state=PlanState.SUBMITTED).count(),
        "before": urlencode({**params, "page": at - 1}) if at > 1 else "",
        "after": urlencode({**params, "page": at + 1}) if len(rows) > PAGE else "",
    }
    return render(request, "company/plans/index.html", context)


def _late(row: Plan, overdue: datetime) -> bool:
    return row.state == PlanState.SUBMITTED and row.submitted_at is not None and row.submitted_at < overdue


@require_GET
@sees_plans
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the two plans of an enterprise: what holds, what is in work, what came before."""
    unit = firm_for(request, pk, *premises.PLAN_READERS)
    actor = request_actor(request)
    rows = list(
        premises.plans_visible_to(actor)
        .filter(enterprise=unit)
        .order_by("kind", "-n")
        .prefetch_related("posts")
    )
    reviews = premises.next_reviews(rows)
    kinds = []
    for kind in PlanKind:
        mine = [row for row in rows if row.kind == kind]
        holds = next((row for row in mine if row.state == PlanState.APPROVED), None)
        work = next(
            (row for row in mine if row.state not in (PlanState.APPROVED, PlanState.SUPERSEDED)), None
        )
        kinds.append(
            {
                "kind": kind,
                "holds": holds,
                "review": reviews.get(holds.pk) if holds is not None else None,
                "expired": holds is not None and holds.valid_until < clock.today(),
                "work": work,
                "editable": work is None or work.state in EDITABLE,
                "versions": mine,
            }
        )
    context: dict[str, Any] = {
        "title": _("方案预案"),
        "firm": unit,
        "kinds": kinds,
        "today": clock.today(),
        "keeps": premises.can_keep(actor, unit),
    }
    return render(request, "company/plans/firm.html", context)


def visible(actor: Actor, pk: int) -> Plan:
    """Return a version the actor may look at. NotFound otherwise."""
    found = premises.plans_visible_to(actor).select_related("enterprise").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这个方案，或您无权查看。"))
    return found


@require_GET
@sees_plans
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one version, what it says differently from the one before, and what can be done with it."""
    actor = request_actor(request)
    return page(request, actor, visible(actor, pk))


def page(request: HttpRequest, actor: Actor, row: Plan, refused: forms.Form | None = None) -> HttpResponse:
    """Answer with the page of a version; ``refused`` is a decision that was sent and not accepted."""
    former = (
        Plan.objects.filter(enterprise=row.enterprise, kind=row.kind, n__lt=row.n)
        .prefetch_related("posts")
        .order_by("-n")
        .first()
    )
    context: dict[str, Any] = {
        "row": row,
        "firm": row.enterprise,
        "title": _("%(kind)s第 %(n)d 版") % {"kind": row.get_kind_display(), "n": row.n},
        "posts": list(row.posts.all()),
        "sections": [(label, row.sections.get(key, "")) for key, label in SECTIONS[PlanKind(row.kind)]],
        "photos": photos_of(premises.PLAN_PHOTOS, [row.pk]).get(row.pk, []),
        "former": former,
        "changes": premises.compare(row, former) if former is not None else [],
        "review": premises.next_reviews([row]).get(row.pk),
        "keeps": row.state in EDITABLE and premises.can_keep(actor, row.enterprise),
        "reviews": row.state == PlanState.SUBMITTED and premises.can_review(actor, row),
        "due": row.submitted_at + premises.review_within(row.enterprise)
        if row.state == PlanState.SUBMITTED and row.submitted_at is not None
        else None,
        "form": refused or DecideForm(),
    }
    return render(request, "company/plans/plan.html", context, status=422 if refused else 200)
