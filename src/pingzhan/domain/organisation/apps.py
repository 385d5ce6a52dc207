"""Application entry of the organisation module."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationConfig(AppConfig):
    """Registers the organisation tables and tells the access layer who stands behind an account."""

    name = "pingzhan.domain.organisation"
    label = "organisation"
    verbose_name = _("组织架构")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the resolver of the person behind an account, and the trail's sentences."""
        from pingzhan.domain.organisation import verbs
        from pingzhan.domain.organisation.api import person_of_user
        from pingzhan.foundation.access.actor import register_person_resolver

        register_person_resolver(person_of_user)
        verbs.register()
