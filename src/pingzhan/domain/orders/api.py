"""All that other modules and pages may call of the orders module.

Giving: ``issue_order``, ``issue_bulk`` to ``To.post/group/enterprise/person``; ``understand`` reads one typed line.
Following: ``receive_order``, ``start_order``, ``feed_back``, ``add_note``, ``check_feedback``, ``close_order``,
``cancel_order``, ``ask_extension``, ``decide_extension``, ``urge_order``, ``move_order``. Boards: ``board``,
``overdue_by_group``, ``pressing``, ``overdue``, ``due_soon``, one query each. Meetings: ``record_meeting``,
``record_decision``, ``draft_minutes``. ``ownerless`` lists what a stand-down has to settle.
"""

from pingzhan.domain.orders.actions.extending import ask_extension, decide_extension
from pingzhan.domain.orders.actions.following import (
    add_note,
    cancel_order,
    check_feedback,
    close_order,
    feed_back,
    receive_order,
    start_order,
    urge_order,
)
from pingzhan.domain.orders.actions.issuing import issue_bulk, issue_order, refusal_words
from pingzhan.domain.orders.actions.meetings import (
    MeetingData,
    change_meeting,
    draft_minutes,
    record_decision,
    record_meeting,
)
from pingzhan.domain.orders.actions.moving import move_order, move_vanished, ownerless
from pingzhan.domain.orders.actions.reminders import Swept, remind_due, stage_words
from pingzhan.domain.orders.listeners import register_order_listener
from pingzhan.domain.orders.listing import rows
from pingzhan.domain.orders.phrases import Understood
from pingzhan.domain.orders.queries.board import (
    SHOWS,
    Board,
    GroupOrders,
    batch_counts,
    board,
    by_group,
    counts,
    due_soon,
    ordered,
    overdue,
    overdue_by_group,
    pressing,
    wanted,
    with_last_event,
)
from pingzhan.domain.orders.queries.names import Choices, choices_for, understand
from pingzhan.domain.orders.queries.reach import Owner, Reach, owned_by, owners_of, reach_of
from pingzhan.domain.orders.rules import (
    batches_visible_to,
    can_check,
    can_close,
    can_direct,
    can_do,
    can_help,
    can_issue,
    can_see,
    decisions_visible_to,
    meetings_visible_to,
    visible_to,
)
from pingzhan.domain.orders.targets import To
from pingzhan.domain.orders.times import light_of

__all__ = [
    "SHOWS",
    "Board",
    "Choices",
    "GroupOrders",
    "MeetingData",
    "Owner",
    "Reach",
    "Swept",
    "To",
    "Understood",
    "add_note",
    "ask_extension",
    "batch_counts",
    "batches_visible_to",
    "board",
    "by_group",
    "can_check",
    "can_close",
    "can_direct",
    "can_do",
    "can_help",
    "can_issue",
    "can_see",
    "cancel_order",
    "change_meeting",
    "check_feedback",
    "choices_for",
    "close_order",
    "counts",
    "decide_extension",
    "decisions_visible_to",
    "draft_minutes",
    "due_soon",
    "feed_back",
    "issue_bulk",
    "issue_order",
    "light_of",
    "meetings_visible_to",
    "move_order",
    "move_vanished",
    "ordered",
    "overdue",
    "overdue_by_group",
    "owned_by",
    "ownerless",
    "owners_of",
    "pressing",
    "reach_of",
    "receive_order",
    "record_decision",
    "record_meeting",
    "refusal_words",
    "register_order_listener",
    "remind_due",
    "rows",
    "stage_words",
    "start_order",
    "understand",
    "urge_order",
    "visible_to",
    "wanted",
    "with_last_event",
]
