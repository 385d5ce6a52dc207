"""Application entry of premises."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PremisesConfig(AppConfig):
    """Registers plans, training, duty, incidents and production figures."""

    name = "pingzhan.domain.premises"
    label = "premises"
    verbose_name = _("方案、培训、值守与生产")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the trail its sentences; say what is held of persons; make imports, exports and notices known."""
        from pingzhan.domain.premises import (
            contacts,
            duty_listing,
            handover,
            held,
            importers,
            listing,
            notices,
            protection,
            verbs,
        )

        verbs.register()
        protection.register()
        contacts.register()
        importers.register()
        listing.register()
        duty_listing.register()
        notices.register()
        handover.register()
        held.register()
