"""Deciding anew when something else is in force: at the commit of a change, and by the loop for all the rest.

The rest is what begins or ends by its own date, and a commit whose follower failed or never ran.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.command.api import Reconciled
from pingzhan.domain.command.models import Activation
from pingzhan.domain.returnees.actions.regions import decide_again
from pingzhan.domain.returnees.enums import DecidedBy
from pingzhan.domain.returnees.models import ZoneStand
from pingzhan.domain.returnees.queries.standing import standing
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.audit import record


def follow_switch(result: Reconciled, activation: Activation | None, at: datetime) -> None:
    """Decide once a switch of the real world is committed: what is in force on its units has changed."""
    del at
    if activation is None or result.state.world_no:
        return
    _after_commit(result.state.zone, DecidedBy.SWITCH)


def hear_change(zone: Unit, at: datetime) -> None:
    """Decide once the change of a zone's measures is committed: a failure is logged and does not undo it."""
    del at
    _after_commit(zone, DecidedBy.MEASURES)


def _after_commit(zone: Unit, how: DecidedBy) -> None:
    def decide() -> None:
        catch_up(zone, how)

    # No partial: Django names a robust callback that failed by its __qualname__.
    transaction.on_commit(decide, robust=True)


@transaction.atomic
def catch_up(zone: Unit, how: DecidedBy | None = None) -> int:
    """Decide about the open returns of a zone by what is in force now; return how many decisions changed.

    ``how`` is what changed; None lets the comparison with the last time say so, and does nothing when nothing
    else is in force. Safe to repeat and to run twice at once: the second waits and finds it done.
    """
    ZoneStand.objects.bulk_create([ZoneStand(zone=zone)], ignore_conflicts=True)
    row = ZoneStand.objects.select_for_update(no_key=True, of=("self",)).get(zone=zone)
    # Read before deciding: what changes while we decide differs from it and is caught the next time.
    now = standing(zone.pk)
    if how is None:
        if row.at is not None and (row.orders, row.measures) == (now.orders, now.measures):
            return 0
        how = DecidedBy.SWITCH if row.at is not None and row.orders != now.orders else DecidedBy.MEASURES
    by = system_actor(_("平战转换") if how == DecidedBy.SWITCH else _("防控措施变化"))
    changed = decide_again(zone, by, how)
    row.orders, row.measures, row.at = now.orders, now.measures, Now()
    row.save()
    if changed:
        record(
            "returnees.redecided",
            by=by,
            subject=("unit", zone.pk),
            unit_path=zone.path,
            body={"redecided": changed},
        )
    return changed
