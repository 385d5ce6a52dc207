"""Tables of the orders module."""

from pingzhan.domain.orders.models.meeting import Decision, Meeting
from pingzhan.domain.orders.models.order import Batch, Order, OrderCounter, Target
from pingzhan.domain.orders.models.trace import Extension, OrderEvent, Reminder

__all__ = [
    "Batch",
    "Decision",
    "Extension",
    "Meeting",
    "Order",
    "OrderCounter",
    "OrderEvent",
    "Reminder",
    "Target",
]
