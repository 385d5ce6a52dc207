"""Who is told of every change of an order within its transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

OrderListener = Callable[[int, Sequence[tuple[int, str]]], None]
"""``fn(world, [(order id, state it came into), …])``, in the transaction of the change.

An empty state: whoever leads the order at this moment will lead it no more; who does from then on is told next.
"""
_listeners: list[OrderListener] = []


def register_order_listener(listener: OrderListener) -> None:
    """Have every order that is given or changes told; called from an application's ready()."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell_orders(world: int, changed: Sequence[tuple[int, str]]) -> None:
    """Tell all who listen."""
    for listener in _listeners:
        listener(world, changed)
