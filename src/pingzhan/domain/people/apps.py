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
        """Give the trail its sentences; make known import, export, what is held of persons, and who all workers are."""
        from pingzhan.domain.command.api import register_audience
        from pingzhan.domain.people import importers, listing, protection, verbs
        from pingzhan.domain.people.queries.audience import workers_of

        verbs.register()
        protection.register()
        importers.register()
        listing.register()
        register_audience("workers", workers_of)
