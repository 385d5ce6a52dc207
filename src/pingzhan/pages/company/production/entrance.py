"""Where the duty to report production is met, and where its evidence is shown."""

from __future__ import annotations

from django.urls import reverse

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import register_form, register_viewer
from pingzhan.domain.premises.models import Figures


def _figures(pk: int) -> str:
    row = Figures.objects.only("enterprise", "day", "period").get(pk=pk)
    address = reverse("production:firm", args=[row.enterprise_id])
    return f"{address}?day={row.day.isoformat()}&period={row.period}"


def register() -> None:
    """Tell the enterprise's day of these pages. Figures of a day are never offered as those of the day before."""
    register_form(Evidence.PRODUCTION, "production:firm")
    register_viewer("premises_figures", _figures)
