"""Application entry of messages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    """Registers the outbox."""

    name = "pingzhan.foundation.messages"
    label = "outbox"
    verbose_name = _("通知")
    default_auto_field = "django.db.models.BigAutoField"
