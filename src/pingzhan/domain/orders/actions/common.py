"""Shared by all actions on orders: locking one, its events, and telling others."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.orders.enums import OrderState, OrderVerb
from pingzhan.domain.orders.events import OrderChanged, order_changed
from pingzhan.domain.orders.listeners import tell_orders
from pingzhan.domain.orders.models import Order, OrderEvent
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import NotFound


def locked(order_id: int) -> Order:
    """Return an order with its row locked until the end of the transaction. Raises NotFound."""
    order = (
        Order.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit", "zone")
        .filter(pk=order_id)
        .first()
    )
    if order is None:
        raise NotFound(_("没有这件交办事项。"))
    return order


def write_event(
    orders: Sequence[Order],
    verb: OrderVerb,
    *,
    by: Actor,
    state_from: str | None = None,
    note: str = "",
    count: int | None = None,
) -> list[OrderEvent]:
    """Add the same event to the history of each order, whose ``state`` is the one after it."""
    return OrderEvent.objects.bulk_create(
        OrderEvent(
            order=order,
            verb=verb,
            state_from=order.state if state_from is None else state_from,
            state_to=order.state,
            by_id=by.user_id,
            by_name=by.name or _("系统"),
            note=note,
            count=count,
        )
        for order in orders
    )


def tell(world: int, changed: Sequence[tuple[int, str]]) -> None:
    """Tell who listens now, open pages at commit, and other modules after commit."""
    tell_orders(world, changed)
    announce("command", {"orders": len(changed), "order": changed[0][0] if changed else 0})

    def send() -> None:
        for order_id, state in changed:
            order_changed.send_robust(
                sender=Order, event=OrderChanged(world, order_id, str(OrderState(state)))
            )

    transaction.on_commit(send)
