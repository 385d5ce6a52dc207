"""The balance against brute force and by its properties; no database."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from pingzhan.domain.frontline.balance import Firm, Official, Task, bound, metres, solve

RATIO = 4 / 3
"""Of the best possible largest load, on officials who may all take everything."""


@st.composite
def tasks(draw: st.DrawFn, *, bars: bool = True) -> Task:
    firms = [
        Firm(
            n, draw(st.integers(1, 60)), draw(st.integers(0, 2)), draw(st.none() | st.just((n * 400.0, 0.0)))
        )
        for n in range(1, draw(st.integers(1, 6)) + 1)
    ]
    officials = [Official(100 + n, draw(st.integers(0, 2))) for n in range(draw(st.integers(1, 3)))]
    ids = [one.id for one in officials]
    barred = (
        {(firm.id, one) for firm in firms for one in ids if draw(st.integers(0, 4)) == 0} if bars else set()
    )
    present = {firm.id: draw(st.sampled_from(ids)) for firm in firms if draw(st.booleans())}
    present = {firm: one for firm, one in present.items() if (firm, one) not in barred}
    movable = set(present) if draw(st.booleans()) else set()
    even = -(-len(firms) // len(officials))
    return Task(firms, officials, present, movable, barred, cap=draw(st.sampled_from([0, even, even + 1])))


def best(task: Task) -> int | None:
    """The smallest possible largest load, by trying everything; None when no assignment keeps the rules."""
    found: int | None = None
    ids = [one.id for one in task.officials]
    for chosen in product(ids, repeat=len(task.firms)):
        pairs = [(firm.id, one) for firm, one in zip(task.firms, chosen, strict=True)]
        if any(pair in task.barred for pair in pairs):
            continue
        if any(
            firm in task.present and firm not in task.movable and task.present[firm] != one
            for firm, one in pairs
        ):
            continue
        if task.cap and any(chosen.count(one) > task.cap for one in ids):
            continue
        peak = max(
            sum(firm.weight for firm, one in zip(task.firms, chosen, strict=True) if one == official)
            for official in ids
        )
        found = peak if found is None else min(found, peak)
    return found


@settings(max_examples=300, deadline=None)
@given(tasks())
def test_rules_are_kept(task: Task) -> None:
    """Whatever may be covered is covered, nothing barred is given, the cap is kept whenever it can be."""
    done = solve(task)
    allowed = {
        firm.id: [one.id for one in task.officials if (firm.id, one.id) not in task.barred]
        for firm in task.firms
    }
    assert set(done.given) == {firm for firm, people in allowed.items() if people}
    assert set(done.left) == {firm for firm, people in allowed.items() if not people}
    assert not set(done.given.items()) & set(task.barred)
    for firm, person in task.present.items():
        if firm not in task.movable:
            assert done.given[firm] == person
    if task.cap and not done.left and best(task) is not None:
        assert not done.raised
        assert max(done.counts.values()) <= task.cap
    for official in task.officials:
        mine = [firm.weight for firm in task.firms if done.given.get(firm.id) == official.id]
        assert done.loads[official.id] == sum(mine)
        assert done.counts[official.id] == len(mine)


@settings(max_examples=300, deadline=None)
@given(tasks(bars=False))
def test_largest_load_is_near_the_best(task: Task) -> None:
    done, least = solve(task), best(task)
    assert done.peak >= bound(task) or task.present
    if least is not None:
        assert least <= done.peak <= RATIO * least


@settings(max_examples=100, deadline=None)
@given(tasks())
def test_same_input_same_answer_in_any_order(task: Task) -> None:
    turned = Task(
        list(reversed(task.firms)),
        list(reversed(task.officials)),
        dict(reversed(list(task.present.items()))),
        task.movable,
        task.barred,
        task.base,
        task.cap,
    )
    assert solve(task) == solve(task)
    assert solve(turned).given == solve(task).given


@settings(max_examples=100, deadline=None)
@given(tasks())
def test_what_is_balanced_is_left_alone(task: Task) -> None:
    """A second rebalancing of its own result moves nobody."""
    first = solve(task)
    again = solve(Task(task.firms, task.officials, first.given, set(first.given), task.barred, cap=first.cap))
    if max(first.loads.values(), default=0) <= 1.1 * sum(first.loads.values()) / len(task.officials):
        assert again.given == first.given


def test_near_one_of_two_equal_loads() -> None:
    firms = [Firm(1, 10, 1, (0.0, 0.0)), Firm(2, 10, 2, (9_000.0, 0.0))]
    officials = [Official(7, 2, (9_000.0, 100.0)), Official(8, 1, (0.0, 100.0))]
    assert solve(Task(firms, officials)).given == {1: 8, 2: 7}


def test_base_counts_as_load() -> None:
    done = solve(Task([Firm(1, 10)], [Official(1), Official(2)], base={1: 5}))
    assert done.given == {1: 2}
    assert done.loads == {1: 5, 2: 10}


def test_cap_too_small_is_raised_and_said() -> None:
    done = solve(Task([Firm(n, 1) for n in range(1, 6)], [Official(1), Official(2)], cap=2))
    assert (done.raised, done.cap, sorted(done.counts.values())) == (True, 3, [2, 3])


def test_nobody_to_take_it() -> None:
    done = solve(Task([Firm(1, 3)], []))
    assert (done.left, done.given, done.peak, bound(Task([Firm(1, 3)], []))) == ((1,), {}, 0, 0)


def test_distance_of_unknown_spots() -> None:
    assert metres((0.0, 0.0), (3.0, 4.0)) == 5
    assert metres(None, (3.0, 4.0)) is None
