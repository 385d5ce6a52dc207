"""Application entry of the orders module: loop, notice words, settings, lists, and what follows the seats."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Registers the tables of orders and what the module listens to."""

    name = "pingzhan.domain.orders"
    label = "orders"
    verbose_name = _("交办督办")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register loop, renderer, settings, exports and the follower of seats."""
        from pingzhan.domain.command.api import register_follower
        from pingzhan.domain.orders import listing, notices, photographs, settings, tasks, verbs
        from pingzhan.domain.orders.actions.moving import follow
        from pingzhan.foundation.audit.grants import register_append_only
        from pingzhan.foundation.jobs import register_loop
        from pingzhan.foundation.messages import register_renderer

        register_loop("orders.remind", tasks.REMIND_SECONDS, tasks.remind_loop)
        register_renderer("work_order", notices.render_orders)
        register_follower(follow)
        settings.register()
        photographs.register()
        listing.register()
        verbs.register()
        for label in ("orders.OrderEvent", "orders.Decision", "orders.Reminder"):
            register_append_only(label)
