"""Tables of the command module."""

from pingzhan.domain.command.models.activation import (
    Activation,
    Broadcast,
    BroadcastCopy,
    CommandTenure,
    ScopeState,
    SwitchPreview,
)
from pingzhan.domain.command.models.duties import Duty, DutyVersion, PolicyVersion, Step
from pingzhan.domain.command.models.log import LogLine
from pingzhan.domain.command.models.readiness import ReadinessRun
from pingzhan.domain.command.models.seats import Override, Seat, SeatCause, WrongCode
from pingzhan.domain.command.models.work import Gap, Task, TaskEvent

__all__ = [
    "Activation",
    "Broadcast",
    "BroadcastCopy",
    "CommandTenure",
    "Duty",
    "DutyVersion",
    "Gap",
    "LogLine",
    "Override",
    "PolicyVersion",
    "ReadinessRun",
    "ScopeState",
    "Seat",
    "SeatCause",
    "Step",
    "SwitchPreview",
    "Task",
    "TaskEvent",
    "WrongCode",
]
