"""Orders in words, for every page that shows some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.enums import Light, OrderState, TargetRole
from pingzhan.domain.orders.models import Order

TONES: dict[str, str] = {
    OrderState.OPEN: "warn",
    OrderState.RECEIVED: "idle",
    OrderState.DOING: "info",
    OrderState.FEEDBACK: "info",
    OrderState.RETURNED: "bad",
    OrderState.CHECKED: "ok",
    OrderState.CLOSED: "ok",
    OrderState.CANCELLED: "idle",
}
LIGHTS: dict[str, str] = {Light.RED: "bad", Light.YELLOW: "warn", Light.GREEN: "ok", Light.GREY: "idle"}


@dataclass(frozen=True)
class Line:
    """One order in a list. ``tone`` is its light, ``state_tone`` its state; ``people`` who leads it now."""

    order: Order
    number: str
    tone: str
    light: str
    state_tone: str
    people: str
    nobody: bool
    last: str

    @property
    def timed(self) -> bool:
        """Return whether the clock runs for its lead."""
        return self.tone != LIGHTS[Light.GREY]


def light_word(light: Light) -> str:
    """Return the light as a word beside its colour."""
    return {
        Light.RED: _("逾期"),
        Light.YELLOW: _("临近到期"),
        Light.GREEN: _("未到期"),
        Light.GREY: _("不计时"),
    }[light]


def lines_of(rows: Sequence[Order], now: datetime) -> list[Line]:
    """Return orders in words with who leads them now. Three queries for any number of them."""
    led: dict[int, list[str]] = {}
    for owner in orders.owners_of(rows) if rows else ():
        if owner.role == TargetRole.LEAD:
            led.setdefault(owner.order_id, []).append(owner.name)
    return [line_of(order, now, led.get(order.pk, [])) for order in rows]


def line_of(order: Order, now: datetime, people: Sequence[str]) -> Line:
    """Return one order in words."""
    light = orders.light_of(order, now)
    shown = _("、").join(people[:3])
    count = "" if order.feedback_count is None else str(order.feedback_count)
    said = order.feedback or getattr(order, "last_note", "") or ""
    return Line(
        order=order,
        number=order.number_text,
        tone=LIGHTS[light],
        light=light_word(light),
        state_tone=TONES.get(order.state, "idle"),
        people="" if shown == order.lead_name else shown,
        nobody=not people,
        last=" · ".join(part for part in (count, said) if part),
    )
