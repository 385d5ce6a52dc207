"""What the module does by itself: returns are decided anew when something else is in force."""

from __future__ import annotations

import logging

from pingzhan.domain.returnees.actions.standing import catch_up
from pingzhan.domain.returnees.queries.standing import behind
from pingzhan.domain.territory.models import Unit

SECONDS = 60.0
"""How late decisions may follow what begins or ends by its own date, or a switch whose follower failed."""

_log = logging.getLogger("pingzhan.returnees")


def standing_loop() -> None:
    """Decide anew in every zone where something else is in force. One query when nothing changed.

    A zone that fails does not keep the others waiting. Raises the last failure once all have had their turn.
    """
    failed: Exception | None = None
    for zone in Unit.objects.filter(pk__in=zones).order_by("pk") if (zones := behind()) else ():
        try:
            catch_up(zone)
        except Exception as error:  # the worker shows it in the heartbeat
            _log.exception("open returns of zone %s are not decided anew", zone.pk)
            failed = error
    if failed is not None:
        raise failed
