"""Who is told when all workers are told."""

from __future__ import annotations

from collections.abc import Sequence

from pingzhan.domain.people.models import Employment


def workers_of(path: str, after: int, limit: int) -> Sequence[int]:
    """Return ids of individuals who work under a unit now, greater than ``after``, ascending; one query.

    Who works at two enterprises of the scope comes once.
    """
    return list(
        Employment.objects.filter(left__isnull=True, individual__gt=after, enterprise__path__startswith=path)
        .order_by("individual_id")
        .values_list("individual_id", flat=True)
        .distinct()[:limit]
    )
