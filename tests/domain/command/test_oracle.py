"""Reconcile on PostgreSQL equals a naive oracle on random transitions of nested scopes (goal G10)."""

from __future__ import annotations

from collections import deque

import pytest

from tests.domain.command.ground import make_ground
from tests.domain.command.play import plays

pytestmark = pytest.mark.django_db

SHORT, LONG = 300, 1_000
"""States compared in every submission and in ``make test-long``; ``bench.oracle`` compares 10,000."""


def _compare(first: int, states: int) -> None:
    last = deque(plays(make_ground(), first=first, states=states), maxlen=1)
    assert last[0] == states


def test_goal_G10_random_transitions_equal_the_oracle() -> None:
    _compare(1, SHORT)


@pytest.mark.long
def test_goal_G10_a_thousand_random_transitions_equal_the_oracle() -> None:
    _compare(1_000, LONG)
