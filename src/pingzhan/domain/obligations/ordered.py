"""An order to an enterprise has to be confirmed by its contact (annex 2 (9)): due when given, done when taken on."""

from __future__ import annotations

from collections.abc import Sequence

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.actions.closing import satisfy_many
from pingzhan.domain.obligations.actions.happening import Happening, raise_events
from pingzhan.domain.obligations.enums import EVENT_SLOT, WAITING
from pingzhan.domain.obligations.evidence import Evidence as Piece
from pingzhan.domain.obligations.models import Obligation
from pingzhan.domain.orders.enums import OrderState, TargetKind, TargetRole
from pingzhan.domain.orders.models import Target
from pingzhan.foundation.access.actor import system_actor

NOTICE = Evidence.NOTICE_CONFIRM.value
ORDER = "work_order"
"""Kind of the evidence row."""


def orders_changed(world: int, changed: Sequence[tuple[int, str]]) -> None:
    """Raise what is due of an enterprise that leads an order, close it once it is confirmed, called off or moved.

    Any later state confirms: whoever begins or answers has it. Orders of drills owe nothing.
    """
    states = dict(changed)
    if world or not states:
        return
    leads = sorted(
        Target.objects.filter(
            order__in=states, role=TargetRole.LEAD, kind=TargetKind.ENTERPRISE, unit__isnull=False
        ).values_list("order_id", "unit_id")
    )
    given = [(unit, order) for order, unit in leads if states[order] == OrderState.OPEN]
    if given:
        # An order that is urged or extended is told again while it waits; that is no second one.
        known = set(
            Obligation.objects.filter(
                unit__in={unit for unit, _order in given},
                subject_id__in={order for _unit, order in given},
                slot=EVENT_SLOT,
                state__in=WAITING,
                demand__evidence=NOTICE,
            ).values_list("unit_id", "subject_id")
        )
        raise_events([Happening(unit, NOTICE, order) for unit, order in given if (unit, order) not in known])
    done = [
        Piece(unit, NOTICE, (ORDER, order), None, order)
        for order, unit in leads
        if states[order] != OrderState.OPEN
    ]
    if done:
        satisfy_many(done, by=system_actor(""))
