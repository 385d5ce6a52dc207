"""Application entry of runs."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RunsConfig(AppConfig):
    """Registers long work."""

    name = "pingzhan.foundation.runs"
    label = "runs"
    verbose_name = _("后台任务")
    default_auto_field = "django.db.models.BigAutoField"
