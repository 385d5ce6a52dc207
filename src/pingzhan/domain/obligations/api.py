"""All that other modules and pages may call of the obligations module.

The ledgers: ``satisfy``, ``satisfy_many``, ``unsatisfy``, ``raise_event``, ``raise_events``; at start
``register_coverage``, ``register_held``, ``register_form``, ``register_viewer``. The enterprise's day: ``today``.
Generation: ``generate``, ``regenerate``, ``roll``, ``sweep``. Waivers: ``waive``, ``waive_measure``, ``revoke_waiver``.
Readings: ``compliance``, ``trend``, ``total``, ``board``, ``groups_board``, ``measures_board``, ``unit_states``,
``why_red``, lists by ``narrow`` and ``evidence_of``.
"""

from pingzhan.domain.obligations.actions.closing import satisfy, satisfy_many, unsatisfy
from pingzhan.domain.obligations.actions.declaring import (
    DECLARATION,
    MOST_COUNT,
    Done,
    declare,
    withdraw_declaration,
)
from pingzhan.domain.obligations.actions.following import regenerate, set_changed
from pingzhan.domain.obligations.actions.generating import generate, make_parts, refresh, roll
from pingzhan.domain.obligations.actions.happening import Happening, raise_event, raise_events
from pingzhan.domain.obligations.actions.looking import today
from pingzhan.domain.obligations.actions.settling import Settled
from pingzhan.domain.obligations.actions.sweeping import Swept, sweep
from pingzhan.domain.obligations.actions.tallying import tally, tally_marked
from pingzhan.domain.obligations.actions.waiving import Waived, revoke_waiver, waive, waive_measure
from pingzhan.domain.obligations.calendar import Clock, Window, day_slots
from pingzhan.domain.obligations.coverage import Slot, register_coverage
from pingzhan.domain.obligations.events import LIVE_TOPIC
from pingzhan.domain.obligations.evidence import Evidence
from pingzhan.domain.obligations.forms import (
    Form,
    form_of,
    has_ledger,
    register_default_form,
    register_form,
    register_viewer,
    viewer_of,
)
from pingzhan.domain.obligations.held import Asked, Rows, latest, noon_of, register_held
from pingzhan.domain.obligations.queries.boards import (
    Tile,
    Why,
    board,
    groups_board,
    measures_board,
    next_due,
    why_red,
)
from pingzhan.domain.obligations.queries.compliance import (
    Counts,
    DayPoint,
    Line,
    UnitState,
    compliance,
    summed,
    total,
    trend,
    unit_states,
)
from pingzhan.domain.obligations.queries.lists import (
    MOST,
    UNSETTLED,
    Proof,
    Wanted,
    duty_choices,
    evidence_of,
    late_since,
    narrow,
    title_of,
    titles_of,
    waivers_of,
)
from pingzhan.domain.obligations.queries.now import business_now
from pingzhan.domain.obligations.queries.periods import times_asked
from pingzhan.domain.obligations.queries.recipients import groups_of_person
from pingzhan.domain.obligations.queries.today import Due
from pingzhan.domain.obligations.rules import (
    can_declare,
    can_see,
    can_waive,
    declarations_visible_to,
    require_see,
    units_visible_to,
    visible_to,
    waivers_visible_to,
)
from pingzhan.domain.obligations.settings import business_clock
from pingzhan.domain.obligations.wording import reason_words

__all__ = [
    "DECLARATION",
    "LIVE_TOPIC",
    "MOST",
    "MOST_COUNT",
    "UNSETTLED",
    "Asked",
    "Clock",
    "Counts",
    "DayPoint",
    "Done",
    "Due",
    "Evidence",
    "Form",
    "Happening",
    "Line",
    "Proof",
    "Rows",
    "Settled",
    "Slot",
    "Swept",
    "Tile",
    "UnitState",
    "Waived",
    "Wanted",
    "Why",
    "Window",
    "board",
    "business_clock",
    "business_now",
    "can_declare",
    "can_see",
    "can_waive",
    "compliance",
    "day_slots",
    "declarations_visible_to",
    "declare",
    "duty_choices",
    "evidence_of",
    "form_of",
    "generate",
    "groups_board",
    "groups_of_person",
    "has_ledger",
    "late_since",
    "latest",
    "make_parts",
    "measures_board",
    "narrow",
    "next_due",
    "noon_of",
    "raise_event",
    "raise_events",
    "reason_words",
    "refresh",
    "regenerate",
    "register_coverage",
    "register_default_form",
    "register_form",
    "register_held",
    "register_viewer",
    "require_see",
    "revoke_waiver",
    "roll",
    "satisfy",
    "satisfy_many",
    "set_changed",
    "summed",
    "sweep",
    "tally",
    "tally_marked",
    "times_asked",
    "title_of",
    "titles_of",
    "today",
    "total",
    "trend",
    "unit_states",
    "units_visible_to",
    "unsatisfy",
    "viewer_of",
    "visible_to",
    "waive",
    "waive_measure",
    "waivers_of",
    "waivers_visible_to",
    "why_red",
    "withdraw_declaration",
]
