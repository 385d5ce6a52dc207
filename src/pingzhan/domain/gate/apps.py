"""Application entry of gate."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GateConfig(AppConfig):
    """Registers visitors, vehicles, goods, meetings and closed management."""

    name = "pingzhan.domain.gate"
    label = "gate"
    verbose_name = _("门岗与货物")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the trail its sentences; say what is held of persons; make import and exports known."""
        from pingzhan.domain.gate import (
            closing_listing,
            held,
            importers,
            listing,
            photographs,
            protection,
            verbs,
        )

        verbs.register()
        protection.register()
        importers.register()
        listing.register()
        closing_listing.register()
        photographs.register()
        held.register()
