"""Application entry of the command module: its subscriptions, loop, notice words and the posture band."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

SWEEP_SECONDS = 5.0
AUDITOR_SECONDS = 15.0
INVARIANTS_SECONDS = 3_600.0
RECONCILE_SECONDS = 60.0
"""How often absences that begin or end by themselves are noticed."""


class CommandConfig(AppConfig):
    """Registers the command tables and what the module listens to."""

    name = "pingzhan.domain.command"
    label = "command"
    verbose_name = _("指挥")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Subscribe to changes of structure and people; register loop, renderer and band."""
        from pingzhan.domain.command import (
            band,
            notices,
            reactions,
            retention,
            rights,
            settings,
            tasks,
            verbs,
        )
        from pingzhan.domain.command.actions import replies
        from pingzhan.domain.command.queries.responses import last_response_end
        from pingzhan.domain.organisation import events
        from pingzhan.foundation.access.rights import register_rights_source
        from pingzhan.foundation.audit.grants import register_append_only
        from pingzhan.foundation.jobs import register_loop
        from pingzhan.foundation.messages import register_renderer
        from pingzhan.foundation.messages.outbox import WAKE_CHANNEL
        from pingzhan.foundation.messages.receipts import register_reply_handler
        from pingzhan.foundation.privacy.retention import register_response_end
        from pingzhan.foundation.ui.context import register_band

        events.structure_published.connect(
            reactions.on_structure_published, dispatch_uid="command.structure_published"
        )
        events.people_changed.connect(reactions.on_people_changed, dispatch_uid="command.people_changed")
        register_loop("command.reconcile", RECONCILE_SECONDS, reactions.reconcile_loop)
        register_loop("command.sweep", SWEEP_SECONDS, tasks.sweep_loop)
        register_loop("command.fanout", SWEEP_SECONDS, tasks.fan_out_loop, wake_on=WAKE_CHANNEL)
        register_loop("command.auditor", AUDITOR_SECONDS, tasks.auditor_loop)
        register_loop("command.readiness", RECONCILE_SECONDS, reactions.readiness_loop)
        register_loop("command.invariants", INVARIANTS_SECONDS, tasks.invariants_loop)
        register_renderer("seat", notices.render_seats)
        register_renderer("escalation", notices.render_escalations)
        register_renderer("broadcast", notices.render_broadcasts)
        register_band(band.band)
        register_reply_handler("command.acknowledge", replies.take_reply)
        register_rights_source("command.seat", rights.of_person, rights.over_unit)
        register_response_end(last_response_end)
        # Records by themselves: what happened to a task, what the duty officer wrote, what was published.
        for label in ("command.LogLine", "command.TaskEvent", "command.Duty"):
            register_append_only(label)
        verbs.register()
        settings.register()
        retention.register()
