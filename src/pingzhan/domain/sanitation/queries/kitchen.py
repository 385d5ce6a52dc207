"""The checks of canteens: what stands of a day, the book, counts for the zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from pingzhan.domain.sanitation.enums import KitchenResult
from pingzhan.domain.sanitation.models import KitchenCheck, KitchenStep
from pingzhan.foundation.photos.keeping import photos_of
from pingzhan.foundation.photos.models import Photo

PHOTOS = "kitchen_check"
"""Kind under which photographs of checks are kept."""


def standing(rows: QuerySet[KitchenCheck]) -> QuerySet[KitchenCheck]:
    """Return the checks that no correction replaces."""
    return rows.filter(replaced_by__isnull=True)


def standing_checks(enterprise_id: int, day: date) -> list[KitchenCheck]:
    """Return the checks of a day that stand, newest first, with their steps. Two queries."""
    rows = standing(KitchenCheck.objects.filter(enterprise=enterprise_id, day=day))
    return list(rows.prefetch_related("steps").select_related("site").order_by("-pk"))


@dataclass(frozen=True)
class CheckRow:
    """A check as the book shows it."""

    check: KitchenCheck
    problems: list[KitchenStep]
    photos: list[Photo]
    replaced: bool

    @property
    def unwell(self) -> int:
        """Return how many had fever or symptoms."""
        return self.check.feverish + self.check.ill

    @property
    def good(self) -> bool:
        """Return whether nothing was found."""
        return not self.problems


@dataclass(frozen=True)
class BookFilter:
    """What the book is narrowed to; None and empty mean everything."""

    first: date | None = None
    last: date | None = None
    problems: bool = False


def book(rows: QuerySet[KitchenCheck], wanted: BookFilter) -> QuerySet[KitchenCheck]:
    """Narrow the book; newest first."""
    if wanted.first is not None:
        rows = rows.filter(day__gte=wanted.first)
    if wanted.last is not None:
        rows = rows.filter(day__lte=wanted.last)
    if wanted.problems:
        rows = rows.filter(
            Exists(KitchenStep.objects.filter(check_row=OuterRef("pk"), result=KitchenResult.PROBLEM))
        )
    return rows.order_by("-day", "-pk")


def check_rows(rows: QuerySet[KitchenCheck]) -> list[CheckRow]:
    """Return the checks as the book shows them. Three queries for any number."""
    found = list(rows.select_related("site", "enterprise", "replaced_by").prefetch_related("steps"))
    photos = photos_of(PHOTOS, [one.pk for one in found])
    return [
        CheckRow(
            one,
            [step for step in one.steps.all() if step.result == KitchenResult.PROBLEM],
            photos.get(one.pk, []),
            hasattr(one, "replaced_by"),
        )
        for one in found
    ]


@dataclass(frozen=True)
class DayPoint:
    """A day of the last weeks: ``state`` is ok, problem or empty when nothing was registered."""

    day: date
    state: str


def check_days(enterprise_id: int, today: date, days: int = 14) -> Sequence[DayPoint]:
    """Return the state of each of the last days, oldest first. Two queries."""
    first = today - timedelta(days=days - 1)
    rows = standing(KitchenCheck.objects.filter(enterprise=enterprise_id, day__gte=first, day__lte=today))
    state: dict[date, str] = {}
    for one in rows.prefetch_related("steps"):
        bad = any(step.result == KitchenResult.PROBLEM for step in one.steps.all())
        state[one.day] = "problem" if bad or state.get(one.day) == "problem" else "ok"
    return [DayPoint(day, state.get(day, "")) for day in (first + timedelta(days=n) for n in range(days))]


def firm_checks(unit_ids: Iterable[int], day: date) -> dict[int, tuple[int, int]]:
    """Return by enterprise how many canteens were checked on a day and how many steps had a problem. Two queries."""
    rows = standing(KitchenCheck.objects.filter(enterprise__in=list(unit_ids), day=day))
    found: dict[int, tuple[int, int]] = {}
    for one in rows.prefetch_related("steps"):
        done, bad = found.get(one.enterprise_id, (0, 0))
        problems = sum(step.result == KitchenResult.PROBLEM for step in one.steps.all())
        found[one.enterprise_id] = (done + 1, bad + problems)
    return found
