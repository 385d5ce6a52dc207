"""Application entry of the pages for phones in the field."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FieldConfig(AppConfig):
    """Registers the templates of the field pages."""

    name = "pingzhan.pages.field"
    label = "field"
    verbose_name = _("现场页面")
