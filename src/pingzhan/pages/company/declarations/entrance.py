"""Where duties without a ledger are met, and where what was declared is shown."""

from __future__ import annotations

from django.urls import reverse

from pingzhan.domain.obligations.api import DECLARATION, register_default_form, register_viewer


def register() -> None:
    """Make declarations the way for every kind of evidence that has no ledger."""
    register_default_form("declarations:unit")
    register_viewer(DECLARATION, lambda pk: reverse("declarations:record", args=[pk]))
