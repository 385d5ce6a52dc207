"""Who wants to know when a set is put in force, ends, or is withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pingzhan.domain.territory.models import Unit

Listener = Callable[[Unit, datetime], None]
_listeners: list[Listener] = []


def register_change_listener(listener: Listener) -> None:
    """Have ``listener(zone, at)`` called in the transaction of each change of what is in force in a zone.

    What it writes is there exactly when the change is, whenever the machine stops; what it raises undoes the
    change. ``at`` may lie ahead, for a set that is planned. Long work it leaves to a loop or to on_commit.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def tell(zone: Unit, at: datetime) -> None:
    """Call the listeners, in the caller's transaction and after what it wrote."""
    for one in _listeners:
        one(zone, at)
