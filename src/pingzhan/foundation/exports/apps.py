"""Application entry of exports."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExportsConfig(AppConfig):
    """Registers exports."""

    name = "pingzhan.foundation.exports"
    label = "exports"
    verbose_name = _("表格导出")
    default_auto_field = "django.db.models.BigAutoField"
