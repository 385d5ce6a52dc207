"""Who hears of zero reports in the transaction that writes them."""

from __future__ import annotations

from collections.abc import Callable

from pingzhan.domain.reporting.models import ZeroLine
from pingzhan.foundation.access.actor import Actor

ZeroListener = Callable[[ZeroLine, Actor], None]
"""``fn(line, by)``: called after the report is written and before it is recorded."""

_listeners: list[ZeroListener] = []


def register_zero_listener(listener: ZeroListener) -> None:
    """Have every zero report told, whether it is zero or not; called from an application's ready()."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell_zero(line: ZeroLine, by: Actor) -> None:
    """Tell all who listen."""
    for listener in _listeners:
        listener(line, by)
