"""Goal G9: random SIGKILLs lose no order, leave no half switch and break no invariant."""

from __future__ import annotations

from collections import Counter

import pytest

from pingzhan.domain.command.models import BroadcastCopy
from tests.domain.command.kills import Killer, make_killer, rounds
from tests.domain.command.test_concurrency import environment
from tests.factories import small_zone

SHORT, LONG = 12, 200
"""Kills in every submission and in ``make test-long``; ``bench.kills`` makes 1,000."""


def _kill(kills: int, seed: int) -> tuple[Killer, Counter[str]]:
    with make_killer(small_zone(), seed=seed, environment=environment()) as killer:
        for done in rounds(killer, kills):
            last = done
    return killer, last


@pytest.mark.crash
def test_goal_G9_a_few_kills(transactional_db: None) -> None:
    _killer, done = _kill(SHORT, seed=5)
    assert sum(done.values()) == SHORT


@pytest.mark.long
@pytest.mark.crash
def test_goal_G9_two_hundred_kills(transactional_db: None) -> None:
    killer, done = _kill(LONG, seed=9)
    assert sum(done.values()) == LONG
    assert set(done) == {"switch", "stand_down", "rebase", "fanout", "sweep", "send"}
    # Some died after their commit: the same order again is recognised.
    assert killer.replays > 0
    assert BroadcastCopy.objects.exists()
