"""What the orders module tells others after commit."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True)
class OrderChanged:
    """An order was issued or came into another state."""

    world: int
    order_id: int
    state: str


#: Sent after commit with ``event=OrderChanged(...)``.
order_changed = Signal()
