"""Application entry of the console pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    """Registers the main navigation and the lists that can be exported."""

    name = "pingzhan.pages.console"
    label = "console"
    verbose_name = _("工作台")

    def ready(self) -> None:
        """Tell the frame which entries a person may open, and exports which lists there are."""
        from pingzhan.foundation.ui.context import register_nav
        from pingzhan.pages.console.audit import listing as switches
        from pingzhan.pages.console.audit import trail_listing as trail
        from pingzhan.pages.console.audit import wording as trail_words
        from pingzhan.pages.console.audit import work as audit_work
        from pingzhan.pages.console.compliance import listing as compliance
        from pingzhan.pages.console.documents import listing as papers
        from pingzhan.pages.console.drills import handing
        from pingzhan.pages.console.exports import listings
        from pingzhan.pages.console.imports import listing as imports
        from pingzhan.pages.console.jobs import listing as jobs
        from pingzhan.pages.console.messages import listing as notices
        from pingzhan.pages.console.nav import entries
        from pingzhan.pages.console.orders import panel as order_panel
        from pingzhan.pages.console.privacy import listing as erasures
        from pingzhan.pages.console.sheet import hourly as sheet
        from pingzhan.pages.console.staff import listing as staff
        from pingzhan.pages.console.structure import listing as structure

        register_nav(entries)
        handing.register()
        order_panel.register()
        audit_work.register()
        trail_words.register()
        for lists in (
            listings,
            papers,
            imports,
            jobs,
            notices,
            erasures,
            staff,
            structure,
            trail,
            switches,
            compliance,
        ):
            lists.register()
        sheet.register()
