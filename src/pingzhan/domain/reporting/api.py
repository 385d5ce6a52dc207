"""All that other modules and pages may call of the reporting module.

What is due: ``due_reports``, ``next_report_at``, ``not_reported``, ``zero_count``. Reports: ``draft``,
``draft_daily``, ``edit``, ``recount``, ``sign``, ``correct``, ``drop``. Zero reports: ``report_zero``,
``report_own_zero``, ``urge``; ``register_zero_listener`` tells of them in their transaction.
``register_figure`` adds a number to every report. Files: ``report_file``, ``form_file``, ``cap_xml``, ``cap_file``.
"""

from pingzhan.domain.reporting.actions.common import due_name
from pingzhan.domain.reporting.actions.drafting import (
    correct,
    draft,
    draft_daily,
    edit,
    recount,
)
from pingzhan.domain.reporting.actions.generating import ask_zero, make_dues
from pingzhan.domain.reporting.actions.own_zero import report_own_zero
from pingzhan.domain.reporting.actions.reminding import Reminded, remind_due
from pingzhan.domain.reporting.actions.signing import drop, sign
from pingzhan.domain.reporting.actions.zero import Urged, report_zero, urge
from pingzhan.domain.reporting.cap import CapFile, cap_file, cap_xml
from pingzhan.domain.reporting.figures import Scope, figures, label_of, register_figure, unregister_figure
from pingzhan.domain.reporting.forms import FORMATS, FORMS, Form, form_file
from pingzhan.domain.reporting.listeners import register_zero_listener
from pingzhan.domain.reporting.papers import report_file, report_paper
from pingzhan.domain.reporting.queries.clocks import (
    Missing,
    ZeroCount,
    due_reports,
    next_report,
    next_report_at,
    not_reported,
    zero_count,
    zero_due,
    zero_lines,
)
from pingzhan.domain.reporting.queries.reading import (
    Line,
    compared,
    latest_signed,
    report_before,
    series,
    versions_of,
)
from pingzhan.domain.reporting.rules import (
    READERS,
    can_read,
    can_report,
    can_sign,
    can_write,
    dues_visible_to,
    lines_visible_to,
    own_lines_of,
    visible_to,
)

__all__ = [
    "FORMATS",
    "FORMS",
    "READERS",
    "CapFile",
    "Form",
    "Line",
    "Missing",
    "Reminded",
    "Scope",
    "Urged",
    "ZeroCount",
    "ask_zero",
    "can_read",
    "can_report",
    "can_sign",
    "can_write",
    "cap_file",
    "cap_xml",
    "compared",
    "correct",
    "draft",
    "draft_daily",
    "drop",
    "due_name",
    "due_reports",
    "dues_visible_to",
    "edit",
    "figures",
    "form_file",
    "label_of",
    "latest_signed",
    "lines_visible_to",
    "make_dues",
    "next_report",
    "next_report_at",
    "not_reported",
    "own_lines_of",
    "recount",
    "register_figure",
    "register_zero_listener",
    "remind_due",
    "report_before",
    "report_file",
    "report_own_zero",
    "report_paper",
    "report_zero",
    "series",
    "sign",
    "unregister_figure",
    "urge",
    "versions_of",
    "visible_to",
    "zero_count",
    "zero_due",
    "zero_lines",
]
