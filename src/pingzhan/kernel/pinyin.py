"""Readings of Chinese names: one order and one search by initials, the same on every server."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=16_384)
def _readings(char: str) -> tuple[str, str]:
    from pypinyin import Style, pinyin

    full = pinyin(char, style=Style.TONE3)[0][0]
    return full, full[:1]


def sort_key(text: str) -> str:
    """Return the reading with tone numbers, character by character: 石桥 -> 'shi2 qiao2'.

    Character by character, since a dictionary of phrases knows no names.
    """
    return " ".join(_readings(char)[0] for char in _folded(text) if not char.isspace())


def initials(text: str) -> str:
    """Return the first letters of the readings in lower case: 石桥机械 -> 'sqjx'. Marks are dropped."""
    return "".join(_readings(char)[1].lower() for char in _folded(text) if char.isalnum())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
