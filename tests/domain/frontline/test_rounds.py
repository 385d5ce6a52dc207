"""Where to go next: by colour and last visit, never visited first, a few a day, on workdays, never before today."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pingzhan.domain.frontline.api import Cause, Pace, Stop, VisitedFirm, plan_rounds

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)
PACE = Pace()


def workday(day: date) -> bool:
    return day.weekday() < 5


def plan(*firms: VisitedFirm, today: date = MONDAY, pace: Pace = PACE) -> list[Stop]:
    return plan_rounds(firms, today, is_workday=workday, pace=pace)


def one(today: date = MONDAY, **known: Any) -> Stop:
    (stop,) = plan(VisitedFirm(1, **known), today=today)
    return stop


def test_never_visited_is_today_and_before_all_others() -> None:
    stop = one()
    assert (stop.day, stop.cause, stop.overdue) == (MONDAY, Cause.NEVER, False)
    late = VisitedFirm(1, "red", since=MONDAY - 9 * DAY, last=MONDAY - 20 * DAY)
    never = [VisitedFirm(n) for n in (5, 3, 4)]
    found = plan(late, *never)
    assert [(s.id, s.day) for s in found] == [(3, MONDAY), (4, MONDAY), (5, MONDAY), (1, MONDAY + DAY)]


def test_red_is_the_next_workday_after_it_became_red_or_was_visited() -> None:
    friday = MONDAY - 3 * DAY
    known: dict[str, Any] = {"colour": "red", "last": MONDAY - 10 * DAY}
    assert one(since=friday, **known).by == MONDAY
    assert one(since=MONDAY, **known).day == MONDAY + DAY
    # Visited since: not again today.
    stop = one(colour="red", since=friday, last=MONDAY)
    assert (stop.day, stop.cause, stop.overdue) == (MONDAY + DAY, Cause.LATE, False)
    stop = one(since=MONDAY - 7 * DAY, **known)
    assert (stop.day, stop.by, stop.overdue) == (MONDAY, MONDAY - 6 * DAY, True)


def test_amber_three_workdays_and_green_two_weeks_after_the_last_visit() -> None:
    stop = one(colour="amber", last=MONDAY - 3 * DAY)
    assert (stop.day, stop.cause) == (MONDAY + 2 * DAY, Cause.SOON)
    stop = one(last=MONDAY - DAY)
    assert (stop.by, stop.day, stop.cause) == (MONDAY + 13 * DAY, MONDAY + 11 * DAY, Cause.ROUND)
    assert plan(VisitedFirm(1, last=MONDAY), pace=Pace(green=5))[0].day == MONDAY + 4 * DAY


def test_what_the_measures_demand_is_sooner_and_never_later() -> None:
    last = MONDAY - DAY
    assert one(last=last, every=3).by == MONDAY + 2 * DAY
    assert one(last=last, every=30).by == MONDAY + 13 * DAY
    stop = one(last=last, due=MONDAY + DAY)
    assert (stop.day, stop.cause) == (MONDAY + DAY, Cause.ORDERED)
    assert one(colour="red", since=MONDAY - 4 * DAY, last=MONDAY - 9 * DAY, every=30).cause == Cause.LATE


def test_in_an_emergency_rest_days_count() -> None:
    saturday = MONDAY + 5 * DAY
    known: dict[str, Any] = {"last": saturday - DAY, "every": 1}
    assert one(today=saturday, **known).day == saturday + 2 * DAY
    assert one(today=saturday, alarm=True, **known).day == saturday


def test_what_does_not_fit_goes_before_its_day_and_only_then_after_it() -> None:
    firms = [VisitedFirm(n, last=MONDAY - 12 * DAY) for n in range(8)]
    found = plan(*firms, pace=Pace(a_day=3))
    assert Counter(s.day for s in found) == {MONDAY: 2, MONDAY + DAY: 3, MONDAY + 2 * DAY: 3}
    assert all(s.by == MONDAY + 2 * DAY for s in found)
    assert plan(*firms[:2], pace=Pace(a_day=1))[0].day == MONDAY + DAY


DAYS = st.integers(-40, 40).map(lambda n: MONDAY + n * DAY)
PAST = st.integers(-40, 0).map(lambda n: MONDAY + n * DAY)
KNOWN = st.builds(
    lambda colour, since, last, every, due, alarm: (colour, since, last, every, due, alarm),
    st.sampled_from(["red", "amber", "green", "grey"]),
    st.none() | PAST,
    st.none() | PAST,
    st.none() | st.integers(1, 30),
    st.none() | DAYS,
    st.booleans(),
)


@given(st.lists(KNOWN, max_size=25), st.integers(1, 4), st.integers(0, 6))
def test_every_plan_holds_its_rules(known: list[tuple[object, ...]], a_day: int, later: int) -> None:
    today = MONDAY + later * DAY
    firms = [VisitedFirm(n, *one) for n, one in enumerate(known)]  # type: ignore[arg-type]
    found = plan(*firms, today=today, pace=Pace(a_day=a_day))
    assert sorted(s.id for s in found) == list(range(len(firms)))
    assert max(Counter(s.day for s in found).values(), default=0) <= a_day
    for stop in found:
        firm = firms[stop.id]
        assert stop.day >= today
        assert firm.last is None or stop.day > firm.last
        assert workday(stop.day) or firm.alarm
        assert stop.overdue == (stop.by < today)
    assert [s.day for s in found] == sorted(s.day for s in found)
