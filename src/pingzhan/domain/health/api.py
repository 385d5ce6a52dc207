"""All that other modules and pages may call of the health module."""

from pingzhan.domain.health.actions.cases import (
    conclude,
    go_to_clinic,
    report_symptoms,
    return_to_work,
    withdraw,
)
from pingzhan.domain.health.actions.naming import note_names_read
from pingzhan.domain.health.actions.presence import PresenceIn, record_attendance
from pingzhan.domain.health.actions.readings import (
    MOST,
    Answer,
    ReadingIn,
    Special,
    correct_reading,
    fever_tenths,
    record_all_normal,
    record_readings,
    record_team,
)
from pingzhan.domain.health.actions.sheets import Line, record_sheet
from pingzhan.domain.health.actions.telling import (
    confirm_report,
    dismiss_report,
    make_link,
    report_self,
)
from pingzhan.domain.health.links import open_link, token_of
from pingzhan.domain.health.queries import (
    TeamLine,
    curve,
    exceptions,
    latest,
    lines_now,
    members,
    missing,
    stopped,
    team_lines,
    trend,
    unit_lines,
)
from pingzhan.domain.health.rules import can_keep, can_see, reports_visible_to, visible_to
from pingzhan.domain.health.slots import Slot, label_of, read_tenths
from pingzhan.domain.health.timetable import Timetable, order_of, slot_now

__all__ = [
    "MOST",
    "Answer",
    "Line",
    "PresenceIn",
    "ReadingIn",
    "Slot",
    "Special",
    "TeamLine",
    "Timetable",
    "can_keep",
    "can_see",
    "conclude",
    "confirm_report",
    "correct_reading",
    "curve",
    "dismiss_report",
    "exceptions",
    "fever_tenths",
    "go_to_clinic",
    "label_of",
    "latest",
    "lines_now",
    "make_link",
    "members",
    "missing",
    "note_names_read",
    "open_link",
    "order_of",
    "read_tenths",
    "record_all_normal",
    "record_attendance",
    "record_readings",
    "record_sheet",
    "record_team",
    "report_self",
    "report_symptoms",
    "reports_visible_to",
    "return_to_work",
    "slot_now",
    "stopped",
    "team_lines",
    "token_of",
    "trend",
    "unit_lines",
    "visible_to",
    "withdraw",
]
