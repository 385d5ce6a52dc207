"""The database's time and the business day."""

from __future__ import annotations

from datetime import date, datetime

from pingzhan.domain.obligations import settings
from pingzhan.foundation import clock


def business_now() -> tuple[datetime, date]:
    """Return the database time and the business day. One query."""
    now = clock.now()
    return now, settings.business_clock().day_of(now)
