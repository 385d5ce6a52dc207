"""Chinese ordinals of headings: 一、 二、 … 十一、 (GB/T 9704-2012, 7.3.3)."""

from __future__ import annotations

_DIGITS = "一二三四五六七八九"


def chinese(n: int) -> str:
    """Return a number from 1 to 99 in Chinese characters. Raises ValueError outside that."""
    if not 1 <= n <= 99:
        raise ValueError(f"not between 1 and 99: {n}")
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens - 1] + "十"
    return head + (_DIGITS[ones - 1] if ones else "")
