"""Where the duty of training is met, and where its evidence is shown."""

from __future__ import annotations

from django.urls import reverse

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import register_form, register_viewer


def register() -> None:
    """Tell the enterprise's day of these pages. No tap says that somebody was told who was not."""
    register_form(Evidence.TRAINING, "training:firm")
    register_viewer("premises_training", lambda pk: reverse("training:session", args=[pk]))
