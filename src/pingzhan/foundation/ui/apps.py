"""Django's description of the app."""

from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Templates, components and middleware of the pages."""

    name = "pingzhan.foundation.ui"
    label = "ui"
