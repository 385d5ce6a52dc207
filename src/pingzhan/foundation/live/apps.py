"""Application entry of live."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveConfig(AppConfig):
    """Registers the change counters of live pages."""

    name = "pingzhan.foundation.live"
    label = "live"
    verbose_name = _("实时更新")
    default_auto_field = "django.db.models.BigAutoField"
