"""Where the duties of plans are met, and where their evidence is shown."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import form_of, register_form, register_viewer
from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import CheckKind, PlanKind
from pingzhan.domain.premises.models import SelfCheck
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor


def one_tap(kind: PlanKind) -> Callable[[int, Actor], int]:
    """Return what says in one tap that the approved plan was looked through and still holds; refused without one."""

    def tap(unit_id: int, by: Actor) -> int:
        return premises.confirm_plan(enterprise=Unit.objects.get(pk=unit_id), kind=kind, by=by)

    return tap


def _check(pk: int) -> str:
    row = SelfCheck.objects.only("enterprise", "kind").get(pk=pk)
    evidence = {CheckKind.DUTY: Evidence.DUTY_ROSTER, CheckKind.TEAM: Evidence.EMERGENCY_TEAM}.get(
        CheckKind(row.kind), Evidence.PLAN_REVIEW
    )
    form = form_of(evidence)
    return reverse(form.view_name if form is not None else "plans:firm", args=[row.enterprise_id])


def register() -> None:
    """Tell the enterprise's day of these pages."""
    register_form(Evidence.PLAN_REVIEW, "plans:firm", one_tap(PlanKind.PREVENTION))
    register_form(Evidence.EMERGENCY_PLAN, "plans:firm", one_tap(PlanKind.EMERGENCY))
    register_viewer("premises_plan", lambda pk: reverse("plans:plan", args=[pk]))
    register_viewer("premises_check", _check)
