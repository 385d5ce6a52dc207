"""Application entry of the console pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    """Registers the main navigation."""

    name = "pingzhan.pages.console"
    label = "console"
    verbose_name = _("工作台")

    def ready(self) -> None:
        """Tell the frame which entries a person may open."""
        from pingzhan.foundation.ui.context import register_nav
        from pingzhan.pages.console.nav import entries

        register_nav(entries)
