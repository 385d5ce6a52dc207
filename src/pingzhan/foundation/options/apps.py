"""Application entry of options."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OptionsConfig(AppConfig):
    """Registers the table of changed settings."""

    name = "pingzhan.foundation.options"
    label = "options"
    verbose_name = _("系统设置")
    default_auto_field = "django.db.models.BigAutoField"
