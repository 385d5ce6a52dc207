"""Who and what is inside, the books, and what the guard has to know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from pingzhan.domain.gate.enums import WATCHED, AppointmentState
from pingzhan.domain.gate.models import Appointment, Closure, GoodsLot, Meeting, Permit, VehicleEntry, Visit
from pingzhan.domain.gate.personal import Texts, opened
from pingzhan.domain.gate.queries.closing import IN_FORCE
from pingzhan.domain.measures.api import origin_words
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.clock import midnight

SUGGESTED = 6
"""Plates that are offered for one tap."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A visit, an appointment or a vehicle entry with its opened texts.

    ``region`` says of who came from a key region how it stands on the list, and by which rules.
    """

    row: Any
    texts: Texts
    overdue: bool = False
    region: str = ""


def entries(rows: Iterable[Any], moment: datetime | None = None) -> list[Entry]:
    """Return rows with their texts, one query for all keys; with ``moment`` visits know whether they are overdue."""
    found: Sequence[Any] = list(rows)
    texts = opened(found)
    return [
        Entry(
            row,
            texts[row.pk],
            overdue=moment is not None
            and getattr(row, "t_out", moment) is None
            and hasattr(row, "due_out")
            and row.due_out <= moment,
            region=origin_words(getattr(row, "region_level", ""), getattr(row, "region_rule", "")),
        )
        for row in found
    ]


def inside(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Return the visits of those who have not left, the longest first."""
    return visits.filter(t_out__isnull=True, voided_at__isnull=True).order_by("t_in", "pk")


def vehicles_inside(vehicles: QuerySet[VehicleEntry]) -> QuerySet[VehicleEntry]:
    """Return the vehicles that have not left, the longest first."""
    return vehicles.filter(t_out__isnull=True, voided_at__isnull=True).order_by("t_in", "pk")


def of_days(rows: QuerySet[Any], t0: date, t1: date) -> QuerySet[Any]:
    """Return the visits or vehicle entries that came in on the days from ``t0`` to ``t1``, both included."""
    found = rows.filter(t_in__gte=midnight(t0))
    return found.filter(t_in__lt=midnight(t1 + timedelta(days=1))) if t1 < date.max else found


def expected(appointments: QuerySet[Appointment], moment: datetime) -> QuerySet[Appointment]:
    """Return the appointments that may still be used or wait for an approval, the next first."""
    return appointments.filter(
        t1__gt=moment, state__in=[AppointmentState.PENDING, AppointmentState.APPROVED]
    ).order_by("t0", "pk")


def recent_plates(enterprise: Unit) -> list[str]:
    """Return the plates that came in last and are not inside, the latest first."""
    return list(
        VehicleEntry.objects.filter(enterprise=enterprise, voided_at__isnull=True)
        .values("plate")
        .annotate(last=Max("t_in"), open=Count("pk", filter=Q(t_out__isnull=True)))
        .filter(open=0)
        .order_by("-last")
        .values_list("plate", flat=True)[:SUGGESTED]
    )


def permits(enterprise: Unit, day: date) -> QuerySet[Permit]:
    """Return the permitted list of an enterprise on a day."""
    return (
        Permit.objects.filter(enterprise=enterprise, ended_at__isnull=True)
        .filter(Q(until__isnull=True) | Q(until__gte=day))
        .select_related("employment__individual", "team")
        .order_by("team_id", "plate", "pk")
    )


def meetings_of_month(enterprise: Unit, day: date) -> QuerySet[Meeting]:
    """Return the meetings of the month a day lies in, the latest first."""
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return Meeting.objects.filter(
        enterprise=enterprise, held_at__gte=midnight(first), held_at__lt=midnight(following)
    ).order_by("-held_at", "-pk")


@dataclass(frozen=True, slots=True)
class FirmCounts:
    """What stands open at the gate of an enterprise: visitors, overdue ones, vehicles, lots under watch."""

    unit: Unit
    visitors: int
    overdue: int
    vehicles: int
    lots: int
    closed: bool


def firm_counts(firms: QuerySet[Unit], moment: datetime) -> list[FirmCounts]:
    """Return the open counts of enterprises, those with something open first. Five queries."""
    visitors = dict(_counted(inside(Visit.objects.filter(enterprise__in=firms))))
    overdue = dict(_counted(inside(Visit.objects.filter(enterprise__in=firms, due_out__lte=moment))))
    vehicles = dict(_counted(vehicles_inside(VehicleEntry.objects.filter(enterprise__in=firms))))
    lots = dict(_counted(GoodsLot.objects.filter(enterprise__in=firms, state__in=WATCHED)))
    rows = [
        FirmCounts(
            unit,
            visitors.get(unit.pk, 0),
            overdue.get(unit.pk, 0),
            vehicles.get(unit.pk, 0),
            lots.get(unit.pk, 0),
            closed=bool(unit.shut),
        )
        for unit in firms.annotate(shut=Exists(Closure.objects.filter(IN_FORCE, enterprise=OuterRef("pk"))))
    ]
    rows.sort(key=lambda row: (-row.overdue, -(row.visitors + row.vehicles + row.lots), row.unit.name))
    return rows


def _counted(rows: QuerySet[Any]) -> list[tuple[int, int]]:
    counted = rows.order_by().values("enterprise_id").annotate(n=Count("pk"))
    return [(row["enterprise_id"], row["n"]) for row in counted]
