"""Application entry of health."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HealthConfig(AppConfig):
    """Registers temperatures, symptoms and who has stopped work."""

    name = "pingzhan.domain.health"
    label = "health"
    verbose_name = _("体温与症状")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the trail its sentences; say what is kept and for how long; tell how many were measured."""
        from pingzhan.domain.health import held, importers, listing, notices, protection, verbs
        from pingzhan.domain.health.queries import coverage
        from pingzhan.domain.measures.enums import Evidence
        from pingzhan.domain.obligations.api import register_coverage

        verbs.register()
        notices.register()
        protection.register()
        importers.register()
        listing.register()
        register_coverage(Evidence.TEMPERATURE.value, coverage)
        held.register()
