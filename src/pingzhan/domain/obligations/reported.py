"""The zero report of an enterprise is evidence (annex 2 (9)): given once, it is not asked for a second time."""

from __future__ import annotations

from collections.abc import Sequence

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.actions.closing import satisfy
from pingzhan.domain.obligations.evidence import Evidence as Piece
from pingzhan.domain.obligations.held import Asked, Rows, latest
from pingzhan.domain.reporting.enums import LineKind
from pingzhan.domain.reporting.models import ZeroLine
from pingzhan.foundation.access.actor import Actor

LINE = "zero_line"
"""Kind of the evidence row."""


def held(asked: Asked) -> Sequence[Piece]:
    """Return the reports of enterprises, for what is made after them (held.register_held)."""
    rows = ZeroLine.objects.filter(kind=LineKind.ENTERPRISE, due__world=0, first_at__isnull=False)
    return latest(asked, Rows(rows, LINE, "first_at", "first_at", unit="unit_id"))


def zero_reported(line: ZeroLine, by: Actor) -> None:
    """Close what is due of the enterprise by its own report, zero or not. Groups and drills owe nothing here."""
    if line.kind == LineKind.ENTERPRISE and line.due.world == 0:
        satisfy(unit_id=line.unit_id, evidence=Evidence.ZERO_REPORT.value, ref=(LINE, line.pk), by=by)
