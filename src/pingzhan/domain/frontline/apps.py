"""Application entry of the frontline module."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FrontlineConfig(AppConfig):
    """Registers the tables, what follows a switch, notices, settings, imports and exports."""

    name = "pingzhan.domain.frontline"
    label = "frontline"
    verbose_name = _("包保与下沉一线")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the machine and other modules know of the front line."""
        from pingzhan.domain.command.api import register_follower, register_order_line
        from pingzhan.domain.frontline import events as own
        from pingzhan.domain.frontline import importers, listing, notices, settings, tasks, verbs
        from pingzhan.domain.frontline.actions.following import follow
        from pingzhan.domain.organisation import events
        from pingzhan.foundation.audit.grants import register_append_only
        from pingzhan.foundation.jobs import register_loop
        from pingzhan.foundation.messages import register_renderer

        settings.register()
        verbs.register()
        importers.register()
        listing.register()
        register_renderer(notices.ADOPTED, notices.render_adoptions)
        register_renderer(notices.POSTED, notices.render_postings)
        register_order_line(notices.order_lines)
        register_follower(follow)
        register_loop("frontline.minute", tasks.SECONDS, tasks.minute)
        events.people_changed.connect(tasks.on_people_changed, dispatch_uid="frontline.people_changed")
        events.structure_published.connect(
            tasks.on_structure_published, dispatch_uid="frontline.structure_published"
        )
        own.plan_changed.connect(tasks.on_plan_changed, dispatch_uid="frontline.plan_changed")
        register_append_only("frontline.Adoption")
