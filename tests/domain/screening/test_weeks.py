"""Days of a week and windows of a shift: pure arithmetic."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pingzhan.domain.screening.queries.windows import window
from pingzhan.domain.screening.weeks import PATTERNS, Days, key_days, patterns, shared, shortest_gap

BEGIN = 7 * 3600 + 1800


def test_two_rounds_a_week_lie_three_or_four_days_apart() -> None:
    assert patterns(2, 48) == ((0, 3), (1, 4))
    assert [shortest_gap(days) for days in PATTERNS[2]] == [3, 3]


@pytest.mark.parametrize(
    ("rounds", "hours", "possible"),
    [(1, 48, True), (2, 72, True), (2, 73, False), (3, 36, True), (3, 49, False), (4, 24, True), (4, 36, False),
     (7, 18, True), (7, 25, False)],
)  # fmt: skip
def test_rounds_and_interval_must_agree(rounds: int, hours: int, possible: bool) -> None:
    assert (patterns(rounds, hours) is not None) == possible


@given(st.dictionaries(st.integers(1, 99), st.integers(0, 500)), st.sampled_from(list(PATTERNS.values())))
def test_every_enterprise_gets_one_set_of_days_and_no_day_is_overloaded(
    heads: dict[int, int], days: tuple[Days, ...]
) -> None:
    found = shared(heads, days)
    assert sorted(unit for units in found.values() for unit in units) == sorted(heads)
    loads = [sum(heads[unit] for unit in units) for units in found.values()]
    assert max(loads) - min(loads) <= max(heads.values(), default=0)


@given(st.sampled_from([days for sets in PATTERNS.values() for days in sets]), st.integers(1, 7))
def test_key_groups_are_never_longer_without_a_test_than_asked(days: Days, every: int) -> None:
    further = key_days(days, every)
    assert not set(further) & set(days)
    both = tuple(sorted({*days, *further}))
    gaps = [after - before for before, after in zip(both, (*both[1:], both[0] + 7), strict=True)]
    assert max(gaps) <= every or not further
    assert max(gaps) <= max(every, 1) or every >= 7


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        (None, None, "07:30", "18:00"),
        (time(8), time(20), "08:00", "18:00"),
        (time(6), time(14), "07:30", "13:30"),
        (time(8), time(12), "08:00", "11:30"),
        (time(14), time(22), "14:00", "18:00"),
        (time(16), time(0), "16:00", "18:00"),
        (time(20), time(8), "07:30", "09:00"),
        (time(22), time(6), "07:30", "08:30"),
        (time(18), time(23), "18:00", "19:00"),
        (time(5), time(8), "07:30", "08:00"),
    ],
)
def test_a_shift_is_swabbed_while_it_works_or_around_its_end(
    start: time | None, end: time | None, first: str, last: str
) -> None:
    opens, closes = window(start, end, BEGIN)
    assert (f"{opens // 3600:02d}:{opens % 3600 // 60:02d}", f"{closes // 3600:02d}:{closes % 3600 // 60:02d}") == (
        first, last,
    )  # fmt: skip


@example(time(20, 0, 2), time(20, 0, 1))
@given(st.times(), st.times())
def test_a_window_is_never_empty_and_never_before_the_teams_leave(start: time, end: time) -> None:
    if start == end:
        return
    opens, closes = window(start, end, BEGIN)
    assert BEGIN <= opens <= closes <= 19 * 3600
