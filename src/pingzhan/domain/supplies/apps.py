"""Application entry of the supplies module."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SuppliesConfig(AppConfig):
    """Registers the book of each enterprise's store, its count sheet, purchases and photographs."""

    name = "pingzhan.domain.supplies"
    label = "supplies"
    verbose_name = _("防控物资")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the trail its sentences; make photographs, import and exports known."""
        from pingzhan.domain.supplies import held, importers, listing, protection, verbs

        verbs.register()
        protection.register()
        importers.register()
        listing.register()
        held.register()
