"""Pooling against draws: people are infected at random, tubes are tested, and the shares are counted."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingzhan.engines import pooling
from pingzhan.engines.pooling import Assay, PoolingError

TEST = Assay(0.9, 0.95)
Group = tuple[int, list[bool]]
"""Tests used, and who is called positive."""


def says(infected: bool, rng: random.Random) -> bool:
    return rng.random() < (TEST.se if infected else 1 - TEST.sp)


def nested(people: list[bool], sizes: tuple[int, ...], rng: random.Random) -> Group:
    used, called = 0, [False] * len(people)

    def go(first: int, stage: int) -> None:
        nonlocal used
        size = sizes[stage]
        for start in range(first, first + (sizes[stage - 1] if stage else size), size):
            used += 1
            if says(any(people[start : start + size]), rng):
                if size == 1:
                    called[start] = True
                else:
                    go(start, stage + 1)

    go(0, 0)
    return used, called


def crossed(people: list[bool], n: int, rng: random.Random) -> Group:
    rows = [says(any(people[i * n : (i + 1) * n]), rng) for i in range(n)]
    columns = [says(any(people[j::n]), rng) for j in range(n)]
    again = {
        i * n + j
        for i in range(n)
        for j in range(n)
        if (rows[i] and columns[j]) or (rows[i] and not any(columns)) or (columns[j] and not any(rows))
    }
    return 2 * n + len(again), [k in again and says(people[k], rng) for k in range(n * n)]


@pytest.mark.parametrize(
    ("scheme", "sizes", "size", "test"),
    [
        ("dorfman", (6,), 6, lambda people, rng: nested(people, (6, 1), rng)),
        ("hierarchical", (12, 4, 1), 12, lambda people, rng: nested(people, (12, 4, 1), rng)),
        ("array", (5,), 25, lambda people, rng: crossed(people, 5, rng)),
    ],
)
def test_draws_agree_within_three_standard_errors(
    scheme: str, sizes: tuple[int, ...], size: int, test: Callable[[list[bool], random.Random], Group]
) -> None:
    p, groups, rng = 0.04, 60_000 // size, random.Random(20220512)
    used: list[float] = []
    sick: list[float] = []
    well: list[float] = []
    for _group in range(groups):
        people = [rng.random() < p for _ in range(size)]
        tests, called = test(people, rng)
        used.append(tests / size)
        found = [c for c, infected in zip(called, people, strict=True) if infected]
        cleared = [not c for c, infected in zip(called, people, strict=True) if not infected]
        if found:
            sick.append(sum(found) - len(found) * pooling.evaluate(scheme, p, sizes, TEST).pse)
        if cleared:
            well.append(sum(cleared) - len(cleared) * pooling.evaluate(scheme, p, sizes, TEST).psp)
    expected = pooling.evaluate(scheme, p, sizes, TEST)
    for values, mean in ((used, expected.tests_per_person), (sick, 0.0), (well, 0.0)):
        average = sum(values) / len(values)
        deviation = sqrt(sum((value - average) ** 2 for value in values) / (len(values) - 1))
        assert abs(average - mean) <= 3 * deviation / sqrt(len(values))


rates = st.floats(0, 1)
assays = st.builds(Assay, st.floats(0.5, 1), st.floats(0.5, 1))


@given(rates, st.integers(1, 60), assays)
def test_every_share_is_a_share(p: float, n: int, test: Assay) -> None:
    for found in (
        pooling.dorfman(p, n, test),
        pooling.array(p, max(2, n), test),
        pooling.hierarchical(p, (2 * n, n, 1) if n > 1 else (1,), test),
    ):
        for share in (found.pse, found.psp, found.ppv, found.npv):
            assert -1e-9 <= share <= 1 + 1e-9
        assert 0 < found.tests_per_person <= 3 + 1e-9


@given(st.floats(0.0001, 0.3), st.integers(2, 60), assays)
def test_two_stages_are_dorfman(p: float, n: int, test: Assay) -> None:
    one, other = pooling.dorfman(p, n, test), pooling.hierarchical(p, (n, 1), test)
    for name, value in one.as_dict().items():
        assert getattr(other, name) == pytest.approx(value, abs=1e-12)


@given(st.floats(0.0001, 0.3), st.integers(2, 40), assays)
def test_correlation_spares_tests(p: float, n: int, test: Assay) -> None:
    apart = pooling.clustered(p, n, 0.0, test).tests_per_person
    barely = pooling.clustered(p, n, 1e-9, test).tests_per_person
    close = pooling.clustered(p, n, 0.4, test).tests_per_person
    assert barely == pytest.approx(apart, abs=1e-6)
    assert close <= apart + 1e-9


@given(st.integers(0, 5_000), st.floats(0, 1), st.integers(1, 20), assays)
def test_a_round_counts_everybody_once(persons: int, p: float, n: int, test: Assay) -> None:
    found = pooling.outcome(persons, p, n, test)
    assert found.tubes == -(-persons // n)
    assert 0 <= found.positive_tubes <= found.tubes
    assert 0 <= found.held <= persons
    everybody = pooling.outcome(persons, 1.0, n, Assay())
    assert everybody.held == persons


def test_the_last_result_follows_a_second_swab() -> None:
    assert pooling.last_result(600) == 600 + 10 + 30 + 30 + 30 + 240


@pytest.mark.parametrize(
    ("scheme", "sizes", "p", "place"),
    [
        ("dorfman", (), 0.1, "sizes"),
        ("dorfman", (0,), 0.1, "sizes"),
        ("dorfman", (1001,), 0.1, "sizes"),
        ("dorfman", (10, 5), 0.1, "sizes"),
        ("dorfman", (10,), 1.1, "prevalence"),
        ("dorfman", (10,), float("nan"), "prevalence"),
        ("hierarchical", (10, 4, 1), 0.1, "sizes"),
        ("hierarchical", (4, 8), 0.1, "sizes"),
        ("array", (1,), 0.1, "sizes"),
        ("array", (101,), 0.1, "sizes"),
        ("cube", (3,), 0.1, "scheme"),
    ],
)
def test_what_cannot_be_computed_names_the_option(
    scheme: str, sizes: tuple[int, ...], p: float, place: str
) -> None:
    with pytest.raises(PoolingError) as refused:
        pooling.evaluate(scheme, p, sizes, TEST)
    assert refused.value.place == place


@pytest.mark.parametrize("wrong", [0.0, -1.0, 1.5, float("nan"), float("inf")])
def test_a_test_is_between_nothing_and_perfect(wrong: float) -> None:
    with pytest.raises(PoolingError) as refused:
        Assay(wrong, 1.0)
    assert refused.value.place == "se"
    with pytest.raises(PoolingError) as refused:
        Assay(1.0, wrong)
    assert refused.value.place == "sp"
