"""Reads a zone's notice (annex 1: 领导小组, work groups, 职责) into groups, entries, duties and findings.

Pure Python: needs no database and no Django. ``load`` gets the text out of a file, ``read_text`` reads it,
``findings`` says what is wrong or open; every item carries its place in the text.
"""

from pingzhan.domain.organisation.reading.findings import KINDS, findings
from pingzhan.domain.organisation.reading.jsonform import as_json
from pingzhan.domain.organisation.reading.model import (
    Answers,
    BodyMention,
    DutyClause,
    Entry,
    Finding,
    GroupList,
    GroupRead,
    Mention,
    Place,
    Reading,
    SourceText,
    Span,
    Unread,
)
from pingzhan.domain.organisation.reading.people import PersonRead, same_title, similar_names
from pingzhan.domain.organisation.reading.reader import read_text
from pingzhan.domain.organisation.reading.source import load, load_bytes
from pingzhan.domain.organisation.reading.words import HEAD_ROLES

__all__ = [
    "HEAD_ROLES",
    "KINDS",
    "Answers",
    "BodyMention",
    "DutyClause",
    "Entry",
    "Finding",
    "GroupList",
    "GroupRead",
    "Mention",
    "PersonRead",
    "Place",
    "Reading",
    "SourceText",
    "Span",
    "Unread",
    "as_json",
    "findings",
    "load",
    "load_bytes",
    "read_text",
    "same_title",
    "similar_names",
]
