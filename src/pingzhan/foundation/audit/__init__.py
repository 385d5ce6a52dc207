"""The business trail (留痕): who did what, when, on what basis; append-only and hash-chained."""

from pingzhan.foundation.audit.anchors import anchor
from pingzhan.foundation.audit.chain import head, operation, record
from pingzhan.foundation.audit.queries import TrailFilter, trail
from pingzhan.foundation.audit.report import Break, Report
from pingzhan.foundation.audit.verbs import (
    choice_words,
    name_of,
    read_verbs,
    register_names,
    register_verb,
    register_words,
    said,
    sentence,
    title_of,
    verb_choices,
)
from pingzhan.foundation.audit.verify import verify, verify_chain

__all__ = [
    "Break",
    "Report",
    "TrailFilter",
    "anchor",
    "choice_words",
    "head",
    "name_of",
    "operation",
    "read_verbs",
    "record",
    "register_names",
    "register_verb",
    "register_words",
    "said",
    "sentence",
    "title_of",
    "trail",
    "verb_choices",
    "verify",
    "verify_chain",
]
