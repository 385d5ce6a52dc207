"""Application entry of the drills module: loops, notice words, what follows the seats, expiring sources."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DrillsConfig(AppConfig):
    """Registers the tables of drills and reviews and what the module listens to."""

    name = "pingzhan.domain.drills"
    label = "drills"
    verbose_name = _("演练复盘")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register loops, renderer, follower, sources of the expiry list and verbs."""
        from pingzhan.domain.command.api import register_follower
        from pingzhan.domain.drills import expiring, notices, tasks, verbs
        from pingzhan.domain.drills.actions.running import follow
        from pingzhan.foundation.audit.grants import register_append_only
        from pingzhan.foundation.jobs import register_loop
        from pingzhan.foundation.messages import register_renderer

        register_loop("drills.inject", tasks.INJECT_SECONDS, tasks.inject_loop)
        register_loop("drills.settle", tasks.SETTLE_SECONDS, tasks.settle_loop)
        register_renderer("drill", notices.render_drills)
        register_follower(follow)
        register_append_only("drills.DrillEvent")
        expiring.register()
        verbs.register()
