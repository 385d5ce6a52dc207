"""Application entry of the measures module."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeasuresConfig(AppConfig):
    """Registers measure sets, what is in force, and the restrictions with their legal basis."""

    name = "pingzhan.domain.measures"
    label = "measures"
    verbose_name = _("防控措施")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the switch its hazards and the trail its sentences; register loop and words."""
        from pingzhan.domain.command.api import register_hazards
        from pingzhan.domain.measures import hazards, notices, tasks, verbs
        from pingzhan.foundation.jobs import register_loop
        from pingzhan.foundation.messages import register_renderer

        register_hazards(hazards.choices)
        register_loop("measures.terms", tasks.SECONDS, tasks.terms_loop)
        register_renderer(notices.SUBJECT, notices.render)
        verbs.register()
