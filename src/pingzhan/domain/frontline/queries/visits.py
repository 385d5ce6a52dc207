"""When enterprises were visited last, and what was seen."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from pingzhan.domain.frontline.models import SiteVisit
from pingzhan.domain.territory.models import Unit


def last_visits(unit_ids: Collection[int]) -> dict[int, SiteVisit]:
    """Return the latest visit of each enterprise by those who answer for it; none for who has none. One query."""
    rows = (
        SiteVisit.objects.filter(unit__in=unit_ids, rank__isnull=False, voided_at__isnull=True)
        .order_by("unit_id", "-visited_at", "-id")
        .distinct("unit_id")
    )
    return {one.unit_id: one for one in rows}


def visits_of(unit: Unit) -> QuerySet[SiteVisit]:
    """Return the visits of an enterprise, voided ones too, the latest first."""
    return SiteVisit.objects.filter(unit=unit).order_by("-visited_at", "-id")
