"""What enterprises have and have not: told in time, on duty, an emergency team, figures of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum

from pingzhan.domain.premises.enums import NEEDED_TASKS, Period, TeamTask
from pingzhan.domain.premises.models import DutyDay, Exercise, Figures, TeamMember, Training
from pingzhan.domain.premises.queries.training import covers
from pingzhan.domain.premises.standards import TrainingRule, training_rules

AHEAD = 7
"""Days, today included, for which the duty of an enterprise has to be set."""


@dataclass(frozen=True, slots=True)
class FirmTraining:
    """Of an enterprise: how many work there, how many were told in time, and when a session was last held."""

    enterprise_id: int
    rule: TrainingRule
    expected: int
    done: int
    last: date | None

    @property
    def missing(self) -> int:
        """Return how many still have to be told."""
        return self.expected - self.done

    @property
    def short(self) -> bool:
        """Return whether fewer were told than the measures ask for."""
        return self.done * 100 < self.expected * self.rule.share


def training_of_firms(unit_ids: Sequence[int]) -> dict[int, FirmTraining]:
    """Return how far the training of each enterprise has come. Queries do not grow with the enterprises."""
    asked = training_rules(unit_ids)
    by_days: dict[int, list[int]] = defaultdict(list)
    for pk, rule in asked.items():
        by_days[rule.days].append(pk)
    sums: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for days, ids in by_days.items():
        for one in covers(ids, days):
            expected, done = sums[one.enterprise_id]
            sums[one.enterprise_id] = (expected + one.expected, done + one.done)
    held = Training.objects.filter(enterprise__in=list(unit_ids), voided_at__isnull=True).order_by()
    last = dict(held.values("enterprise").annotate(last=Max("held_on")).values_list("enterprise", "last"))
    return {pk: FirmTraining(pk, rule, *sums[pk], last.get(pk)) for pk, rule in asked.items()}


@dataclass(frozen=True, slots=True)
class FirmDuty:
    """Of an enterprise: who is on duty today, the days of the coming week without, tasks of the team without."""

    enterprise_id: int
    today: DutyDay | None
    gaps: int
    short: tuple[TeamTask, ...]
    drilled: date | None

    @property
    def lacking(self) -> bool:
        """Return whether duty or team has a gap."""
        return bool(self.today is None or self.gaps or self.short)


def duty_of_firms(unit_ids: Sequence[int], today: date) -> dict[int, FirmDuty]:
    """Return duty, team and the last drill of each enterprise. Three queries."""
    ids = list(unit_ids)
    rows: dict[int, dict[date, DutyDay]] = defaultdict(dict)
    for row in DutyDay.objects.filter(
        enterprise__in=ids, day__gte=today, day__lt=today + timedelta(days=AHEAD)
    ).select_related("leader__individual", "officer__individual"):
        rows[row.enterprise_id][row.day] = row
    have: dict[int, set[str]] = defaultdict(set)
    members = TeamMember.objects.filter(
        enterprise__in=ids, ended_at__isnull=True, employment__left__isnull=True
    ).order_by()
    for pk, task in members.values_list("enterprise", "task").distinct():
        have[pk].add(task)
    held = Exercise.objects.filter(enterprise__in=ids, voided_at__isnull=True).order_by()
    last = dict(held.values("enterprise").annotate(last=Max("held_on")).values_list("enterprise", "last"))
    return {
        pk: FirmDuty(
            pk,
            rows[pk].get(today),
            AHEAD - len(rows[pk]),
            tuple(task for task in NEEDED_TASKS if task not in have[pk]),
            last.get(pk),
        )
        for pk in ids
    }


def figures_of_day(unit_ids: Iterable[int], day: date, period: str = Period.DAY) -> dict[int, Figures]:
    """Return the figures that enterprises gave for a day or week, by enterprise. One query."""
    rows = Figures.objects.filter(enterprise__in=list(unit_ids), day=day, period=period)
    return {row.enterprise_id: row for row in rows}


@dataclass(frozen=True, slots=True)
class DayTotal:
    """Figures of a day summed over the enterprises that gave them; None where none gave it."""

    day: date
    firms: int
    output: Decimal
    at_work: int
    orders: Decimal | None
    power: Decimal | None


def totals(rows: QuerySet[Figures], t0: date, t1: date) -> list[DayTotal]:
    """Return the sums of each day from ``t0`` to ``t1`` for which figures were given, the oldest first. One query."""
    sums: Any = (
        rows.filter(period=Period.DAY, day__gte=t0, day__lte=t1)
        .order_by("day")
        .values("day")
        .annotate(
            firms=Count("pk"),
            made=Sum("output"),
            people=Sum("at_work"),
            ordered=Sum("orders"),
            used=Sum("power"),
        )
    )
    return [
        DayTotal(one["day"], one["firms"], one["made"], one["people"], one["ordered"], one["used"])
        for one in sums
    ]
