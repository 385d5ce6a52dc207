"""Application entry of access."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    """Registers role grants."""

    name = "pingzhan.foundation.access"
    label = "access"
    verbose_name = _("权限")
    default_auto_field = "django.db.models.BigAutoField"
