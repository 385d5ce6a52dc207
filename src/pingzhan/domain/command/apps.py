"""Application entry of the command module: its subscriptions, loops, renderers and the posture band."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommandConfig(AppConfig):
    """Registers the command tables."""

    name = "pingzhan.domain.command"
    label = "command"
    verbose_name = _("指挥")
    default_auto_field = "django.db.models.BigAutoField"
