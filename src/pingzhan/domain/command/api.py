"""All that other modules and pages may call of the command module.

Posture: ``posture_of``, ``band_data``, ``in_force``. The switch: ``preview_switch``, ``order_switch``,
``preview_stand_down``, ``stand_down`` with ``SwitchOrder``, ``StandDown``, ``TaskDecision``. Seats and tasks of
a person: ``seats_of_person``, ``tasks_of_person``, the acknowledgement functions and links. The board: the
functions of queries.desk, each one query.
"""

from pingzhan.domain.command.actions.duties import ensure_defaults
from pingzhan.domain.command.actions.log import write_log
from pingzhan.domain.command.actions.seats import (
    AckOutcome,
    acknowledge,
    acknowledge_by_phone,
    arrive,
    decline,
    get_seat,
    mark_seen,
    reconcile_all,
    reconcile_zone,
    replace_person,
)
from pingzhan.domain.command.actions.switch import (
    order_switch,
    preview_stand_down,
    preview_switch,
    stand_down,
)
from pingzhan.domain.command.actions.tasks import (
    cancel_task,
    check_task,
    close_task,
    feed_back,
    hand_over_task,
    take_task,
)
from pingzhan.domain.command.enums import POOL_CODE
from pingzhan.domain.command.links import LinkView, ack_link, open_link
from pingzhan.domain.command.models import Task
from pingzhan.domain.command.orders import (
    GapLine,
    Outcome,
    Preview,
    SeatLine,
    StandDown,
    SwitchOrder,
    TaskDecision,
    TaskGroup,
)
from pingzhan.domain.command.queries.desk import (
    GroupCount,
    Lead,
    TaskCount,
    group_counts,
    in_force,
    leads,
    live_tasks,
    log_lines,
    open_gaps,
    open_seats,
    phone_of,
    pressing_tasks,
    refused_seats,
    seats_of_group,
    task_counts,
    waiting_seats,
)
from pingzhan.domain.command.queries.explain import ChairExplained, Readiness, explain_post, readiness
from pingzhan.domain.command.queries.mine import (
    done_of_person,
    parked_of_person,
    seats_of_person,
    tasks_of_person,
    tasks_of_seat,
)
from pingzhan.domain.command.queries.posture import BandData, BandScope, UnitPosture, band_data, posture_of
from pingzhan.domain.command.queries.scope import scope_epoch
from pingzhan.domain.command.rules import (
    activations_visible_to,
    can_direct,
    can_do,
    can_manage,
    can_order,
    can_see_board,
    can_see_seat,
    seats_visible_to,
)
from pingzhan.domain.command.wording import gap_lines, posture_name

__all__ = [
    "POOL_CODE",
    "AckOutcome",
    "BandData",
    "BandScope",
    "ChairExplained",
    "GapLine",
    "GroupCount",
    "Lead",
    "LinkView",
    "Outcome",
    "Preview",
    "Readiness",
    "SeatLine",
    "StandDown",
    "SwitchOrder",
    "Task",
    "TaskCount",
    "TaskDecision",
    "TaskGroup",
    "UnitPosture",
    "ack_link",
    "acknowledge",
    "acknowledge_by_phone",
    "activations_visible_to",
    "arrive",
    "band_data",
    "can_direct",
    "can_do",
    "can_manage",
    "can_order",
    "can_see_board",
    "can_see_seat",
    "cancel_task",
    "check_task",
    "close_task",
    "decline",
    "done_of_person",
    "ensure_defaults",
    "explain_post",
    "feed_back",
    "gap_lines",
    "get_seat",
    "group_counts",
    "hand_over_task",
    "in_force",
    "leads",
    "live_tasks",
    "log_lines",
    "mark_seen",
    "open_gaps",
    "open_link",
    "open_seats",
    "order_switch",
    "parked_of_person",
    "phone_of",
    "posture_name",
    "posture_of",
    "pressing_tasks",
    "preview_stand_down",
    "preview_switch",
    "readiness",
    "reconcile_all",
    "reconcile_zone",
    "refused_seats",
    "replace_person",
    "scope_epoch",
    "seats_of_group",
    "seats_of_person",
    "seats_visible_to",
    "stand_down",
    "take_task",
    "task_counts",
    "tasks_of_person",
    "tasks_of_seat",
    "waiting_seats",
    "write_log",
]
