"""Who works in a team of an enterprise, and who of them was at a session."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, QuerySet

from pingzhan.domain.people.models import Employment, Placement
from pingzhan.domain.premises.models import Training
from pingzhan.domain.premises.queries.training import working


def team_sizes(unit_id: int) -> dict[int, int]:
    """Return how many work in each team of an enterprise; 0 stands for those in none. One query."""
    rows = Placement.objects.filter(
        t1__isnull=True, employment__enterprise=unit_id, employment__left__isnull=True
    ).order_by()
    return {team or 0: n for team, n in rows.values("team").annotate(n=Count("pk")).values_list("team", "n")}


def members(unit_id: int, team_id: int) -> QuerySet[Employment]:
    """Return who works in a team (0: in none), by employee number."""
    return (
        working(unit_id)
        .filter(placements__t1__isnull=True, placements__team=team_id or None)
        .order_by("employee_no", "pk")
    )


def present(training: Training, workers: Iterable[Employment]) -> set[int]:
    """Return which of these workers were at a session. One query."""
    return set(
        training.attendances.filter(employment__in=[one.pk for one in workers]).values_list(
            "employment_id", flat=True
        )
    )
