"""Where the duties of 防控物资 are met, and where their evidence is shown."""

from __future__ import annotations

from django.urls import reverse

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import register_form, register_viewer
from pingzhan.domain.supplies import api as supplies
from pingzhan.domain.supplies.models import StockCheck
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor


def same(unit_id: int, by: Actor) -> int:
    """Say in one tap that book and shelf agree; the ledger refuses it where that cannot be."""
    return supplies.find_same(enterprise=Unit.objects.get(pk=unit_id), by=by)


def _check(pk: int) -> str:
    row = StockCheck.objects.only("enterprise").get(pk=pk)
    return f"{reverse('supplies:history', args=[row.enterprise_id])}#check-{pk}"


def register() -> None:
    """Tell the enterprise's day of these pages."""
    register_form(Evidence.SUPPLIES_CHECK, "supplies:firm", same)
    register_viewer(supplies.CHECK, _check)
