"""Application entry of the territory module."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TerritoryConfig(AppConfig):
    """Registers the territory tables."""

    name = "pingzhan.domain.territory"
    label = "territory"
    verbose_name = _("辖区单位")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the trail its sentences, and make imports and exports known."""
        from pingzhan.domain.territory import importers, listing, verbs

        verbs.register()
        importers.register()
        listing.register()
