"""Texts that leave the house or are kept: one line, and without addresses."""

from __future__ import annotations

import re
import unicodedata

ERROR_LENGTH = 300

_MAIL = re.compile(r"[^\s<>@,;:\"']+@[^\s<>@,;:\"']+")
_DIGITS = re.compile(r"\+?\d[\d\- ]{5,}\d")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)


def one_line(text: str) -> str:
    """Replace every control and line-breaking character by a blank."""
    return "".join(" " if unicodedata.category(mark) in ("Cc", "Zl", "Zp") else mark for mark in text)


def scrubbed(text: str, address: str = "") -> str:
    """Return an error text without the address, anything like a mail address, a phone number or a URL.

    Servers echo the recipient in their answers, and URLs hold keys; neither may be kept.
    """
    if address:
        text = text.replace(address, "…")
    text = _URL.sub("…", _MAIL.sub("…", text))
    return one_line(_DIGITS.sub("…", text)).strip()[:ERROR_LENGTH]
