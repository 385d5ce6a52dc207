"""All that other modules and pages may call of the measures module.

What holds: ``in_force``, ``in_force_many``, ``parameter``, ``parameters``; ``register_change_listener`` tells
when it changes. How often: the cadence types. The life of a set: ``load_shipped`` or ``import_draft``,
``start_draft``, ``save_measure`` and its companions, ``compare``, ``publish``, ``put_in_force`` with ``ForceOrder``
and ``Decision``, ``withdraw``. Restrictions: ``propose``, ``record_decision``, ``refuse_restriction``,
``lift_restriction``, and ``lacks`` for what the law still asks for.
"""

from pingzhan.domain.measures.actions.deciding import (
    Unlawful,
    lacks,
    lift_restriction,
    record_decision,
    refuse_restriction,
)
from pingzhan.domain.measures.actions.drafting import (
    discard_draft,
    import_draft,
    publish,
    remove_measure,
    remove_parameter,
    rename_draft,
    save_measure,
    save_parameter,
    start_draft,
)
from pingzhan.domain.measures.actions.expiring import expire_terms, warn_ending
from pingzhan.domain.measures.actions.forcing import (
    Decision,
    ForceOrder,
    phases_of,
    put_in_force,
    restricting,
    restriction_row,
    withdraw,
)
from pingzhan.domain.measures.actions.proposing import propose
from pingzhan.domain.measures.actions.storing import load_shipped
from pingzhan.domain.measures.cadence import (
    KINDS,
    Cadence,
    CadenceError,
    Every,
    Once,
    PerEvent,
    PerWeek,
    ShiftEnds,
    Slots,
    cadence_words,
    parse_cadence,
)
from pingzhan.domain.measures.content import MeasureSpec, ParameterSpec, SetContent, at_phase
from pingzhan.domain.measures.facts import Fact, Threshold, all_facts, facts_of, thresholds
from pingzhan.domain.measures.hazards import Hazard, hazard_label, hazards
from pingzhan.domain.measures.listeners import register_change_listener
from pingzhan.domain.measures.models.sets import in_language
from pingzhan.domain.measures.origins import Origin, judge_origin, origin_words, register_origins
from pingzhan.domain.measures.powers import Power, powers
from pingzhan.domain.measures.queries.current import (
    InForce,
    MeasureNow,
    ParameterNow,
    VersionNow,
    in_force,
    in_force_many,
    parameter,
    parameters,
    values_at,
)
from pingzhan.domain.measures.queries.diff import (
    Change,
    cadence_by_phase,
    compare,
    field_words,
    group_name,
    power_name,
    value_words,
)
from pingzhan.domain.measures.queries.lists import (
    SetRow,
    forces_of,
    open_forces,
    past_forces,
    restrictions_of,
    set_rows,
)
from pingzhan.domain.measures.queries.versions import content_of
from pingzhan.domain.measures.rules import (
    can_draft,
    can_publish,
    find_force,
    find_restriction,
    find_version,
    forces_visible_to,
    restrictions_visible_to,
    sets_visible_to,
    versions_visible_to,
)
from pingzhan.domain.measures.sheet import WATCHING, SheetFault, read_sheet, write_sheet
from pingzhan.domain.measures.shipped import shipped, shipped_keys

__all__ = [
    "KINDS",
    "WATCHING",
    "Cadence",
    "CadenceError",
    "Change",
    "Decision",
    "Every",
    "Fact",
    "ForceOrder",
    "Hazard",
    "InForce",
    "MeasureNow",
    "MeasureSpec",
    "Once",
    "Origin",
    "ParameterNow",
    "ParameterSpec",
    "PerEvent",
    "PerWeek",
    "Power",
    "SetContent",
    "SetRow",
    "SheetFault",
    "ShiftEnds",
    "Slots",
    "Threshold",
    "Unlawful",
    "VersionNow",
    "all_facts",
    "at_phase",
    "cadence_by_phase",
    "cadence_words",
    "can_draft",
    "can_publish",
    "compare",
    "content_of",
    "discard_draft",
    "expire_terms",
    "facts_of",
    "field_words",
    "find_force",
    "find_restriction",
    "find_version",
    "forces_of",
    "forces_visible_to",
    "group_name",
    "hazard_label",
    "hazards",
    "import_draft",
    "in_force",
    "in_force_many",
    "in_language",
    "judge_origin",
    "lacks",
    "lift_restriction",
    "load_shipped",
    "open_forces",
    "origin_words",
    "parameter",
    "parameters",
    "parse_cadence",
    "past_forces",
    "phases_of",
    "power_name",
    "powers",
    "propose",
    "publish",
    "put_in_force",
    "read_sheet",
    "record_decision",
    "refuse_restriction",
    "register_change_listener",
    "register_origins",
    "remove_measure",
    "remove_parameter",
    "rename_draft",
    "restricting",
    "restriction_row",
    "restrictions_of",
    "restrictions_visible_to",
    "save_measure",
    "save_parameter",
    "set_rows",
    "sets_visible_to",
    "shipped",
    "shipped_keys",
    "start_draft",
    "thresholds",
    "value_words",
    "values_at",
    "versions_visible_to",
    "warn_ending",
    "withdraw",
    "write_sheet",
]
