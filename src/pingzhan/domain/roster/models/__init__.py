"""Tables of the duty roster."""

from pingzhan.domain.roster.models.handover import Handover, HandoverLine
from pingzhan.domain.roster.models.people import FeedToken, Holiday, PoolMember, SwapRequest
from pingzhan.domain.roster.models.shifts import Roster, Shift, ShiftChange

__all__ = [
    "FeedToken",
    "Handover",
    "HandoverLine",
    "Holiday",
    "PoolMember",
    "Roster",
    "Shift",
    "ShiftChange",
    "SwapRequest",
]
