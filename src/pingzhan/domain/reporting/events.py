"""What the reporting module tells others after commit."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True)
class ReportSigned:
    """A report, or a correction of one, was signed."""

    world: int
    zone_id: int
    report_id: int
    kind: str


@dataclass(frozen=True)
class CaseReported:
    """Somebody's zero report was not zero."""

    world: int
    zone_id: int
    line_id: int
    value: int


#: Sent after commit with ``event=ReportSigned(...)``.
report_signed = Signal()
#: Sent after commit with ``event=CaseReported(...)``.
case_reported = Signal()
