"""Plans, incidents and figures as lists; duty of a week; the emergency team."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, When

from pingzhan.domain.people.models import Employment
from pingzhan.domain.premises.enums import NEEDED_TASKS, OPEN_PLAN, IncidentState, Period, PlanState, TeamTask
from pingzhan.domain.premises.models import DutyDay, Figures, Incident, Plan, TeamMember
from pingzhan.domain.territory.models import Unit

OPEN_INCIDENT = (IncidentState.REPORTED, IncidentState.RECEIVED, IncidentState.HANDLING)


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """What a list of plans is narrowed to; ``state`` may be ``overdue``."""

    words: str = ""
    kind: str = ""
    state: str = ""


def find_plans(plans: QuerySet[Plan], wanted: PlanFilter, overdue_before: datetime) -> QuerySet[Plan]:
    """Return plans narrowed, those that wait for a review first."""
    found = plans.select_related("enterprise")
    if wanted.words:
        found = found.filter(Q(enterprise__name__icontains=wanted.words) | Q(paper__icontains=wanted.words))
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.state == "overdue":
        found = found.filter(state=PlanState.SUBMITTED, submitted_at__lt=overdue_before)
    elif wanted.state:
        found = found.filter(state=wanted.state)
    else:
        found = found.exclude(state=PlanState.SUPERSEDED)
    waiting = Case(When(state=PlanState.SUBMITTED, then=0), default=1)
    return found.order_by(waiting, "enterprise__name", "kind", "-n")


def open_versions(unit: Unit) -> QuerySet[Plan]:
    """Return the versions of an enterprise that are in work."""
    return Plan.objects.filter(enterprise=unit, state__in=OPEN_PLAN)


def week(unit: Unit, monday: date) -> dict[date, DutyDay | None]:
    """Return the seven days of a week with their duty, None where nobody is set. One query."""
    rows = DutyDay.objects.filter(enterprise=unit, day__gte=monday, day__lt=monday + timedelta(days=7))
    found = {row.day: row for row in rows.select_related("leader__individual", "officer__individual")}
    days = [monday + timedelta(days=n) for n in range(7)]
    return {day: found.get(day) for day in days}


def team(unit: Unit) -> QuerySet[TeamMember]:
    """Return the emergency team of an enterprise as it is."""
    return (
        TeamMember.objects.filter(enterprise=unit, ended_at__isnull=True)
        .select_related("employment__individual")
        .order_by("pk")
    )


def missing_tasks(unit: Unit) -> list[TeamTask]:
    """Return the tasks for which the emergency team has nobody at work. One query."""
    rows = TeamMember.objects.filter(
        enterprise=unit, ended_at__isnull=True, employment__left__isnull=True
    ).order_by()
    have = set(rows.values_list("task", flat=True).distinct())
    return [task for task in NEEDED_TASKS if task not in have]


def familiar(unit: Unit) -> QuerySet[Employment]:
    """Return who is offered for the duty sheet: the emergency team and whoever was on duty in the last weeks."""
    recent = (
        DutyDay.objects.filter(enterprise=unit).order_by("-day")[:21].values_list("leader_id", "officer_id")
    )
    ids = {pk for pair in recent for pk in pair}
    ids |= set(
        TeamMember.objects.filter(enterprise=unit, ended_at__isnull=True).values_list(
            "employment_id", flat=True
        )
    )
    return (
        Employment.objects.filter(pk__in=ids, left__isnull=True)
        .select_related("individual")
        .order_by("employee_no")
    )


def find_incidents(incidents: QuerySet[Incident], *, words: str = "", state: str = "") -> QuerySet[Incident]:
    """Return incidents narrowed; ``state`` may be ``open``."""
    found = incidents.select_related("enterprise")
    if words:
        found = found.filter(Q(enterprise__name__icontains=words) | Q(place__icontains=words))
    if state == "open":
        found = found.filter(state__in=OPEN_INCIDENT)
    elif state:
        found = found.filter(state=state)
    return found.order_by("-reported_at", "-pk")


def open_incidents(zone: Unit) -> QuerySet[Incident]:
    """Return the incidents of a zone that are not closed: those that nobody received first, then the oldest."""
    rows = Incident.objects.filter(enterprise__path__startswith=zone.path, state__in=OPEN_INCIDENT)
    return rows.select_related("enterprise").order_by(
        F("received_at").asc(nulls_first=True), "reported_at", "pk"
    )


def figures_between(
    rows: QuerySet[Figures], t0: date, t1: date, *, period: str = "", difficulty: str = ""
) -> QuerySet[Figures]:
    """Return figures of the days from ``t0`` to ``t1``, both included; ``difficulty`` may be ``any``."""
    found = rows.filter(day__gte=t0, day__lte=t1).select_related("enterprise")
    if period:
        found = found.filter(period=period)
    if difficulty == "any":
        found = found.exclude(difficulty="")
    elif difficulty:
        found = found.filter(difficulty=difficulty)
    return found.order_by("-day", "enterprise__name", "pk")


def last_figures(unit_ids: Iterable[int], period: str = Period.DAY) -> dict[int, Figures]:
    """Return the newest figures of each enterprise. One query."""
    # One step into the index for each enterprise, however many days lie behind it.
    newest = (
        Figures.objects.filter(enterprise=OuterRef("pk"), period=period).order_by("-day").values("pk")[:1]
    )
    wanted = Unit.objects.filter(pk__in=list(unit_ids)).values_list(Subquery(newest))
    return {row.enterprise_id: row for row in Figures.objects.filter(pk__in=wanted)}
