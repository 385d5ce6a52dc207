"""Compliance: tallies and the ledger always say the same, and every axis sums up to the same total."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingzhan.domain.obligations import api
from pingzhan.domain.obligations.actions.settling import settle
from pingzhan.domain.obligations.enums import Axis
from pingzhan.domain.obligations.models import DayTally, Obligation, TallyMark
from pingzhan.domain.obligations.queries.counting import NAMES
from tests.factories import SmallZone

DAYS = 4


@pytest.fixture
def past(park: SmallZone) -> SmallZone:
    """Four days of two enterprises and the zone: a third done, one of them late, the rest late."""
    today = api.business_now()[1]
    units = [park.zone.pk, *(firm.pk for firm in park.firms)]
    for back in range(DAYS, 0, -1):
        settle(units, today - timedelta(days=back))
    api.sweep(by=park.root)
    now = timezone.now()
    ids = list(Obligation.objects.order_by("id").values_list("id", flat=True))
    Obligation.objects.filter(pk__in=ids[::3]).update(state="done", done_at=now, closed_at=now)
    return park


def numbers(park: SmallZone) -> dict[str, list[tuple[int, ...]]]:
    """Every reading of the last days, as plain numbers."""
    today = api.business_now()[1]
    t0, t1 = today - timedelta(days=9), today + timedelta(days=1)
    found = {}
    for scope in (park.zone, park.area, park.firms[0]):
        for axis in Axis:
            lines = api.compliance(scope, by=axis, t0=t0, t1=t1)
            found[f"{scope.pk}.{axis}"] = sorted(
                (one.key, *(getattr(one.counts, name) for name in NAMES)) for one in lines
            )
        found[f"{scope.pk}.trend"] = [
            (str(one.day), *(getattr(one.counts, name) for name in NAMES))
            for one in api.trend(scope, t0=t0, t1=t1)
        ]
    return found


def test_tallied_and_live_numbers_are_the_same(past: SmallZone) -> None:
    live = numbers(past)
    assert TallyMark.objects.exists()
    assert not DayTally.objects.exists()
    assert any(any(row[1:]) for row in live[f"{past.zone.pk}.party"])
    days = sorted(set(Obligation.objects.values_list("day", flat=True)))
    api.tally(days)
    assert DayTally.objects.exists()
    assert not TallyMark.objects.exists()
    assert numbers(past) == live


def test_a_day_that_changed_since_is_read_live_until_it_is_counted_anew(past: SmallZone) -> None:
    api.tally(sorted(set(Obligation.objects.values_list("day", flat=True))))
    row = Obligation.objects.filter(state="late", unit=past.firms[0]).first()
    assert row is not None
    before = api.total(past.zone, t0=row.day, t1=row.day + timedelta(days=1))
    api.waive(row.pk, reason="x", by=past.root)
    after = api.total(past.zone, t0=row.day, t1=row.day + timedelta(days=1))
    assert (after.late, after.waived) == (before.late - 1, before.waived + 1)
    api.tally([row.day])
    assert api.total(past.zone, t0=row.day, t1=row.day + timedelta(days=1)) == after


def test_every_axis_sums_up_to_the_total(past: SmallZone) -> None:
    today = api.business_now()[1]
    t0, t1 = today - timedelta(days=9), today + timedelta(days=1)
    whole = api.total(past.zone, t0=t0, t1=t1)
    assert whole.due == whole.done + whole.late > 0
    assert whole.overdue_done == whole.done > 0
    for axis in Axis:
        lines = api.compliance(past.zone, by=axis, t0=t0, t1=t1)
        for name in NAMES:
            assert sum(getattr(one.counts, name) for one in lines) == getattr(whole, name), (axis, name)


def test_readings_take_two_queries_whatever_there_is(past: SmallZone) -> None:
    today = api.business_now()[1]
    for axis in Axis:
        with CaptureQueriesContext(connection) as seen:
            api.compliance(past.zone, by=axis, t0=today - timedelta(days=9), t1=today)
        assert len(seen) == 2, axis
    for call in (api.board, api.groups_board):
        with CaptureQueriesContext(connection) as seen:
            call(past.zone)
        assert len(seen) == 2


def test_a_unit_is_red_while_something_is_late_and_says_why(past: SmallZone) -> None:
    firm = past.firms[0].pk
    states = api.unit_states([firm])
    assert states[firm].colour == "red"
    why = api.why_red([firm, past.firms[1].pk])
    assert why[firm].worst
    assert why[firm].state.since == why[firm].state.since
    Obligation.objects.filter(unit=firm).update(
        state="done", done_at=timezone.now(), closed_at=timezone.now()
    )
    assert api.unit_states([firm])[firm].colour == "grey"
    api.today(firm)
    # What was due this morning already is late in the afternoon, whoever looks first.
    Obligation.objects.filter(unit=firm, due_at__lte=timezone.now()).update(
        state="done", done_at=timezone.now(), closed_at=timezone.now()
    )
    assert api.unit_states([firm])[firm].colour in ("green", "amber")
