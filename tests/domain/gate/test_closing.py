"""Closed management is in force until its day is over, and then no longer, whoever asks."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from pingzhan.domain.gate import api
from pingzhan.domain.gate.models import Closure
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Conflict
from tests.domain.gate.stock import visitor
from tests.domain.people.crowd import Firm


def closed(firm: Firm, until: date | None) -> Closure:
    """Closed management that was ordered ten days ago until a day; nobody can order one for the past."""
    made = api.close_gate(
        enterprise=firm.unit, basis="1\u53f7", decided_by="\u7ba1\u59d4\u4f1a", by=firm.contact
    )
    Closure.objects.filter(pk=made.pk).update(until=until, t0=clock.now() - timedelta(days=10))
    made.refresh_from_db()
    return made


def let_in(firm: Firm, by: Actor) -> tuple[bool, bool]:
    """Whether a visitor without an appointment and a driver who leaves his cab came in."""
    down = api.Truck(
        plate="\u9c81M12345", driver="\u53f6\u7693\u7136", stays_in_cab=False, cab_reason="papers"
    )
    came = api.admit_visitor(enterprise=firm.unit, arrival=visitor(), by=by)
    drove = api.admit_vehicle(enterprise=firm.unit, truck=down, by=by)
    return came.visit is not None, drove.entry is not None


@pytest.mark.parametrize(("days", "shut"), [(None, True), (1, True), (0, True), (-1, False), (-5, False)])
def test_closed_management_holds_through_its_last_day(
    mill: Firm, guard: Actor, days: int | None, shut: bool
) -> None:
    today = timezone.localdate(clock.now())
    made = closed(mill, today + timedelta(days=days) if days is not None else None)
    assert api.open_closure(mill.unit) == (made if shut else None)
    assert api.lapsed_closure(mill.unit) == (None if shut else made)
    (counts,) = (one for one in api.firm_counts(api.gate_firms(guard), clock.now()) if one.unit == mill.unit)
    assert counts.closed is shut
    assert let_in(mill, guard) == (not shut, not shut)


def test_a_closure_whose_day_is_over_is_ended_by_its_own_time(mill: Firm) -> None:
    last = timezone.localdate(clock.now()) - timedelta(days=2)
    old = closed(mill, last)
    with pytest.raises(Conflict):
        api.open_gate(enterprise=mill.unit, by=mill.contact)
    fresh = api.close_gate(
        enterprise=mill.unit, basis="2\u53f7", decided_by="\u7ba1\u59d4\u4f1a", by=mill.contact
    )
    old.refresh_from_db()
    assert old.t1 == timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
    assert old.ended_by == ""
    assert api.open_closure(mill.unit) == fresh
    assert api.lapsed_closure(mill.unit) is None
    api.open_gate(enterprise=mill.unit, by=mill.contact)
    assert api.open_closure(mill.unit) is None
    assert api.lapsed_closure(mill.unit) is None
