"""The planner of sittings: never too many at once, every team once, hand edits kept, nothing better exists."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pingzhan.domain.sanitation.capacity import places
from pingzhan.domain.sanitation.sittings import Seating, Team, seat


def teams_of(most: int) -> st.SearchStrategy[list[Team]]:
    one = st.tuples(st.integers(1, 40), st.sampled_from(["", "a", "b", "c"]))
    return st.lists(one, max_size=most).map(
        lambda rows: [Team(key, people, group) for key, (people, group) in enumerate(rows, 1)]
    )


def cost(teams: list[Team], sittings: list[list[int]], packed: list[int]) -> tuple[int, int, int, int]:
    by = {team.key: team for team in teams}
    heads = [sum(by[key].people for key in sitting) for sitting in sittings]
    torn = 0
    for group in {team.group for team in teams} - {""}:
        used = sum(any(by[key].group == group for key in sitting) for sitting in sittings)
        torn += max(used - 1, 0)
    waiting = sum(number * people for number, people in enumerate(sorted(heads, reverse=True)))
    return sum(by[key].people for key in packed), len(sittings), torn, waiting


def brute(teams: list[Team], room: int, most: int) -> tuple[int, int, int, int]:
    best = None
    for choice in product(range(-1, most), repeat=len(teams)):
        put: dict[int, list[int]] = {}
        for team, number in zip(teams, choice, strict=True):
            put.setdefault(number, []).append(team.key)
        packed = put.pop(-1, [])
        if any(sum(teams[key - 1].people for key in keys) > room for keys in put.values()):
            continue
        found = cost(teams, list(put.values()), packed)
        best = found if best is None or found < best else best
    assert best is not None
    return best


def sound(teams: list[Team], plan: Seating, room: int, most: int) -> None:
    by = {team.key: team for team in teams}
    assert len(plan.sittings) <= most
    assert all(sum(by[key].people for key in sitting) <= room for sitting in plan.sittings)
    placed = [key for sitting in plan.sittings for key in sitting] + list(plan.packed)
    assert sorted(placed) == sorted(by)


@settings(max_examples=40, deadline=None)
@given(
    teams=teams_of(14),
    seats=st.integers(0, 90),
    percent=st.sampled_from([25, 50, 75, 100]),
    most=st.integers(0, 4),
)
def test_no_sitting_is_too_full_and_every_team_is_there_once(
    teams: list[Team], seats: int, percent: int, most: int
) -> None:
    plan = seat(teams, seats=seats, percent=percent, most=most)
    sound(teams, plan, seats * percent // 100, most)


@settings(max_examples=60, deadline=None)
@given(teams=teams_of(5), room=st.integers(0, 90), most=st.integers(0, 3))
def test_nothing_better_exists_on_small_cases(teams: list[Team], room: int, most: int) -> None:
    plan = seat(teams, seats=room, percent=100, most=most)
    assert plan.proven
    assert cost(teams, [list(one) for one in plan.sittings], list(plan.packed)) == brute(teams, room, most)


@settings(max_examples=60, deadline=None)
@given(
    teams=teams_of(6),
    room=st.integers(0, 90),
    kept=st.dictionaries(st.integers(1, 8), st.integers(-1, 3), max_size=4),
)
def test_hand_edits_are_kept_or_named_as_released(teams: list[Team], room: int, kept: dict[int, int]) -> None:
    plan = seat(teams, seats=room, percent=100, most=3, kept=kept)
    sound(teams, plan, room, 3)
    for key, number in kept.items():
        assert key in plan.released or key in plan.sittings[number]
    alone = {
        key for key in kept if key <= len(teams) and 0 <= kept[key] < 3 and teams[key - 1].people <= room
    }
    if sum(teams[key - 1].people for key in alone) <= room:
        assert set(plan.released) == set(kept) - alone


def test_a_lower_rule_makes_more_sittings_then_packed_meals() -> None:
    teams = [Team(1, 30, "a"), Team(2, 30, "a"), Team(3, 30, "b"), Team(4, 30, "b")]
    assert seat(teams, seats=120, percent=100, most=2).sittings == ((1, 2, 3, 4),)
    assert seat(teams, seats=120, percent=50, most=2).sittings == ((1, 2), (3, 4))
    assert len(seat(teams, seats=120, percent=25, most=2).packed) == 2


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="people"):
        seat([Team(1, 0)], seats=10, percent=50, most=1)
    with pytest.raises(ValueError, match="people"):
        seat([Team(1, 2), Team(1, 3)], seats=10, percent=50, most=1)
    with pytest.raises(ValueError, match="percent"):
        places(10, 101)
