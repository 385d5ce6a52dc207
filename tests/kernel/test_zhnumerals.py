"""Chinese ordinals."""

from __future__ import annotations

import pytest

from pingzhan.kernel.zhnumerals import chinese


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (1, "一"),
        (9, "九"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (21, "二十一"),
        (90, "九十"),
        (99, "九十九"),
    ],
)
def test_ordinals(n: int, words: str) -> None:
    assert chinese(n) == words


def test_each_is_another() -> None:
    assert len({chinese(n) for n in range(1, 100)}) == 99


@pytest.mark.parametrize("n", [-1, 0, 100])
def test_outside(n: int) -> None:
    with pytest.raises(ValueError, match="1 and 99"):
        chinese(n)
