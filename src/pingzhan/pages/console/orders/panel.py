"""交办给我的: the panel on 我的任务."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.enums import LIVE_STATES
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import request_actor
from pingzhan.pages.console.orders.lines import line_of
from pingzhan.pages.console.panels import register_task_panel

SHOWN = 20


def panel(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Return the live orders this person leads, the first due first. Four queries."""
    actor = request_actor(request)
    reach = orders.reach_of(actor)
    mine = orders.visible_to(actor, reach).filter(orders.owned_by(reach), state__in=LIVE_STATES)
    rows = list(orders.ordered(mine)[: SHOWN + 1])
    if not rows:
        return None
    now = clock.now()
    lines = [line_of(order, now, [order.lead_name]) for order in rows[:SHOWN]]
    return "console/orders/_panel.html", {"lines": lines, "more": len(rows) > SHOWN}


def register() -> None:
    """Show the panel on 我的任务."""
    register_task_panel("orders", panel)
