"""The ledger as a list, the last days as counts, and the enterprises of a zone by what is still open."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Now

from pingzhan.domain.obligations.api import business_clock
from pingzhan.domain.obligations.enums import State
from pingzhan.domain.obligations.models import Obligation
from pingzhan.domain.sanitation.enums import Kind
from pingzhan.domain.sanitation.models import Area, Record
from pingzhan.domain.territory.models import Unit


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What the list is narrowed to; empty means all. ``standing`` leaves voided rows out."""

    kind: str = ""
    area_id: int = 0
    words: str = ""
    first: date | None = None
    last: date | None = None
    standing: bool = False


def find_records(rows: QuerySet[Record], wanted: RecordFilter) -> QuerySet[Record]:
    """Return the records that fit, the latest first."""
    if wanted.kind in Kind.values:
        rows = rows.filter(kind=wanted.kind)
    if wanted.area_id:
        rows = rows.filter(area=wanted.area_id)
    if wanted.words:
        rows = rows.filter(Q(area__name__icontains=wanted.words) | Q(note__icontains=wanted.words))
    if wanted.first is not None:
        rows = rows.filter(at__gte=business_clock().begins(wanted.first))
    if wanted.last is not None and wanted.last < date.max:
        rows = rows.filter(at__lt=business_clock().begins(wanted.last + timedelta(days=1)))
    if wanted.standing:
        rows = rows.filter(voided_at__isnull=True)
    return rows.order_by("-at", "-pk")


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many areas were disinfected and aired on a day, each time counted."""

    day: date
    disinfected: int
    aired: int


def last_days(unit: Unit, today: date, days: int) -> list[DayCount]:
    """Return the counts of the last days, the oldest first. One query."""
    first = today - timedelta(days=days - 1)
    found: dict[tuple[date, str], int] = defaultdict(int)
    rows = Record.objects.filter(
        enterprise=unit, at__gte=business_clock().begins(first), day__lte=today, voided_at__isnull=True
    )
    for row in rows.order_by().values("day", "kind").annotate(n=Count("pk")):
        found[row["day"], row["kind"]] = row["n"]
    return [
        DayCount(day, found[day, Kind.DISINFECTION.value], found[day, Kind.VENTILATION.value])
        for day in (first + timedelta(days=n) for n in range(days))
    ]


@dataclass(frozen=True, slots=True)
class FirmState:
    """How an enterprise stands today: areas in use, obligations done and due so far, late ones, the last record."""

    unit: Unit
    areas: int
    disinfected: tuple[int, int]
    aired: tuple[int, int]
    late: int
    last: datetime | None


def firm_states(firms: QuerySet[Unit], today: date) -> list[FirmState]:
    """Return the enterprises with what is open today, those with something late first. Four queries."""
    areas = dict(
        Area.objects.filter(enterprise__in=firms, retired_at__isnull=True)
        .order_by()
        .values_list("enterprise_id")
        .annotate(n=Count("pk"))
    )
    last = dict(
        Record.objects.filter(
            enterprise__in=firms,
            at__gte=business_clock().begins(today - timedelta(days=6)),
            voided_at__isnull=True,
        )
        .order_by()
        .values_list("enterprise_id")
        .annotate(at=Max("at"))
    )
    counts: dict[tuple[int, str], tuple[int, int, int]] = {}
    rows = (
        Obligation.objects.filter(
            unit__in=firms, day=today, demand__evidence__in=Kind.values, t0__lte=Now(), slot__gte=0
        )
        .exclude(state__in=[State.WITHDRAWN, State.WAIVED])
        .order_by()
        .values("unit_id", "demand__evidence")
        .annotate(
            n=Count("pk"),
            done=Count("pk", filter=Q(state=State.DONE)),
            late=Count("pk", filter=Q(state=State.LATE) | Q(state=State.OPEN, due_at__lte=Now())),
        )
    )
    for row in rows:
        counts[row["unit_id"], row["demand__evidence"]] = (row["done"], row["n"], row["late"])
    found = []
    for unit in firms:
        clean = counts.get((unit.pk, Kind.DISINFECTION.value), (0, 0, 0))
        aired = counts.get((unit.pk, Kind.VENTILATION.value), (0, 0, 0))
        found.append(
            FirmState(
                unit,
                areas.get(unit.pk, 0),
                (clean[0], clean[1]),
                (aired[0], aired[1]),
                clean[2] + aired[2],
                last.get(unit.pk),
            )
        )
    found.sort(key=lambda one: (-one.late, one.areas > 0, one.unit.name))
    return found
