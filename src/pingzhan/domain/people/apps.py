"""Application entry of people."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Registers workers and their employments."""

    name = "pingzhan.domain.people"
    label = "people"
    verbose_name = _("人员")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the trail its sentences; make known import, export and what is held of persons."""
        from pingzhan.domain.people import importers, listing, protection, verbs

        verbs.register()
        protection.register()
        importers.register()
        listing.register()
