"""Where the duties of cleaning and airing are met, and where their evidence is shown."""

from __future__ import annotations

from django.urls import reverse

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import register_form, register_viewer
from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.models import Entry
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor


def _as_planned(unit_id: int, by: Actor) -> int:
    return sanitation.air_as_planned(enterprise=Unit.objects.get(pk=unit_id), by=by)


def _as_usual(unit_id: int, by: Actor) -> int:
    return sanitation.clean_as_usual(enterprise=Unit.objects.get(pk=unit_id), by=by)


def _entry(pk: int) -> str:
    row = Entry.objects.only("enterprise").get(pk=pk)
    day = row.records.order_by("-day").values_list("day", flat=True).first()
    return f"{reverse('sanitation:book', args=[row.enterprise_id])}?first={day}&last={day}"


def register() -> None:
    """Tell the enterprise's day of these pages."""
    register_form(Evidence.DISINFECTION, "sanitation:firm", _as_usual)
    register_form(Evidence.VENTILATION, "sanitation:firm", _as_planned)
    register_viewer("sanitation_entry", _entry)
