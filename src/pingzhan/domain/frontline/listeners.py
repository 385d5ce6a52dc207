"""Who hears of visits in the transaction that writes or voids them."""

from __future__ import annotations

from collections.abc import Callable

from pingzhan.domain.frontline.models import SiteVisit
from pingzhan.foundation.access.actor import Actor

VisitListener = Callable[[SiteVisit, Actor], None]
"""``fn(visit, by)``: called after it is written, or voided, and before that is recorded."""

_listeners: list[VisitListener] = []


def register_visit_listener(listener: VisitListener) -> None:
    """Have every visit told when it is written and when it is voided; called from an application's ready()."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell_visit(visit: SiteVisit, by: Actor) -> None:
    """Tell all who listen."""
    for listener in _listeners:
        listener(visit, by)
