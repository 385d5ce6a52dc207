"""How personal values are shown to somebody who has no reason to see them whole."""

from __future__ import annotations

STAR = "*"


def mask_name(text: str | None) -> str:
    """Return the first character and a star for each other one: 李*, 欧**."""
    text = (text or "").strip()
    return text[:1] + STAR * (len(text) - 1)


def mask_id(text: str | None) -> str:
    """Return the province (two digits) and the last four characters of an identity number."""
    return _middle(text, 2, 4)


def mask_phone(text: str | None) -> str:
    """Return the first three and the last four digits of a phone number: 139****1234."""
    return _middle(text, 3, 4)


def mask_address(text: str | None) -> str:
    """Return at most the first six characters of an address, never more than half of it."""
    text = (text or "").strip()
    keep = min(6, len(text) // 2)
    return text[:keep] + STAR * 4 if text else ""


def mask_any(text: str | None) -> str:
    """Return one or three characters at both ends of a value of unknown kind."""
    text = (text or "").strip()
    keep = 3 if len(text) > 8 else 1
    return _middle(text, keep, keep)


def _middle(text: str | None, head: int, tail: int) -> str:
    """Hide the middle; a value too short to hide at least as much as it shows is hidden whole."""
    text = (text or "").strip()
    hidden = len(text) - head - tail
    if hidden < (head + tail) // 2 or hidden < 1:
        return STAR * len(text)
    return text[:head] + STAR * hidden + text[-tail:]
