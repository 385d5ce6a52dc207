"""Application entry of the organisation module."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationConfig(AppConfig):
    """Registers the organisation tables."""

    name = "pingzhan.domain.organisation"
    label = "organisation"
    verbose_name = _("组织架构")
    default_auto_field = "django.db.models.BigAutoField"
