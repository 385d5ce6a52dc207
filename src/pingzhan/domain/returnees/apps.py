"""Application entry of returnees."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReturneesConfig(AppConfig):
    """Registers returns, key regions, imports and exports, what is held of persons, and the loop."""

    name = "pingzhan.domain.returnees"
    label = "returnees"
    verbose_name = _("返岗")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the trail its sentences; make known imports, exports, notices and what is held of persons."""
        from pingzhan.domain.command.api import register_follower
        from pingzhan.domain.measures.api import register_change_listener, register_origins
        from pingzhan.domain.returnees import (
            held,
            importers,
            listing,
            notices,
            origins,
            protection,
            tasks,
            verbs,
        )
        from pingzhan.domain.returnees.actions.standing import follow_switch, hear_change
        from pingzhan.foundation.jobs import register_loop

        verbs.register()
        protection.register()
        importers.register()
        listing.register()
        notices.register()
        held.register()
        register_change_listener(hear_change)
        register_origins(origins.judge, origins.words)
        register_follower(follow_switch)
        register_loop("returnees.standing", tasks.SECONDS, tasks.standing_loop)
