"""Formula-like text in CSV: put out of action on the way out, restored on the way in.

A spreadsheet program runs a cell of a CSV file that begins with one of = + - @ or a tab or carriage return
(Luca, May 2021: names that opened programs in health offices). Workbooks need none of this: there a cell has a
type. Names are never refused for it.
"""

from __future__ import annotations

import re

_RUNS = re.compile(r"'*(?:[=+\-@\t\r]|##)")
_PROTECTED = re.compile(r"'+(?:[=+\-@\t\r]|##)")

COMMENT = "##"
"""A CSV line whose first cell begins with this is no row; text that does is protected like a formula."""


def protect(text: str) -> str:
    """Return the text with an apostrophe in front when a program would run it, or when unprotect() would
    take one off. unprotect(protect(text)) is the text."""
    return f"'{text}" if _RUNS.match(text) else text


def unprotect(text: str) -> str:
    """Return the text without the apostrophe that protect() has put in front."""
    return text[1:] if _PROTECTED.match(text) else text
