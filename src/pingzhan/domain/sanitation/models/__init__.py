"""Tables of the sanitation module."""

from pingzhan.domain.sanitation.models.areas import Area
from pingzhan.domain.sanitation.models.canteen import CanteenMeal, SittingDay, SittingLine, SittingPlan
from pingzhan.domain.sanitation.models.kitchen import KitchenCheck, KitchenStep
from pingzhan.domain.sanitation.models.records import Entry, Record

__all__ = [
    "Area",
    "CanteenMeal",
    "Entry",
    "KitchenCheck",
    "KitchenStep",
    "Record",
    "SittingDay",
    "SittingLine",
    "SittingPlan",
]
