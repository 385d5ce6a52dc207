"""Application entry of the reporting module."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    """Registers the tables of reports, their loop, words, settings and figures."""

    name = "pingzhan.domain.reporting"
    label = "reporting"
    verbose_name = _("信息报告")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register loop, renderers, settings, figures, exports and the verbs of the trail."""
        from pingzhan.domain.reporting import facts, listing, notices, settings, tasks, verbs
        from pingzhan.foundation.audit.grants import register_append_only
        from pingzhan.foundation.jobs import register_loop
        from pingzhan.foundation.messages import register_renderer

        register_loop("reporting.due", tasks.SECONDS, tasks.reports_loop)
        register_renderer(notices.SUBJECT, notices.render_due)
        register_renderer(notices.ZERO_SUBJECT, notices.render_zero)
        settings.register()
        facts.register()
        listing.register()
        verbs.register()
        register_append_only("reporting.ZeroEntry")
