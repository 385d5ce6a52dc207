"""Application entry of the roster module."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RosterConfig(AppConfig):
    """Registers the roster tables, its loop, settings, notices, imports and exports."""

    name = "pingzhan.domain.roster"
    label = "roster"
    verbose_name = _("值班")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the machine and other modules know of the roster."""
        from pingzhan.domain.organisation import events
        from pingzhan.domain.roster import importers, listing, notices, options, sources, tasks, verbs
        from pingzhan.foundation.audit.grants import register_append_only
        from pingzhan.foundation.jobs import register_loop

        options.register()
        verbs.register()
        notices.register()
        sources.register_own()
        importers.register()
        listing.register()
        register_loop("roster.minute", tasks.SECONDS, tasks.minute)
        events.people_changed.connect(tasks.on_people_changed, dispatch_uid="roster.people_changed")
        register_append_only("roster.ShiftChange")
