"""Application entry of the sanitation module."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SanitationConfig(AppConfig):
    """Registers areas, cleaning and airing, and the planner of sittings."""

    name = "pingzhan.domain.sanitation"
    label = "sanitation"
    verbose_name = _("清洁消毒与就餐")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the trail its sentences; say who is expected; make photographs, import and export known."""
        from pingzhan.domain.sanitation import (
            canteen_start,
            coverage,
            held,
            importers,
            listing,
            photographs,
            verbs,
        )

        verbs.register()
        coverage.register()
        photographs.register()
        importers.register()
        listing.register()
        canteen_start.register()
        held.register()
