"""Application entry of imports."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """Registers imports."""

    name = "pingzhan.foundation.imports"
    label = "imports"
    verbose_name = _("表格导入")
    default_auto_field = "django.db.models.BigAutoField"
