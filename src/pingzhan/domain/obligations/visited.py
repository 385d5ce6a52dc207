"""A visit of a responsible official is evidence of an inspection on site (四（四）; annex 3 四)."""

from __future__ import annotations

from collections.abc import Sequence

from pingzhan.domain.frontline.models import SiteVisit
from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.actions.closing import satisfy, unsatisfy
from pingzhan.domain.obligations.evidence import Evidence as Piece
from pingzhan.domain.obligations.held import Asked, Rows, latest
from pingzhan.foundation.access.actor import Actor

VISIT = "site_visit"
"""Kind of the evidence row."""


def held(asked: Asked) -> Sequence[Piece]:
    """Return the visits of who answers for the enterprises, for what is made after them (held.register_held)."""
    rows = SiteVisit.objects.filter(rank__isnull=False, voided_at__isnull=True)
    return latest(asked, Rows(rows, VISIT, "visited_at", "at", unit="unit_id"))


def visited(visit: SiteVisit, by: Actor) -> None:
    """Close what asks for a visit, or open it again when it was voided; who only supervises closes nothing."""
    if visit.voided_at is not None:
        unsatisfy((VISIT, visit.pk))
    elif visit.rank is not None:
        satisfy(
            unit_id=visit.unit_id,
            evidence=Evidence.INSPECTION.value,
            at=visit.visited_at,
            ref=(VISIT, visit.pk),
            by=by,
        )
