"""Application entry of the public pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublicConfig(AppConfig):
    """Registers the templates of the public pages."""

    name = "pingzhan.pages.public"
    label = "public"
    verbose_name = _("公开页面")
