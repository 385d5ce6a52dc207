"""Application entry of live pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveConfig(AppConfig):
    """Registers the change rows and the loop that forgets old ones."""

    name = "pingzhan.foundation.live"
    label = "live"
    verbose_name = _("实时更新")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the housekeeping loop."""
        from pingzhan.foundation.jobs import register_loop
        from pingzhan.foundation.live.changes import forget_old

        register_loop("live-forget", 300.0, forget_old)
