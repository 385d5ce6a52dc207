"""Signed reports, what changed since the one before, and the series behind the chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from pingzhan.domain.reporting import figures
from pingzhan.domain.reporting.enums import ReportKind, ReportState
from pingzhan.domain.reporting.models import Due, Report
from pingzhan.domain.territory.models import Unit

RELATED = ("due__unit", "due__activation", "zone", "previous")


@dataclass(frozen=True)
class Line:
    """One number of a report beside that of the report before; ``change`` is None when either is missing."""

    key: str
    label: str
    unit: str
    source: str
    value: int | None
    before: int | None
    change: int | None
    counted: bool


def latest_signed(zone: Unit, world: int = 0) -> QuerySet[Report]:
    """Return the newest signed version of each report of a zone, the last signed first."""
    signed = Report.objects.filter(zone=zone, world=world, state=ReportState.SIGNED)
    # Asked of each row, so that the first twenty are read by the index of signed reports and not all years.
    later = Report.objects.filter(
        due=OuterRef("due"), version__gt=OuterRef("version"), state=ReportState.SIGNED
    )
    return signed.filter(~Exists(later)).order_by("-signed_at", "-pk")


def versions_of(due: Due) -> QuerySet[Report]:
    """Return every version of a report, the newest first."""
    return due.reports.order_by("-version")


def report_before(due: Due) -> Report | None:
    """Return the signed report that a new one is compared with.

    For the reports of an emergency the last of the same emergency; for a daily report the last one of its unit.
    """
    rows = Report.objects.filter(zone_id=due.zone_id, world=due.world, state=ReportState.SIGNED)
    rows = rows.exclude(due_id=due.pk)
    if due.kind in (ReportKind.DAILY, ReportKind.ZERO):
        rows = rows.filter(due__unit_id=due.unit_id)
    else:
        rows = rows.filter(due__activation=due.activation)
    return rows.order_by("-signed_at", "-pk").first()


def compared(report: Report) -> list[Line]:
    """Return the numbers of a report beside those of the one before; ``previous`` should be loaded."""
    before = {row["key"]: row["value"] for row in report.previous.figures} if report.previous else {}
    found = []
    for row in report.figures:
        value, old = row["value"], before.get(row["key"])
        change = value - old if value is not None and old is not None else None
        found.append(
            Line(
                row["key"],
                figures.label_of(row),
                row.get("unit", ""),
                row.get("source", ""),
                value,
                old,
                change,
                value is not None,
            )
        )
    return found


def series(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """Return the main figures over some reports, the oldest first: key, label and one value for each report."""
    ordered = sorted(reports, key=lambda one: (one.counted_at, one.pk))
    labels: dict[str, str] = {}
    for report in ordered:
        labels |= {row["key"]: figures.label_of(row) for row in report.figures if row.get("main")}
    found = []
    for key, label in labels.items():
        values = [
            next((row["value"] for row in report.figures if row["key"] == key), None) for report in ordered
        ]
        found.append({"key": key, "label": label, "values": values})
    return found
