"""Tables of the gate module."""

from pingzhan.domain.gate.models.closing import Closure, DayMark, Meeting, Permit
from pingzhan.domain.gate.models.goods import GoodsLot, LotStep, LotVehicle
from pingzhan.domain.gate.models.passages import GateDevice, Passage
from pingzhan.domain.gate.models.vehicles import VehicleEntry
from pingzhan.domain.gate.models.visits import Appointment, Visit

__all__ = [
    "Appointment",
    "Closure",
    "DayMark",
    "GateDevice",
    "GoodsLot",
    "LotStep",
    "LotVehicle",
    "Meeting",
    "Passage",
    "Permit",
    "VehicleEntry",
    "Visit",
]
