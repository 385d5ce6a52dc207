"""Saying that a day that is over has changed, so that its counts are made anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from pingzhan.domain.obligations import settings
from pingzhan.domain.obligations.models import TallyMark


def mark_days(days: Iterable[date]) -> None:
    """Mark those of the days that are over. No unique key: two marks of a day never wait for each other."""
    today = settings.business_clock().day_of(timezone.now())
    past = sorted({day for day in days if day < today})
    if past:
        TallyMark.objects.bulk_create([TallyMark(day=day) for day in past])
