"""Counting the days that are over, once, and again when they change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import connection, transaction

from pingzhan.domain.obligations import settings
from pingzhan.domain.obligations.calendar import ONE_DAY
from pingzhan.domain.obligations.models import TallyMark
from pingzhan.domain.obligations.queries.counting import COUNTS
from pingzhan.domain.obligations.queries.now import business_now

REST = timedelta(hours=1)
"""How long after its end a day is first counted: longer than any transaction that was at work on it."""


def tally_marked() -> int:
    """Count the days that are over and were marked; return how many."""
    now = business_now()[0]
    clock = settings.business_clock()
    days = [
        day
        for day in TallyMark.objects.order_by("day").values_list("day", flat=True).distinct()
        if clock.begins(day + ONE_DAY) + REST < now
    ]
    for day in days:
        tally([day])
    return len(days)


@transaction.atomic
def tally(days: Sequence[date]) -> None:
    """Count these days anew. What changes meanwhile leaves a mark of its own behind."""
    given = sorted(set(days))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, d - date '2000-01-01') FROM unnest(%s::date[]) AS d ORDER BY d",
            [0x0B12, given],
        )
        cursor.fetchall()
        cursor.execute("DELETE FROM obligations_tallymark WHERE day = ANY(%s)", [given])
        cursor.execute("DELETE FROM obligations_daytally WHERE day = ANY(%s)", [given])
        cursor.execute("DELETE FROM obligations_unittally WHERE day = ANY(%s)", [given])
        cursor.execute(
            "INSERT INTO obligations_daytally (day, place_id, demand_id, due, done, overdue_done, late, waived)"  # noqa: S608
            f" SELECT o.day, coalesce(u.parent_id, u.id), o.demand_id, {COUNTS} FROM obligations_obligation o"
            " JOIN territory_unit u ON u.id = o.unit_id WHERE o.day = ANY(%s) AND NOT (o.state = 'withdrawn')"
            " GROUP BY 1, 2, 3",
            [given],
        )
        cursor.execute(
            "INSERT INTO obligations_unittally (day, unit_id, due, done, overdue_done, late, waived)"  # noqa: S608
            f" SELECT o.day, o.unit_id, {COUNTS} FROM obligations_obligation o"
            " WHERE o.day = ANY(%s) AND NOT (o.state = 'withdrawn') GROUP BY 1, 2",
            [given],
        )
