"""Where the duties of the canteen are met, and where their evidence is shown."""

from __future__ import annotations

from django.urls import reverse

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import register_form, register_viewer
from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.models import SittingDay
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor


def keep_plans(unit_id: int, by: Actor) -> int:
    """Say that today is held as published; the ledger refuses it where no plan holds."""
    return sanitation.keep_plans(enterprise=Unit.objects.get(pk=unit_id), by=by)


def check_as_last(unit_id: int, by: Actor) -> int:
    """Say that the canteens were checked and are as last time; the ledger refuses it after a problem."""
    return sanitation.check_as_last(enterprise=Unit.objects.get(pk=unit_id), by=by)


def _plan(pk: int) -> str:
    return reverse("canteen:plan", args=[SittingDay.objects.only("plan").get(pk=pk).plan_id])


def register() -> None:
    """Tell the enterprise's day of these pages."""
    register_form(Evidence.CANTEEN_PLAN, "canteen:firm", keep_plans)
    register_form(Evidence.CANTEEN_HYGIENE, "canteen:hygiene", check_as_last)
    register_viewer("sitting_day", _plan)
    register_viewer("kitchen_check", lambda pk: reverse("canteen:check", args=[pk]))
