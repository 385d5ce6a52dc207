"""Chinese text carries full-width punctuation; text that was extracted or typed may carry ASCII marks.

The rule: a mark that touches a Chinese character or Chinese punctuation becomes full-width, again and again
until nothing changes; then brackets of which one side was converted are made a pair.
"""

from __future__ import annotations

import re

_WIDE = {
    ",": "\uff0c",
    ":": "\uff1a",
    ";": "\uff1b",
    "!": "\uff01",
    "?": "\uff1f",
    "(": "\uff08",
    ")": "\uff09",
}
# Chinese characters, 〇, CJK punctuation and full-width forms.
_CHINESE = (
    "\u3001-\u3003\u3005-\u3020\u3400-\u9fff\uf900-\ufaff\uff01-\uff0f\uff1a-\uff20\uff3b-\uff5e"
    "\U00020000-\U0003134f"
)
_QUOTES = "\u2018\u2019\u201c\u201d"


def _patterns(neighbours: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(rf"(?<=[{neighbours}])[,:;!?()]"), re.compile(rf"[,:;!?()](?=[{neighbours}])")


_STRICT = _patterns(_CHINESE)
_WITH_QUOTES = _patterns(_CHINESE + _QUOTES)


def fix(text: str, *, quotes: bool = True) -> str:
    """Return the text with its ASCII marks next to Chinese made full-width. The length never changes.

    ``quotes`` says whether curly quotes count as Chinese; in text that is partly English they do not.
    """
    after, before = _WITH_QUOTES if quotes else _STRICT
    while True:
        changed = _balance(before.sub(_widen, after.sub(_widen, text)))
        if changed == text:
            return text
        text = changed


def changes(text: str, *, quotes: bool = True) -> list[tuple[int, str]]:
    """Return what ``fix`` would change: positions and the marks that stand there now."""
    fixed = fix(text, quotes=quotes)
    return [(at, old) for at, (old, new) in enumerate(zip(text, fixed, strict=True)) if old != new]


def _widen(match: re.Match[str]) -> str:
    return _WIDE[match.group()]


def _balance(text: str) -> str:
    """Give both sides of a bracket pair the width of the wide one."""
    out = list(text)
    stack: list[int] = []
    for at, mark in enumerate(text):
        if mark in "(\uff08":
            stack.append(at)
        elif mark in ")\uff09" and stack:
            opened = stack.pop()
            if out[opened] == "\uff08" or mark == "\uff09":
                out[opened], out[at] = "\uff08", "\uff09"
    return "".join(out)
