"""The database's clock, and the days and weeks of the zone: the one place where code asks what time it is.

Every machine of an installation writes to one database, so its clock decides what came first, what is late and which
day it is; the clocks of the machines may differ. A query that needs only to compare says ``Now()`` and asks nothing
here. Days are those of the calendar in ``settings.TIME_ZONE``, from midnight to midnight; the business day, which
begins later, is ``domain.obligations.api.business_clock``.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """Return the database's time at this call, with zone. One query.

    It moves on within a transaction: two changes of one transaction differ, and what is asked after waiting for a
    lock is later than whatever its former holder wrote.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def today() -> date:
    """Return the calendar day of the database's time. One query."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the calendar day a moment lies on. Raises ValueError when the moment has no zone."""
    return timezone.localtime(moment).date()


def midnight(day: date) -> datetime:
    """Return the first moment of a calendar day."""
    return timezone.make_aware(datetime.combine(day, time.min))


def noon(day: date) -> datetime:
    """Return noon of a calendar day: a moment within whatever period holds that day, business days included."""
    return timezone.make_aware(datetime.combine(day, time(12)))


def monday(day: date) -> date:
    """Return the first day of the week a day lies in."""
    return day - timedelta(days=day.weekday())
