"""What a return means for the obligations of its enterprise (annex 2 (2)).

Each return brings about the duty to know where somebody was and to decide; the decision keeps it, and so does a
withdrawal. A ledger that the measures ask to be kept at intervals is kept by every decision.
"""

from __future__ import annotations

from collections.abc import Sequence

from pingzhan.domain.obligations.api import Evidence, Happening, raise_events, satisfy_many
from pingzhan.domain.returnees.models import Application
from pingzhan.foundation.access.actor import Actor

EVIDENCE = "returnees"
REF = "returnee"


def begun(rows: Sequence[Application]) -> None:
    """Note that returns are under way."""
    raise_events([Happening(row.enterprise_id, EVIDENCE, row.pk) for row in rows])


def kept(rows: Sequence[Application], by: Actor) -> None:
    """Note that returns were decided, or do not take place."""
    satisfy_many([Evidence(row.enterprise_id, EVIDENCE, (REF, row.pk), None, row.pk) for row in rows], by=by)
