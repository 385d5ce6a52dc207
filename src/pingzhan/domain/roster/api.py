"""All that other modules and pages may call of the roster.

For the command system: ``on_duty`` (who answers now), ``gaps`` (what is missing in the next hours, in sentences),
``timetable``; the event ``events.duty_changed``. Modules above add matters to the hand-over by
``register_handover_source``.
"""

from pingzhan.domain.roster.actions.changing import add_shift, cancel_shift, substitute
from pingzhan.domain.roster.actions.common import TOPIC
from pingzhan.domain.roster.actions.handing import (
    countersign,
    open_handover,
    refresh_handover,
    sign_handover,
    write_handover,
)
from pingzhan.domain.roster.actions.making import LONGEST_DAYS, assign, discard, generate, publish
from pingzhan.domain.roster.actions.setting import (
    add_member,
    end_feed,
    make_feed,
    move_member,
    person_of_feed,
    remove_holiday,
    remove_member,
    set_holiday,
)
from pingzhan.domain.roster.actions.swaps import answer_swap, ask_swap, decide_swap, withdraw_swap
from pingzhan.domain.roster.calendar import YEARS, Known, Pattern, known_years, published_days
from pingzhan.domain.roster.fairness import Why
from pingzhan.domain.roster.ical import MEDIA_TYPE, calendar
from pingzhan.domain.roster.listing import day_in, day_of, month_of, shown_period, week_of
from pingzhan.domain.roster.queries.balance import (
    Choice,
    Share,
    balance,
    choices,
    draft_shares,
    members,
    past_and_planned,
)
from pingzhan.domain.roster.queries.duty import (
    OnDuty,
    changes_of,
    covered_until,
    drafts_of,
    on_duty,
    shifts_of_days,
    shifts_of_person,
    timetable,
)
from pingzhan.domain.roster.queries.gaps import RosterGap, gaps, when
from pingzhan.domain.roster.queries.requests import (
    handover_loaded,
    handovers_of,
    open_swaps,
    swaps_loaded,
    swaps_of_person,
    swaps_to_decide,
    unsigned_handovers,
)
from pingzhan.domain.roster.queries.setting import (
    day_class,
    own_days,
    pattern_now,
    rest_now,
    unknown_years,
)
from pingzhan.domain.roster.rules import (
    can_call,
    can_countersign,
    can_manage,
    can_sign_handover,
    can_view,
    can_write_handover,
    handovers_visible_to,
    rosters_visible_to,
    swaps_visible_to,
    visible_to,
)
from pingzhan.domain.roster.sources import Matter, register_handover_source, source_label
from pingzhan.domain.roster.tasks import lapse, minute, open_handovers, remind

__all__ = [
    "LONGEST_DAYS",
    "MEDIA_TYPE",
    "TOPIC",
    "YEARS",
    "Choice",
    "Known",
    "Matter",
    "OnDuty",
    "Pattern",
    "RosterGap",
    "Share",
    "Why",
    "add_member",
    "add_shift",
    "answer_swap",
    "ask_swap",
    "assign",
    "balance",
    "calendar",
    "can_call",
    "can_countersign",
    "can_manage",
    "can_sign_handover",
    "can_view",
    "can_write_handover",
    "cancel_shift",
    "changes_of",
    "choices",
    "countersign",
    "covered_until",
    "day_class",
    "day_in",
    "day_of",
    "decide_swap",
    "discard",
    "draft_shares",
    "drafts_of",
    "end_feed",
    "gaps",
    "generate",
    "handover_loaded",
    "handovers_of",
    "handovers_visible_to",
    "known_years",
    "lapse",
    "make_feed",
    "members",
    "minute",
    "month_of",
    "move_member",
    "on_duty",
    "open_handover",
    "open_handovers",
    "open_swaps",
    "own_days",
    "past_and_planned",
    "pattern_now",
    "person_of_feed",
    "publish",
    "published_days",
    "refresh_handover",
    "register_handover_source",
    "remind",
    "remove_holiday",
    "remove_member",
    "rest_now",
    "rosters_visible_to",
    "set_holiday",
    "shifts_of_days",
    "shifts_of_person",
    "shown_period",
    "sign_handover",
    "source_label",
    "substitute",
    "swaps_loaded",
    "swaps_of_person",
    "swaps_to_decide",
    "swaps_visible_to",
    "timetable",
    "unknown_years",
    "unsigned_handovers",
    "visible_to",
    "week_of",
    "when",
    "withdraw_swap",
    "write_handover",
]
