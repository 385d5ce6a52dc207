"""The years that bench.history makes hold together, and what looks for long scans in bench.pages finds one."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from bench import history, pages
from bench.switch import Site
from django.db import connection
from django.utils import timezone

from pingzhan.domain.command.models import LogLine
from pingzhan.domain.orders.models import Decision, Meeting, Order, OrderEvent
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.reporting.models import Due, Report
from pingzhan.domain.roster.models import Shift
from tests.factories import SmallZone, kept, small_zone

TIMES = 3


@pytest.fixture
def park(db: None) -> SmallZone:
    return kept(small_zone)


@pytest.fixture
def filled(park: SmallZone) -> SmallZone:
    """The zone with one day's specimens and three days copied behind them."""
    site = Site(park.zone, park.firms, park.root)
    now = timezone.localtime()
    people = list(Person.objects.order_by("pk"))
    history._orders(site, now, people)
    history._reports(site, now)
    history._roster(site, now, people)
    LogLine.objects.bulk_create(LogLine(zone=park.zone, text=f"第{n}条", by_name="某") for n in range(60))
    history.copy_back(history.ROUTINE, times=TIMES, days=1)
    history.copy_back(history.ROSTER, times=TIMES, days=history.ROSTER_DAYS)
    return park


def lost_references(table: str) -> list[str]:
    """Return the foreign keys of a table in which some row points to nothing."""
    found = []
    with connection.cursor() as cursor:
        for name, _kind, target in history._columns(table):
            if not target:
                continue
            cursor.execute(
                f"SELECT count(*) FROM {table} t WHERE t.{name} IS NOT NULL"
                f" AND NOT EXISTS (SELECT FROM {target} o WHERE o.id = t.{name})"
            )
            row = cursor.fetchone()
            if row is None or row[0]:
                found.append(f"{table}.{name}")
    return found


def test_every_copy_points_to_rows_that_are_there(filled: SmallZone) -> None:
    tables = [*history.ROUTINE, *history.ROSTER]
    assert [one for table in tables for one in lost_references(table)] == []
    # The check finds what the resting foreign keys let through.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE orders_orderevent SET order_id = 999999999 WHERE id = %s", [first_event()])
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert lost_references("orders_orderevent") == ["orders_orderevent.order_id"]
    restore_event()


def first_event() -> int:
    return OrderEvent.objects.order_by("pk").values_list("pk", flat=True)[0]


def restore_event() -> None:
    """Put the row back: at its end a test's foreign keys are checked."""
    order = Order.objects.order_by("pk").values_list("pk", flat=True)[0]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE orders_orderevent SET order_id = %s WHERE id = %s", [order, first_event()])
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_each_copy_is_a_day_of_its_own(filled: SmallZone) -> None:
    for model in (Meeting, Decision, Report):
        assert model.objects.count() == TIMES + 1
    orders = list(Order.objects.order_by("-ended_at", "pk"))
    assert len(orders) == history.ORDERS_A_DAY * (TIMES + 1)
    assert len({one.number for one in orders}) == len(orders)
    days = {timezone.localdate(one.ended_at) for one in orders}
    assert days == {timezone.localdate() - timedelta(days=n) for n in range(TIMES + 1)}
    copied = OrderEvent.objects.select_related("order").latest("pk")
    assert copied.order.number > history.ORDERS_A_DAY
    assert Shift.objects.count() == 2 * history.ROSTER_DAYS * (TIMES + 1)
    assert len(set(Due.objects.values_list("key", flat=True))) == Due.objects.count()


def test_what_is_written_afterwards_gets_a_number_of_its_own(filled: SmallZone) -> None:
    highest = Meeting.objects.order_by("-pk").values_list("pk", flat=True)[0]
    made = Meeting.objects.create(
        zone=filled.zone, title="后来", held_at=timezone.now(), points="题", by_name="某"
    )
    assert made.pk > highest


def test_a_long_scan_of_a_growing_table_is_found(filled: SmallZone) -> None:
    history.copy_back({"command_logline": "TRUE"}, times=99, days=1)
    assert LogLine.objects.count() == 6_000
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE command_logline")
    planted = pages.plans_of(lambda: [*LogLine.objects.filter(text__contains="没有这一条")])
    assert pages.big_scans(planted) == ["command_logline 6000"]
    by_index = pages.plans_of(lambda: [*LogLine.objects.filter(pk=1)])
    assert pages.big_scans(by_index) == []
    # Below another node, and in a query of a query, it is found too.
    nested = pages.plans_of(
        lambda: [
            *Person.objects.filter(name__in=LogLine.objects.filter(text__contains="没有").values("text"))
        ]
    )
    # How often it is read there is the planner's choice, so the number of rows is not compared.
    assert [one.split()[0] for one in pages.big_scans(nested)] == ["command_logline"]
    few = pages.plans_of(lambda: [*Meeting.objects.filter(points__contains="没有")])
    assert pages.big_scans(few) == []


@pytest.mark.parametrize(("scans", "code"), [(["wall: outbox_notice 6000"], 1), ([], 0)])
def test_a_scan_fails_the_bench(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], scans: list[str], code: int
) -> None:
    result: dict[str, Any] = {**dict.fromkeys(pages.GATES, 1.0), "scans": scans}
    monkeypatch.setattr(pages, "place", nullcontext)
    monkeypatch.setattr(pages, "build", lambda: None)
    monkeypatch.setattr(pages, "measure", lambda *_asked: result)
    monkeypatch.setattr(sys, "argv", ["pages"])
    with pytest.raises(SystemExit) as ended:
        pages.main()
    assert ended.value.code == code
    assert (scans[0] in capsys.readouterr().out) if scans else True
