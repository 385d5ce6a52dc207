"""Response levels: I is the gravest, IV the lightest; routine has none."""

from __future__ import annotations

from enum import IntEnum

ROUTINE_RANK = 9
"""Rank of the routine posture in comparisons: above every level, so that the minimum is the gravest."""

_ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV"}
_SIGN = {1: "\u2160", 2: "\u2161", 3: "\u2162", 4: "\u2163"}


class Level(IntEnum):
    """A response level of the national emergency system, I (gravest) to IV."""

    I = 1  # noqa: E741 - the field's own name
    II = 2
    III = 3
    IV = 4

    @property
    def roman(self) -> str:
        """Return the level in Latin letters, as the command line reads and prints it."""
        return _ROMAN[self.value]

    @property
    def sign(self) -> str:
        """Return the one-character Roman numeral used on Chinese pages."""
        return _SIGN[self.value]


def parse_level(text: str) -> Level:
    """Return the level written as I..IV, 1..4, one-character numerals or Chinese numerals.

    Raises ValueError for anything else.
    """
    wanted = text.strip().upper().removesuffix("\u7ea7")
    for level in Level:
        if wanted in (level.roman, level.sign, str(level.value), "\u4e00\u4e8c\u4e09\u56db"[level.value - 1]):
            return level
    raise ValueError(f"not a response level: {text!r}")
