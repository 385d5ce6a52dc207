"""Application entry of the obligations module."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ObligationsConfig(AppConfig):
    """Registers the tables, the loops, what follows a switch, notices and settings."""

    name = "pingzhan.domain.obligations"
    label = "obligations"
    verbose_name = _("应办事项")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the machine and other modules know of obligations."""
        from pingzhan.domain.command.api import register_follower
        from pingzhan.domain.frontline.api import register_visit_listener
        from pingzhan.domain.measures.api import register_change_listener
        from pingzhan.domain.measures.enums import Evidence
        from pingzhan.domain.obligations import (
            measured,
            notices,
            ordered,
            program,
            reported,
            settings,
            tasks,
            verbs,
            visited,
        )
        from pingzhan.domain.obligations.actions.declaring import DECLARATION
        from pingzhan.domain.obligations.actions.following import follow, set_changed
        from pingzhan.domain.obligations.events import WAKE_CHANNEL
        from pingzhan.domain.obligations.held import register_held
        from pingzhan.domain.obligations.rules import may_read_photos
        from pingzhan.domain.orders.api import register_order_listener
        from pingzhan.domain.reporting.api import register_zero_listener
        from pingzhan.foundation.jobs import register_loop
        from pingzhan.foundation.messages import register_renderer
        from pingzhan.foundation.photos.owners import PhotoOwner, register_owner

        settings.register()
        register_owner(
            PhotoOwner(
                kind=DECLARATION,
                label=_("办理记录的照片"),
                may_read=may_read_photos,
                purpose=_("证明应办事项已经办理，供核实和复盘。"),
                days=365,
                least=30,
            )
        )
        verbs.register()
        register_renderer(notices.SUBJECT, notices.render)
        program.register_source(measured.in_force)
        register_follower(follow)
        register_change_listener(set_changed)
        register_order_listener(ordered.orders_changed)
        register_zero_listener(reported.zero_reported)
        register_held(Evidence.ZERO_REPORT.value, reported.held)
        register_visit_listener(visited.visited)
        register_held(Evidence.INSPECTION.value, visited.held)
        register_loop("obligations.follow", tasks.FOLLOW_SECONDS, tasks.follow_loop, wake_on=WAKE_CHANNEL)
        register_loop("obligations.minute", tasks.MINUTE, tasks.minute_loop)
        register_loop("obligations.refresh", tasks.REFRESH_SECONDS, tasks.refresh_loop)
        register_loop("obligations.hour", tasks.HOUR, tasks.hour_loop)
