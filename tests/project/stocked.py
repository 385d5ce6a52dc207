"""The objects of the world that a store is made of: an entry of the book, a purchase on order."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from pingzhan.domain.supplies import api as supplies
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor


def stocked(unit: Unit, root: Actor) -> dict[str, Any]:
    """Return the numbers of one of each at an enterprise."""
    entry = supplies.receive(
        enterprise=unit, receipts=[supplies.Receipt("mask", 5)], slip=supplies.Slip(uuid4()), by=root
    )
    bought = supplies.draft(enterprise=unit, by=root)
    supplies.order(
        purchase_id=bought.pk, supplier="\u5e73\u5b89\u836f\u6750", expected=clock.today(), by=root
    )
    return {"supply_entry": entry.pk, "supply_purchase": bought.pk}
