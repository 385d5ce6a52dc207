"""Where the duties of temperatures and symptoms are met, and where their evidence is shown."""

from __future__ import annotations

from django.urls import reverse

from pingzhan.domain.health import api as health
from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import register_form, register_viewer
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor


def all_normal(unit_id: int, by: Actor) -> int:
    """Enter every team as all normal; refused while somebody has stopped work."""
    return health.record_all_normal(enterprise=Unit.objects.get(pk=unit_id), by=by)


def register() -> None:
    """Tell the enterprise's day of these pages."""
    register_form(Evidence.TEMPERATURE, "health:firm", all_normal)
    register_form(Evidence.SYMPTOMS, "health:cases")
    register_viewer("health_case", lambda pk: reverse("health:case", args=[pk]))
