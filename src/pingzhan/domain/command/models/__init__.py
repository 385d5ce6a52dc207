"""Tables of the command module."""

from pingzhan.domain.command.models.activation import (
    Activation,
    Broadcast,
    CommandTenure,
    ScopeState,
    SwitchPreview,
)
from pingzhan.domain.command.models.duties import Duty, DutyVersion, PolicyVersion, Step
from pingzhan.domain.command.models.log import LogLine
from pingzhan.domain.command.models.seats import Override, Seat, SeatCause
from pingzhan.domain.command.models.work import Gap, Task, TaskEvent

__all__ = [
    "Activation",
    "Broadcast",
    "CommandTenure",
    "Duty",
    "DutyVersion",
    "Gap",
    "LogLine",
    "Override",
    "PolicyVersion",
    "ScopeState",
    "Seat",
    "SeatCause",
    "Step",
    "SwitchPreview",
    "Task",
    "TaskEvent",
]
