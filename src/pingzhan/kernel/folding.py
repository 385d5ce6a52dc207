"""One spelling for what people type: full-width digits, odd spaces and dashes."""

from __future__ import annotations

import unicodedata

_SPACES = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), None)
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d"), "-")
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160)))
_WIDE = {
    code: code - 0xFEE0
    for first, last in ("09", "AZ", "az")
    for code in range(ord(first) + 0xFEE0, ord(last) + 0xFEE1)
}
_WIDE[0x3000] = 0x20


def tidy(text: str) -> str:
    """Return the text with narrow letters and digits, without invisible characters, blanks tidied.

    Chinese punctuation stays as it is: this is for names and addresses, fold() for codes and comparisons.
    """
    if not text.isascii():
        text = text.translate(_SPACES).translate(_WIDE)
    if not text.isprintable():
        text = text.translate(_CONTROLS)
    return " ".join(text.split())


def fold(text: str) -> str:
    """Return the text in NFKC without invisible characters, runs of blanks as one, trimmed."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_SPACES).translate(_DASHES))
    if not text.isprintable():
        text = text.translate(_CONTROLS)
    return " ".join(text.split())


def compact(text: str) -> str:
    """Return the folded text without any blank, as numbers and codes are compared."""
    return fold(text).replace(" ", "")
