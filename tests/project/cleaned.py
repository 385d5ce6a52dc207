"""The objects of the world that a ledger of cleaning is made of: an area with a round of its own, and a record."""

from __future__ import annotations

from datetime import time
from typing import Any

from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.enums import AreaKind, Kind
from pingzhan.domain.sanitation.models import Record
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor


def cleaned(unit: Unit, root: Actor) -> dict[str, Any]:
    """Return the numbers of an area of an enterprise and of a record of it."""
    data = sanitation.AreaData("\u7535\u68af", AreaKind.LIFT, is_key=True, own_times=(time(0),))
    area = sanitation.add_area(enterprise=unit, data=data, by=root)
    sanitation.enter_lines(
        enterprise=unit,
        kind=Kind.DISINFECTION,
        lines=[sanitation.Line(area.pk, clock.now())],
        by=root,
    )
    return {"clean_area": area.pk, "clean_record": Record.objects.get(area=area).pk}
