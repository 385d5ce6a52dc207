"""Where the duties of incidents are met, and where their evidence is shown."""

from __future__ import annotations

from django.urls import reverse

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import register_form, register_viewer


def register() -> None:
    """Tell the enterprise's day of these pages."""
    register_form(Evidence.INCIDENT, "incidents:firm")
    register_viewer("premises_incident", lambda pk: reverse("incidents:incident", args=[pk]))
