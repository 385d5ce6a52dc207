"""Where the duties about returns are met, and where their evidence is shown."""

from __future__ import annotations

from django.urls import reverse

from pingzhan.domain.obligations.api import register_form, register_viewer


def register() -> None:
    """Tell the enterprise's day of the pages of returns. No one-tap answer: a return is never as yesterday."""
    register_form("returnees", "returnees:firm")
    register_viewer("returnee", lambda pk: reverse("returnees:detail", args=[pk]))
