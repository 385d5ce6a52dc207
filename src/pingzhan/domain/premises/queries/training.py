"""Who was told in time: by enterprise and by team."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import QuerySet

from pingzhan.domain.people.models import Employment
from pingzhan.foundation import clock

_COVER = """
SELECT e.enterprise_id, coalesce(p.team_id, 0), count(*), count(*) FILTER (WHERE a.employment_id IS NOT NULL)
FROM people_employment e
JOIN people_placement p ON p.employment_id = e.id AND p.t1 IS NULL
LEFT JOIN (
    SELECT DISTINCT x.employment_id FROM premises_attendance x
    JOIN premises_training t ON t.id = x.training_id
    WHERE t.enterprise_id = ANY(%(units)s) AND t.held_on > %(since)s AND t.voided_at IS NULL
) a ON a.employment_id = e.id
WHERE e.enterprise_id = ANY(%(units)s) AND e.left IS NULL
GROUP BY 1, 2
"""


def working(enterprise_id: int) -> QuerySet[Employment]:
    """Return the open employments of an enterprise."""
    return Employment.objects.filter(enterprise=enterprise_id, left__isnull=True)


@dataclass(frozen=True, slots=True)
class Cover:
    """Of a team (0: in none) of an enterprise: how many work there, how many were told in time."""

    enterprise_id: int
    team_id: int
    expected: int
    done: int

    @property
    def missing(self) -> int:
        """Return how many still have to be told."""
        return self.expected - self.done


def covers(unit_ids: Iterable[int], days: int) -> list[Cover]:
    """Return every team of these enterprises with who was told in the last ``days`` days. One query."""
    since = clock.today() - timedelta(days=days)
    with connection.cursor() as cursor:
        cursor.execute(_COVER, {"units": list(unit_ids), "since": since})
        return [Cover(*row) for row in cursor.fetchall()]


def share_of(unit_id: int, days: int) -> tuple[int, int]:
    """Return how many work at an enterprise and how many of them were told in the last ``days`` days."""
    rows = covers([unit_id], days)
    return sum(row.expected for row in rows), sum(row.done for row in rows)


def untold(unit_id: int, days: int) -> QuerySet[Employment]:
    """Return who was not told in the last ``days`` days, by employee number."""
    since = clock.today() - timedelta(days=days)
    told = Employment.objects.filter(
        enterprise=unit_id,
        attendances__training__held_on__gt=since,
        attendances__training__voided_at__isnull=True,
    )
    return working(unit_id).exclude(pk__in=told.values("pk")).order_by("employee_no", "pk")
