"""The database's clock and the days of the zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from pingzhan.foundation import clock

DAY = date(2022, 5, 10)


@pytest.mark.django_db
def test_the_clock_is_the_databases_and_moves_on_within_a_transaction() -> None:
    """A transaction that waited is told the time after its wait, not the time it began."""
    with transaction.atomic(), connection.cursor() as cursor:
        first = clock.now()
        cursor.execute("SELECT pg_sleep(0.001)")
        second = clock.now()
        cursor.execute("SELECT now(), clock_timestamp()")
        began, after = cursor.fetchone()
    assert began < first < second < after
    assert first.tzinfo is not None


@pytest.mark.django_db
def test_today_is_the_day_of_the_databases_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """At 16:00 UTC the zone's next day has begun."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2022, 5, 9, 15, 59, 59, tzinfo=UTC))
    assert clock.today() == DAY - timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: datetime(2022, 5, 9, 16, tzinfo=UTC))
    assert clock.today() == DAY


def test_a_day_runs_from_midnight_to_midnight_of_the_zone() -> None:
    """The first moment belongs to its day, the one before to the day before."""
    first = clock.midnight(DAY)
    assert first == datetime(2022, 5, 9, 16, tzinfo=UTC)
    assert clock.day_of(first) == DAY
    assert clock.day_of(first - timedelta(microseconds=1)) == DAY - timedelta(days=1)
    assert clock.noon(DAY) - first == timedelta(hours=12)


def test_a_moment_without_zone_has_no_day() -> None:
    """Whose clock it was read from is not known."""
    with pytest.raises(ValueError, match="naive"):
        clock.day_of(datetime(2022, 5, 10, 8))


@pytest.mark.parametrize("ahead", range(7))
def test_a_week_begins_on_monday(ahead: int) -> None:
    """10 May 2022 was a Tuesday: its week began on the ninth."""
    monday = date(2022, 5, 9)
    assert clock.monday(monday + timedelta(days=ahead)) == monday
