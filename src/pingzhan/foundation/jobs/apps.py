"""Application entry of background work."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """Registers loop heartbeats and the loop that takes tasks back from dead workers."""

    name = "pingzhan.foundation.jobs"
    label = "jobs"
    verbose_name = _("后台任务")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the housekeeping loop."""
        from pingzhan.foundation.jobs.loops import register_loop
        from pingzhan.foundation.jobs.retry import requeue_lost

        register_loop("tasks-lost", 30.0, requeue_lost)
