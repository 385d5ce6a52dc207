"""Application entry of screening."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScreeningConfig(AppConfig):
    """Registers testing rounds, sampling teams and laboratories."""

    name = "pingzhan.domain.screening"
    label = "screening"
    verbose_name = _("核酸检测")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the trail its sentences; say what is held of persons; make settings, notices and the job known."""
        from pingzhan.domain.screening import (
            importers,
            keeping,
            listing,
            notices,
            owncodes,
            protection,
            settings,
            tasks,
            verbs,
        )

        verbs.register()
        settings.register()
        keeping.register()
        protection.register()
        notices.register()
        listing.register()
        owncodes.register()
        tasks.register()
        importers.register()
