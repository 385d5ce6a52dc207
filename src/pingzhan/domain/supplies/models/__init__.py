"""Tables of the supplies module."""

from pingzhan.domain.supplies.models.checks import StockCheck
from pingzhan.domain.supplies.models.orders import Purchase, PurchaseLine
from pingzhan.domain.supplies.models.stock import MOST, Batch, Entry, Movement

__all__ = ["MOST", "Batch", "Entry", "Movement", "Purchase", "PurchaseLine", "StockCheck"]
