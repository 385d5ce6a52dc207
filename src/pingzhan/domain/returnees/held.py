"""Decisions about returns, for obligations that are made after them and ask for the ledger at intervals.

What a single return brings about begins with it and needs no reader.
"""

from __future__ import annotations

from collections.abc import Sequence

from pingzhan.domain.obligations.api import Asked, Evidence, Rows, latest, register_held
from pingzhan.domain.returnees.duties import EVIDENCE, REF
from pingzhan.domain.returnees.models import Decision


def _decisions(asked: Asked) -> Sequence[Evidence]:
    rows = Rows(
        Decision.objects.all(), REF, "at", "at", unit="application__enterprise_id", ref="application_id"
    )
    return latest(asked, rows)


def register() -> None:
    """Let obligations that are made after a decision ask for it."""
    register_held(EVIDENCE, _decisions)
