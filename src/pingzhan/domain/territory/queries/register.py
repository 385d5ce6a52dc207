"""Reads of the register of enterprises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When

from pingzhan.domain.territory.enums import EnterpriseStatus, RiskClass, SiteKind, UnitKind
from pingzhan.domain.territory.models import Enterprise, EnterpriseStep, Shift, Site, Team, Unit
from pingzhan.kernel.folding import compact, fold

#: What a list may be sorted by; the file's key comes last, so pages never repeat a row.
ORDERS: dict[str, tuple[str, ...]] = {
    "name": ("sort_key",),
    "code": ("unit__code",),
    "headcount": ("-unit__headcount",),
    "risk": ("risk_rank", "sort_key"),
    "newest": ("-registered_at",),
}
_RISK_RANK = {RiskClass.HIGH: 0, RiskClass.MEDIUM: 1, RiskClass.LOW: 2}


@dataclass(frozen=True)
class EnterpriseFilter:
    """What a list of enterprises shows; an empty field does not limit it.

    ``words`` is looked for in names, in the initials of their readings, in unit codes and credit codes.
    ``area`` is the path of a unit; ``flags`` are names of the yes/no fields that must be set.
    """

    words: str = ""
    area: str = ""
    industry: str = ""
    risk: str = ""
    status: str = ""
    flags: Sequence[str] = field(default_factory=tuple)
    order: str = "name"


FLAGS: tuple[str, ...] = ("cold_chain", "imported_goods", "canteen", "dormitory")


def find(rows: QuerySet[Enterprise], only: EnterpriseFilter) -> QuerySet[Enterprise]:
    """Return the files of ``rows`` that fit the filter, sorted, with their unit and the unit above."""
    words = fold(only.words)
    if words:
        tight = compact(words)
        rows = rows.filter(
            Q(unit__name__icontains=words)
            | Q(short_name__icontains=words)
            | Q(initials__contains=tight.lower())
            | Q(unit__code__iexact=tight)
            | Q(credit_code__contains=tight.upper())
        )
    if only.area:
        rows = rows.filter(unit__path__startswith=only.area)
    if only.industry:
        rows = rows.filter(industry=only.industry)
    if only.risk:
        rows = rows.filter(risk=only.risk)
    if only.status:
        rows = rows.filter(status=only.status)
    for flag in only.flags:
        if flag in FLAGS:
            rows = rows.filter(**{flag: True})
    if only.order == "risk":
        rows = rows.alias(risk_rank=_rank())
    order = ORDERS.get(only.order, ORDERS["name"])
    return rows.select_related("unit", "unit__parent").order_by(*order, "unit_id")


def _rank() -> Case:
    whens = [When(risk=risk, then=Value(rank)) for risk, rank in _RISK_RANK.items()]
    return Case(*whens, default=Value(9), output_field=IntegerField())


def status_counts(rows: QuerySet[Enterprise]) -> dict[str, int]:
    """Return how many of the files are in each status, and under "high" those of high risk at work.

    One query.
    """
    at_work = ~Q(status=EnterpriseStatus.CLOSED)
    return rows.aggregate(
        **{value: Count("pk", filter=Q(status=value)) for value in EnterpriseStatus.values},
        high=Count("pk", filter=at_work & Q(risk=RiskClass.HIGH)),
    )


def units_without_file(zone_path: str) -> QuerySet[Unit]:
    """Return the enterprises of the tree that have no file yet, by code."""
    return Unit.objects.filter(
        kind=UnitKind.ENTERPRISE, path__startswith=zone_path, enterprise__isnull=True
    ).order_by("code")


def sites_of(
    enterprise: Unit, *, kinds: Iterable[SiteKind] = (), active: bool | None = None
) -> QuerySet[Site]:
    """Return the sites of an enterprise by kind and code, with the dormitory each lies in.

    A dormitory also has ``room_count`` and ``beds``, those of its rooms in use.
    """
    live = Q(rooms__active=True)
    rows = (
        Site.objects.filter(enterprise=enterprise)
        .select_related("parent", "unit")
        .annotate(room_count=Count("rooms", filter=live), beds=Sum("rooms__capacity", filter=live, default=0))
    )
    wanted = list(kinds)
    if wanted:
        rows = rows.filter(kind__in=wanted)
    if active is not None:
        rows = rows.filter(active=active)
    return rows.order_by("-active", "kind", "code")


def shifts_of(enterprise: Unit, *, active: bool | None = None) -> QuerySet[Shift]:
    """Return the shifts of an enterprise by their start."""
    rows = Shift.objects.filter(enterprise=enterprise)
    if active is not None:
        rows = rows.filter(active=active)
    return rows.order_by("-active", "start", "name")


def teams_of(enterprise: Unit, *, active: bool | None = None) -> QuerySet[Team]:
    """Return the teams of an enterprise by name, with workshop and shift."""
    rows = Team.objects.filter(enterprise=enterprise).select_related("workshop", "shift")
    if active is not None:
        rows = rows.filter(active=active)
    return rows.order_by("-active", "name")


def steps_of(enterprise: Enterprise) -> QuerySet[EnterpriseStep]:
    """Return the changes of risk class and status with their reasons, the newest first."""
    return EnterpriseStep.objects.filter(enterprise=enterprise).order_by("-id")


def site_counts(enterprise: Unit) -> dict[str, int]:
    """Return how many sites in use there are of each kind. One query."""
    return dict(
        Site.objects.filter(enterprise=enterprise, active=True)
        .values_list("kind")
        .annotate(n=Count("pk"))
        .order_by("kind")
    )


def shift_headcount(enterprise: Unit) -> int:
    """Return the number of persons declared in the shifts in use."""
    return sum(Shift.objects.filter(enterprise=enterprise, active=True).values_list("headcount", flat=True))
