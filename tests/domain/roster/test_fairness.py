"""Sharing out: nobody twice at once, nobody while away, rest kept, and even by kind of day."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pingzhan.domain.roster.calendar import Pattern, Slot, class_of, slots
from pingzhan.domain.roster.enums import DayClass, Part
from pingzhan.domain.roster.fairness import Candidate, Need, Span, overlaps, share_out, too_close

FIRST = date(2026, 9, 1)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def needs_of(length: int, pattern: Pattern) -> list[Need]:
    found = slots(FIRST, FIRST + length * DAY, pattern, UTC)
    return [Need(slot, class_of(slot.day, {})) for slot in found]


def spread(needs: list[Need], taken: list[int | None], people: list[Candidate]) -> dict[str, int]:
    """How far apart the busiest and the idlest are, by kind of day and in all."""
    by_kind: dict[str, Counter[int]] = defaultdict(Counter)
    for need, who in zip(needs, taken, strict=True):
        assert who is not None
        by_kind[need.day_class][who] += 1
        by_kind["total"][who] += 1
    return {
        kind: max(count[one.person_id] for one in people) - min(count[one.person_id] for one in people)
        for kind, count in by_kind.items()
    }


@given(
    length=st.integers(1, 62),
    size=st.integers(1, 25),
    officers=st.integers(1, 2),
    two=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_without_obstacles_everybody_has_his_share_of_each_kind(
    length: int, size: int, officers: int, two: bool
) -> None:
    """Enough people for one leader and the officers, no rest asked: within one of each other."""
    people = [Candidate(n) for n in range(size + officers + 1)]
    needs = needs_of(length, Pattern(two_shifts=two, officers=officers))
    taken = share_out(needs, people)
    assert all(gap <= 1 for gap in spread(needs, taken, people).values())


@given(length=st.integers(7, 45), size=st.integers(4, 20), rest=st.sampled_from([12, 24]))
@settings(max_examples=40, deadline=None)
def test_rest_of_a_day_leaves_the_share_even(length: int, size: int, rest: int) -> None:
    """One 24 h seat, four or more take turns, a day of rest between: still within one by kind and in all."""
    people = [Candidate(n) for n in range(size)]
    needs = [need for need in needs_of(length, Pattern()) if need.slot.seat == 1]
    taken = share_out(needs, people, rest * HOUR)
    assert all(gap <= 1 for gap in spread(needs, taken, people).values())


PERIOD = st.tuples(st.integers(0, 40 * 24), st.integers(1, 15 * 24)).map(
    lambda pair: (
        datetime(2026, 9, 1, tzinfo=UTC) + pair[0] * HOUR,
        datetime(2026, 9, 1, tzinfo=UTC) + (pair[0] + pair[1]) * HOUR,
    )
)
PERSON = st.builds(
    lambda away, busy, done: (away, busy, done),
    st.lists(PERIOD, max_size=3),
    st.lists(PERIOD, max_size=2),
    st.integers(0, 6),
)


@given(
    length=st.integers(1, 31),
    persons=st.lists(PERSON, min_size=0, max_size=9),
    officers=st.integers(1, 2),
    two=st.booleans(),
    rest=st.sampled_from([0, 12, 24, 48]),
)
# A chain freed somebody for a shift that had been passed over already.
@example(
    length=12,
    persons=[
        ([], [(datetime(2026, 9, 6, 21, tzinfo=UTC), datetime(2026, 9, 6, 22, tzinfo=UTC))], 0),
        ([], [], 0),
        ([], [], 0),
        ([], [], 0),
        ([], [(datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 8, 21, tzinfo=UTC))], 0),
        ([(datetime(2026, 9, 7, 9, tzinfo=UTC), datetime(2026, 9, 7, 10, tzinfo=UTC))], [], 0),
    ],
    officers=1,
    two=False,
    rest=12,
)
@settings(max_examples=40, deadline=None)
def test_no_overlap_no_absence_no_short_rest(
    length: int, persons: list[tuple[list[Span], list[Span], int]], officers: int, two: bool, rest: int
) -> None:
    people = [
        Candidate(n, {DayClass.WORKDAY: done}, away, busy) for n, (away, busy, done) in enumerate(persons)
    ]
    needs = needs_of(length, Pattern(two_shifts=two, officers=officers))
    taken = share_out(needs, people, rest * HOUR)
    assert taken == share_out(needs, people, rest * HOUR)
    mine: dict[int, list[Span]] = defaultdict(list)
    for need, who in zip(needs, taken, strict=True):
        span = (need.slot.t0, need.slot.t1)
        if who is None:
            # Left empty only when everybody is hindered as things stand.
            continue
        assert not any(overlaps(span, one) for one in people[who].away)
        assert not any(too_close(span, one, rest * HOUR) for one in people[who].busy)
        assert not any(too_close(span, one, rest * HOUR) for one in mine[who])
        mine[who].append(span)
    for need, who in zip(needs, taken, strict=True):
        span = (need.slot.t0, need.slot.t1)
        for one in people:
            free = not (
                any(overlaps(span, away) for away in one.away)
                or any(too_close(span, other, rest * HOUR) for other in (*one.busy, *mine[one.person_id]))
            )
            assert who is not None or not free


def test_who_is_behind_comes_first() -> None:
    slot = Slot(FIRST, 1, Part.FULL, datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 2, tzinfo=UTC))
    needs = [Need(slot, DayClass.WEEKEND)]
    people = [Candidate(1, {DayClass.WEEKEND: 2}), Candidate(2, {DayClass.WEEKEND: 1, DayClass.WORKDAY: 9})]
    # A weekend goes by weekends, whatever else he did.
    assert share_out(needs, people) == [2]


def test_a_chain_of_two_fills_what_nobody_could_take() -> None:
    start = datetime(2026, 9, 1, tzinfo=UTC)
    needs = [
        Need(Slot(FIRST + n * DAY, 1, Part.FULL, start + n * DAY, start + (n + 1) * DAY), DayClass.WORKDAY)
        for n in (0, 1)
    ]
    # The first of the rotation takes day 0, which leaves only him for day 1, with no rest between.
    people = [Candidate(1), Candidate(2, away=[(start + DAY, start + 9 * DAY)])]
    assert share_out(needs, people, DAY) == [2, 1]
    assert share_out(needs, [Candidate(1)], DAY) == [1, None]


def test_days_of_the_notice_of_2026() -> None:
    kinds = {
        day: class_of(date.fromisoformat(day), {})
        for day in (
            "2026-02-14",
            "2026-02-15",
            "2026-02-23",
            "2026-02-24",
            "2026-10-07",
            "2026-10-10",
            "2026-11-28",
        )
    }
    assert kinds == {
        "2026-02-14": DayClass.WORKDAY, "2026-02-15": DayClass.HOLIDAY, "2026-02-23": DayClass.HOLIDAY,
        "2026-02-24": DayClass.WORKDAY, "2026-10-07": DayClass.HOLIDAY, "2026-10-10": DayClass.WORKDAY,
        "2026-11-28": DayClass.WEEKEND,
    }  # fmt: skip
