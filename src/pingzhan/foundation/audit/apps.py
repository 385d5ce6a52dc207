"""Application entry of audit."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Registers the audit trail and the loop that signs its end."""

    name = "pingzhan.foundation.audit"
    label = "audit"
    verbose_name = _("留痕")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the worker sign the end of the trail from time to time, and rights set after each migrate."""
        from django.db.models.signals import post_migrate

        from pingzhan.foundation.audit.anchors import ANCHOR_SECONDS, anchor
        from pingzhan.foundation.audit.grants import after_migrate
        from pingzhan.foundation.jobs.loops import register_loop

        register_loop("audit-anchor", ANCHOR_SECONDS, anchor)
        post_migrate.connect(after_migrate, sender=self)
