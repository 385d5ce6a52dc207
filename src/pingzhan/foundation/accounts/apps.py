"""Application entry of accounts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Registers the account tables and the loop that forgets what limits no longer need."""

    name = "pingzhan.foundation.accounts"
    label = "accounts"
    verbose_name = _("账号")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the housekeeping loop."""
        from pingzhan.foundation.accounts.shared import forget_expired
        from pingzhan.foundation.jobs import register_loop

        register_loop("shared-forget", 300.0, forget_expired)
