"""Arithmetic of a stock ledger."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from hypothesis import given
from hypothesis import strategies as st

from pingzhan.domain.supplies.stock import Rate, minimum, to_buy

RATES = st.builds(Rate, units=st.integers(0, 5_000), days=st.integers(1, 1_000))


@given(rate=RATES, other=RATES, there=st.integers(0, 5_000), days=st.integers(0, 30))
def test_a_rate_is_never_rounded_before_the_end(rate: Rate, other: Rate, there: int, days: int) -> None:
    exact = Fraction(rate.units, rate.days)
    assert rate.a_day == exact
    assert rate.need(days) == ceil(exact * days)
    assert rate.lasts(there) == (floor(there / exact) if exact else None)
    assert rate.over(other) == (exact > Fraction(other.units, other.days))


@given(heads=st.integers(0, 5000), per_thousand=st.integers(0, 3000), days=st.integers(0, 30))
def test_the_minimum_is_the_least_that_suffices(heads: int, per_thousand: int, days: int) -> None:
    least = minimum(heads=heads, per_thousand=per_thousand, days=days)
    need = heads * per_thousand * days
    assert (least - 1) * 1000 < need <= least * 1000


@given(there=st.integers(0, 500), expiring=st.integers(0, 500), least=st.integers(0, 500))
def test_what_is_bought_reaches_the_minimum_and_no_more(there: int, expiring: int, least: int) -> None:
    good = max(0, there - expiring)
    bought = to_buy(there=there, expiring=expiring, least=least)
    assert good + bought == max(good, least)
