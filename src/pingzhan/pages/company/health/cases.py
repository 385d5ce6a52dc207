"""停工职工: who has stopped work, and each step until he is back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pingzhan.domain.health import api as health
from pingzhan.domain.health.enums import CASE_MOVES, OPEN, CaseState, ReportState, Symptom
from pingzhan.domain.health.models import Case
from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound
from pingzhan.pages.company.firms import firm_for
from pingzhan.pages.company.health.charts import fever_chart
from pingzhan.pages.company.health.names import named
from pingzhan.pages.company.health.symptoms import SymptomForm
from pingzhan.pages.console.guard import needs

MOST = 100
"""Cases on a page, the newest first."""


@needs(Permission.VIEW_HEALTH)
def index(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who has stopped work; whoever keeps the ledger may enter another."""
    actor = request_actor(request)
    unit = firm_for(request, pk, Permission.VIEW_HEALTH)
    keeps = health.can_keep(actor, unit)
    form = SymptomForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _report(request, unit, form):
        return redirect("health:cases", pk)
    rows = list(health.visible_to(actor).filter(enterprise=unit).order_by("-stopped_at", "-pk")[:MOST])
    told = list(
        health.reports_visible_to(actor)
        .filter(enterprise=unit, state=ReportState.WAITING)
        .order_by("reported_at", "pk")[:MOST]
    )
    names = named(
        {row.employment_id for row in rows} | {row.employment_id for row in told if row.employment_id},
        unit,
        actor,
    )
    context: dict[str, Any] = {
        "title": _("停工职工"),
        "firm": unit,
        "keeps": keeps,
        "form": form,
        "reports": [
            (
                names[row.employment_id].name if row.employment_id else _("花名册没有这个工号"),
                "、".join(str(Symptom(one).label) for one in row.symptoms),
                row,
            )
            for row in told
        ],
        "open": [(names[row.employment_id], row) for row in rows if row.state in OPEN],
        "closed": [(names[row.employment_id], row) for row in rows if row.state not in OPEN],
    }
    return render(request, "company/health/cases.html", context, status=422 if form.errors else 200)


def _report(request: HttpRequest, unit: Unit, form: SymptomForm) -> bool:
    found = Employment.objects.filter(
        enterprise=unit, employee_no=form.cleaned_data["number"].strip(), left__isnull=True
    ).first()
    if found is None:
        form.add_error("number", _("本企业没有这个工号的在职职工。"))
        return False
    try:
        health.report_symptoms(
            employment=found, symptoms=form.cleaned_data["symptoms"], by=request_actor(request)
        )
    except DomainError as error:
        form.add_error(None, f"{error.message}{error.hint}")
        return False
    messages.success(request, _("已登记停工，请督促尽快到发热门诊就诊。"))
    return True


@needs(Permission.VIEW_HEALTH)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a case with its steps; POST takes the next step."""
    actor = request_actor(request)
    row = health.visible_to(actor).select_related("enterprise").filter(pk=pk).first()
    if row is None:
        raise NotFound(_("没有这条停工记录，或您无权查看。"))
    keeps = health.can_keep(actor, row.enterprise)
    wrong = ""
    if request.method == "POST":
        try:
            _act(request, row)
        except DomainError as error:
            wrong = f"{error.message}{error.hint}"
        else:
            messages.success(request, _("已登记。"))
            return redirect("health:case", pk)
    steps = (
        (_("停工"), row.stopped_at),
        (_("到发热门诊"), row.clinic_at),
        (_("医院结论"), row.concluded_at),
        (_("返岗"), row.returned_at),
    )
    context: dict[str, Any] = {
        "title": _("停工记录"),
        "firm": row.enterprise,
        "row": row,
        "who": named([row.employment_id], row.enterprise, actor)[row.employment_id],
        "symptoms": "、".join(str(Symptom(one).label) for one in row.symptoms),
        "temperature": f"{row.tenths / 10:.1f} ℃" if row.tenths is not None else "",
        **fever_chart(row.employment_id),
        "steps": steps,
        "moves": {move.value for move in CASE_MOVES[CaseState(row.state)]} if keeps else set(),
        "wrong": wrong,
    }
    return render(request, "company/health/case.html", context, status=422 if wrong else 200)


def _act(request: HttpRequest, row: Case) -> None:
    """Take the step that the form names; one that is not known is refused as the state does."""
    actor, act = request_actor(request), request.POST.get("act", "")
    if act == "at_clinic":
        health.go_to_clinic(case_id=row.pk, clinic=request.POST.get("clinic", ""), by=actor)
    elif act in ("excluded", "confirmed"):
        health.conclude(case_id=row.pk, excluded=act == "excluded", by=actor)
    elif act == "returned":
        health.return_to_work(case_id=row.pk, free_from=_day(request.POST.get("free_from", "")), by=actor)
    elif act == "withdrawn":
        health.withdraw(case_id=row.pk, by=actor)
    else:
        raise NotFound(_("没有这一步。"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound(_("请填写症状消失的日期。")) from None
