"""Application entry of the outbox."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    """Registers the outbox, its two channels and the sender's loop."""

    name = "pingzhan.foundation.messages"
    label = "outbox"
    verbose_name = _("通知")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Plug in the channels; have the worker send every 2 s and at once when something is written."""
        from pingzhan.foundation.jobs import register_loop
        from pingzhan.foundation.messages.channels import send_in_app, send_to_console
        from pingzhan.foundation.messages.delivery import deliver_all_due
        from pingzhan.foundation.messages.outbox import WAKE_CHANNEL
        from pingzhan.foundation.messages.registry import register_channel

        register_channel("in_app", send_in_app, lands=True)
        register_channel("console", send_to_console)
        register_loop("outbox", 2.0, deliver_all_due, wake_on=WAKE_CHANNEL)
