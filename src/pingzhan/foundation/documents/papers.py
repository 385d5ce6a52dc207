"""The door for whatever produces papers: switch orders, reports, supervision.

``draft_paper(kind, title, blocks, by=..., unit_path=..., recipients=..., source=("activation", 12))`` stores a draft
in the organ's layout; the clerk finds it in the register, a person with the right signs it. ``Paragraph``,
``Heading``, ``Table`` are the blocks, ``parse`` makes them from light text, ``papers_of`` finds what was made.
``attested`` and ``attested_file`` set a record that is kept elsewhere as a paper, without the register.
"""

from __future__ import annotations

from django.db.models import QuerySet

from pingzhan.foundation.documents.actions.attesting import attested, attested_file
from pingzhan.foundation.documents.actions.composing import Wording
from pingzhan.foundation.documents.actions.issuing import file_paper, issue_paper, void_paper
from pingzhan.foundation.documents.actions.writing import (
    draft_paper,
    edit_paper,
    organ_for,
    return_paper,
    submit_paper,
    withdraw_paper,
)
from pingzhan.foundation.documents.content import Block, Heading, Paragraph, Table
from pingzhan.foundation.documents.enums import PaperKind, Secrecy, Urgency
from pingzhan.foundation.documents.markup import parse, proofread, render
from pingzhan.foundation.documents.models import Paper

__all__ = [
    "Block",
    "Heading",
    "PaperKind",
    "Paragraph",
    "Secrecy",
    "Table",
    "Urgency",
    "Wording",
    "attested",
    "attested_file",
    "draft_paper",
    "edit_paper",
    "file_paper",
    "issue_paper",
    "organ_for",
    "papers_of",
    "parse",
    "proofread",
    "render",
    "return_paper",
    "submit_paper",
    "void_paper",
    "withdraw_paper",
]


def papers_of(kind: str, source_id: object) -> QuerySet[Paper]:
    """Return the papers made from something, the newest first; the caller checks who may see them."""
    return Paper.objects.filter(source_kind=kind, source_id=str(source_id)).order_by("-pk")
