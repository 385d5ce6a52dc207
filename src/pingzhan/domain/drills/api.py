"""All that other modules and pages may call of the drills module.

Drills: ``prepare_drill``, ``add_inject``, ``start_drill``, ``fire_inject``, ``inject_due``, ``score_inject``,
``end_drill``. Worlds: ``worlds_visible_to`` and ``world_for`` say which drill's world somebody may look at.
Reports and reviews: ``report``, ``review`` and ``facts_of`` give the times that happened; ``open_actions`` what is
still to be done; ``register_expiring`` adds to the list of what ends with an emergency.
"""

from pingzhan.domain.drills.actions.injecting import fire_inject, inject_due, score_inject, take_times
from pingzhan.domain.drills.actions.preparing import (
    DrillData,
    InjectData,
    add_inject,
    cancel_drill,
    change_drill,
    prepare_drill,
    remove_inject,
)
from pingzhan.domain.drills.actions.reviewing import (
    MARKS,
    add_action,
    draft_missing,
    file_review,
    hand_over,
    mark_reviewed,
    write_review,
)
from pingzhan.domain.drills.actions.running import end_drill, settle_ended, start_drill
from pingzhan.domain.drills.expiring import Expiring, expiring, register_expiring
from pingzhan.domain.drills.queries.facts import facts_of, run_of, sha_of
from pingzhan.domain.drills.queries.handing import Owed, owed
from pingzhan.domain.drills.queries.lists import (
    WorldView,
    compare,
    last_drill,
    open_actions,
    open_actions_of,
    reviews,
    with_counts,
    worlds_of_person,
)
from pingzhan.domain.drills.queries.reports import Report, report, review
from pingzhan.domain.drills.references import REFERENCES, Reference
from pingzhan.domain.drills.rules import (
    can_direct,
    can_evaluate,
    can_hand_over,
    can_name,
    can_order,
    can_prepare,
    can_review,
    can_see_script,
    find,
    find_handover,
    find_review,
    is_staff,
    may_open,
    reviews_visible_to,
    visible_to,
    world_for,
    worlds_visible_to,
)

__all__ = [
    "MARKS",
    "REFERENCES",
    "DrillData",
    "Expiring",
    "InjectData",
    "Owed",
    "Reference",
    "Report",
    "WorldView",
    "add_action",
    "add_inject",
    "can_direct",
    "can_evaluate",
    "can_hand_over",
    "can_name",
    "can_order",
    "can_prepare",
    "can_review",
    "can_see_script",
    "cancel_drill",
    "change_drill",
    "compare",
    "draft_missing",
    "end_drill",
    "expiring",
    "facts_of",
    "file_review",
    "find",
    "find_handover",
    "find_review",
    "fire_inject",
    "hand_over",
    "inject_due",
    "is_staff",
    "last_drill",
    "mark_reviewed",
    "may_open",
    "open_actions",
    "open_actions_of",
    "owed",
    "prepare_drill",
    "register_expiring",
    "remove_inject",
    "report",
    "review",
    "reviews",
    "reviews_visible_to",
    "run_of",
    "score_inject",
    "settle_ended",
    "sha_of",
    "start_drill",
    "take_times",
    "visible_to",
    "with_counts",
    "world_for",
    "worlds_of_person",
    "worlds_visible_to",
    "write_review",
]
