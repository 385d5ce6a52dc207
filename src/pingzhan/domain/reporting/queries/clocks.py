"""What is due, what comes next, who has not reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from pingzhan.domain.reporting.enums import LineKind, ReportKind
from pingzhan.domain.reporting.models import Due, ZeroLine
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock

OPEN = Q(done_at__isnull=True, dropped_at__isnull=True)


@dataclass(frozen=True)
class Missing:
    """One who has not given today's zero report."""

    line_id: int
    kind: str
    code: str
    name: str
    unit_id: int
    urged: int
    urged_at: datetime | None


@dataclass(frozen=True)
class ZeroCount:
    """Zero reports of a day: asked for, given, given late, and how many of them were not zero."""

    all: int
    done: int
    late: int
    cases: int

    @property
    def missing(self) -> int:
        """Return how many have not reported."""
        return self.all - self.done


def due_reports(zone: Unit, world: int = 0) -> list[Due]:
    """Return what is still to be reported, the first due first, overdue ones included. One query."""
    return list(
        Due.objects.filter(OPEN, zone=zone, world=world)
        .select_related("unit", "activation")
        .order_by("due_at", "pk")
    )


def next_report(zone: Unit, world: int = 0) -> Due | None:
    """Return what is due next, an overdue one before everything; None when nothing is asked for. One query."""
    return Due.objects.filter(OPEN, zone=zone, world=world).order_by("due_at", "pk").first()


def next_report_at(zone: Unit, world: int = 0) -> datetime | None:
    """Return when the next report is due, for clocks; in the past when one is overdue. One query."""
    found = next_report(zone, world)
    return found.due_at if found is not None else None


def zero_due(zone: Unit, world: int = 0, on: date | None = None) -> Due | None:
    """Return the zero report of a day, today's without ``on``; None when that day asks for none."""
    rows = Due.objects.filter(zone=zone, world=world, kind=ReportKind.ZERO, dropped_at__isnull=True)
    if on is not None:
        return rows.filter(on=on).first()
    return rows.filter(on=clock.today()).first()


def zero_lines(due: Due) -> QuerySet[ZeroLine]:
    """Return who must report, groups before enterprises, those who have not first."""
    return due.lines.select_related("unit").order_by("-kind", "reported_at", "pk")


def not_reported(zone: Unit, world: int = 0, on: date | None = None) -> dict[str, list[Missing]]:
    """Return who has not given the zero report of a day, by 'group' and 'enterprise'. Three queries at most."""
    found: dict[str, list[Missing]] = {LineKind.GROUP.value: [], LineKind.ENTERPRISE.value: []}
    due = zero_due(zone, world, on)
    if due is None:
        return found
    for line in due.lines.filter(value__isnull=True).order_by("pk"):
        found[line.kind].append(
            Missing(line.pk, line.kind, line.code, line.name, line.unit_id, line.urged, line.urged_at)
        )
    return found


def zero_count(due: Due | None) -> ZeroCount:
    """Return the figures of a zero report. One query."""
    if due is None:
        return ZeroCount(0, 0, 0, 0)
    row = due.lines.aggregate(
        all=Count("pk"),
        done=Count("pk", filter=Q(value__isnull=False)),
        late=Count("pk", filter=Q(first_at__gt=due.due_at)),
        cases=Count("pk", filter=Q(value__gt=0)),
    )
    return ZeroCount(**row)
