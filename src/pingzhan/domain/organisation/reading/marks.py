"""Finding the marks that give a notice its shape: numbers, annexes, labels, headings of groups, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pingzhan.domain.organisation.reading import words
from pingzhan.domain.organisation.reading.compact import CELL, NEWLINE, Compact

_CN = "[一二三四五六七八九十百]"
# Looked for at every place: "13800000000" before "2." must not swallow the number of the next line.
_NUMBERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("chapter", re.compile(rf"(?=(第{_CN}{{1,3}}[章节部条](?:分)?))")),
    ("cn", re.compile(rf"(?=({_CN}{{1,3}}、))")),
    ("(cn)", re.compile(rf"(?=(\({_CN}{{1,3}}\)))")),
    ("1.", re.compile(r"(?=(\d{1,2}[.、](?!\d)))")),
    ("(1)", re.compile(r"(?=(\(\d{1,2}\)|\d{1,2}\)))")),
    ("o", re.compile("(?=([\u2460-\u2473]))")),
)
_ANNEX = re.compile(
    r"附件(?=[:\d一二三四五六七八九])(?::?(?:\d{1,2}(?!\d)|[一二三四五六七八九](?![、\u4e00-\u9fff]))?)[:.、]?"
)
_ANNEX_LINE = re.compile("附件")
_ROLE = re.compile(rf"({words.ROLE})(?:\([^()]{{1,16}}\))?:")
_PLAIN = re.compile(rf"({words.ROLE})(?:\([^()]{{1,16}}\))?")
_OFFICE = "办公室"
_DUTY = re.compile(rf"({words.DUTY}):|({words.DUTY})")
_SETS_UP = r"(?:下设|内设|分设|设立|设置|设有|共设|(?<=小组|挥部|员会)设|成立|组建)"
_SUBJECT = r"(?:(?:领导小组|指挥部|委员会|小组|本组)(?:办公室)?)?"
_COUNT = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})个(?:专项)?(?:工作)?(?:小组|专班|组)"
_LISTED = (
    re.compile(
        rf"{_SUBJECT}{_SETS_UP}(?:(?!{_SETS_UP})[^。;:()]){{3,200}}?"
        r"(?:个(?:专项)?(?:工作)?(?:小组|专班|组)|(?:等|共)[^。;:、]{0,8}组)"
    ),
    re.compile(
        rf"{_SUBJECT}{_SETS_UP}{_COUNT}[:,](?:分别[为是]|即|包括)?(?:[^。;:、,()\d]{{2,14}}[、,和及])+[^。;:、,()\d]{{2,14}}"
    ),
    re.compile(rf"{_SUBJECT}{_SETS_UP}(?:[\u3400-\u9fff]{{2,12}}组[、和及])+[\u3400-\u9fff]{{2,12}}?组"),
)
_GROUP_END = re.compile(rf"{words.BODY_END}{words.LIST_TAIL}?")
_INNER = re.compile(rf"{words.LIST_TAIL}|{words.DUTY}|{words.ROLE}")
_NAME_CHARS = re.compile('[\u3400-\u9fff“”"、]+')
#: A heading is one of a group when its first label comes within this many characters.
_REACH = 160


@dataclass(frozen=True)
class Mark:
    """A mark at ``chars[a:b]``. ``kind`` is number, annex, role, duty, listed, heading or table.

    ``text`` is the role of a label, the style of a number, the name of a group, or listed names joined by 、.
    """

    kind: str
    a: int
    b: int
    text: str = ""


def find_marks(c: Compact, tables: tuple[tuple[int, int], ...]) -> list[Mark]:
    """Return the marks of a text in order, none inside a table or another mark."""
    found = [Mark("table", a, b) for a, b in tables]
    taken = bytearray(len(c.chars) + 1)
    for a, b in tables:
        taken[a:b] = b"\x01" * (b - a)
    for maker in (_annexes, _labels, _duties, _listed, _numbers):
        for mark in maker(c):
            if not any(taken[mark.a : mark.b]):
                taken[mark.a : mark.b] = b"\x01" * (mark.b - mark.a)
                found.append(mark)
    return sorted(found, key=lambda mark: mark.a)


def _opens(c: Compact, i: int) -> bool:
    """Return whether something can begin at ``i``: after a blank, a sentence or a number."""
    return bool(c.gap(i)) or c.chars[i - 1] in "。;:)!?、.”"


def _annexes(c: Compact) -> Iterator[Mark]:
    for match in _ANNEX.finditer(c.chars):
        if c.gap(match.start()):
            # "附件:1.名称" is the list of annexes, whose number is a number like those after it.
            text = match.group()
            number = re.search(r"\d{1,2}[.、]$", text)
            cut = match.end() - len(number.group()) if number else match.end()
            yield Mark("annex", match.start(), cut)
    for match in _ANNEX_LINE.finditer(c.chars):
        if c.gap(match.start()) >= NEWLINE and c.gap(match.end()) >= NEWLINE:
            yield Mark("annex", *match.span())


def _labels(c: Compact) -> Iterator[Mark]:
    for match in _ROLE.finditer(c.chars):
        role, a = match.group(1), match.start()
        if role.startswith(_OFFICE) and c.gap(a + len(_OFFICE)) >= NEWLINE:
            # The line before ends with an office that is a member; the role begins on this line.
            a += len(_OFFICE)
            role = role.removeprefix(_OFFICE)
        yield Mark("role", a, match.end(), role)
    for match in _PLAIN.finditer(c.chars):
        role, a, b = match.group(1), match.start(), match.end()
        if c.gap(a) < NEWLINE or not c.gap(b):
            continue
        if role in words.PLAIN_ROLES or c.gap(b) == CELL or c.gap(a) == CELL:
            yield Mark("role", a, b, role)


def _duties(c: Compact) -> Iterator[Mark]:
    for match in _DUTY.finditer(c.chars):
        a, b = match.span()
        if not _opens(c, a):
            continue
        if match.group(1) is None:
            if c.gap(a) < NEWLINE and not (a and c.chars[a - 1] in ".)、"):
                continue
            lone = c.gap(b) >= NEWLINE or (c.gap(b) and words.DUTY_VERB.match(c.chars, b))
            if not lone:
                continue
        yield Mark("duty", a, b)


def _listed(c: Compact) -> Iterator[Mark]:
    for pattern in _LISTED:
        for match in pattern.finditer(c.chars):
            names = _listed_names(match.group())
            if not names:
                continue
            tail = re.compile(r"[^。;:]{0,40}[。:]").match(c.chars, match.end())
            end = tail.end() if tail else match.end()
            yield Mark("listed", _subject_start(c, match.start()), end, "、".join(names))


def _subject_start(c: Compact, a: int) -> int:
    """Return where the sentence that sets groups up begins: at the blank or mark before its verb."""
    for back in range(a, max(a - 25, -1), -1):
        if c.gap(back):
            return back
        if c.chars[back - 1] in "、,。;:()":
            break
    return a


def _listed_names(sentence: str) -> tuple[str, ...]:
    """Return the group names in a sentence like "下设综合协调、现场核查两个工作组"; () when it gives none."""
    body = re.sub(rf"^.*?{_SETS_UP}", "", sentence, count=1)
    ahead = re.match(rf"{_COUNT}[:,](?:分别[为是]|即|包括)?", body)
    if ahead:
        body = re.sub(r"[。:].*$", "", body[ahead.end() :])
    else:
        body = re.sub(rf"(?:等|共)?{_COUNT}.*$|(?:等|共)[^组]{{0,8}}组.*$", "", body)
    parts = [part.strip('“”"。:') for part in re.split(r"[、,]|和(?=[^、,和]{2,})|及(?=[^、,及]{2,})", body)]
    names = tuple(part for part in parts if part)
    if len(names) < 2 or any(len(part) > 16 or len(part) < 2 for part in names):
        return ()
    return names


def _numbers(c: Compact) -> Iterator[Mark]:
    for style, pattern in _NUMBERS:
        for match in pattern.finditer(c.chars):
            i = match.start()
            if not _may_number(c, style, i):
                continue
            yield Mark("number", i, match.end(1), style)


def _may_number(c: Compact, style: str, i: int) -> bool:
    if i == 0:
        return True
    before = c.chars[i - 1]
    if before.isdigit() and not c.gap(i):
        return False
    if style == "cn":
        # "王一、李二" in a list of names is no numbering.
        if before in "。;:)!?":
            return True
        return c.gap(i) >= NEWLINE and not re.search(r"[、:,].?$", c.chars[max(0, i - 2) : i])
    if style == "1.":
        return bool(c.gap(i)) or before in "。;:)!?"
    if style == "chapter":
        return c.gap(i) >= NEWLINE or before in "。;"
    return bool(c.gap(i)) or before in "。;:!?、,"


def group_heading(c: Compact, start: int, marks: list[Mark], n: int) -> Mark | None:
    """Return the heading of a group right after the number ``marks[n]``, or None.

    A name counts as a group when it ends like one, and a role, a duty or 负责 follows soon.
    """
    run = _NAME_CHARS.match(c.chars, start)
    if run is None:
        return None
    later = [mark for mark in marks[n + 1 : n + 6] if mark.a >= start]
    following = later[0] if later else None
    if following and following.kind == "number" and following.text != marks[n].text:
        # "一、综合协调组", then "(一)组成人员" before the first label.
        inner = _INNER.match(c.chars, following.b)
        following = next((mark for mark in later if mark.kind != "number"), None) if inner else following
    limit = min(run.end(), start + 45, following.a if following and following.kind != "number" else run.end())
    for end_match in _GROUP_END.finditer(c.chars, start, limit):
        end = end_match.end()
        if end - start < 2:
            continue
        after = re.compile(r"(?:\((?![一二三四五六七八九十\d]{1,3}\))[^()]{1,60}\))?[:。]?").match(
            c.chars, end
        )
        stop = after.end() if after else end
        clear = stop > end or c.gap(end) or (following is not None and following.a == end)
        verb = words.DUTY_VERB.match(c.chars, stop)
        if not clear and not (verb and verb.group().endswith("负责")):
            continue
        soon = following is not None and following.a - stop <= _REACH and following.kind in ("role", "duty")
        if soon or (verb is not None and stop > end):
            return Mark("heading", start, stop, group_name(c, start, end))
    return None


def group_name(c: Compact, a: int, b: int) -> str:
    """Return the name of a group as written, without the words that only say that a list follows."""
    name = c.clean(a, b)
    return re.sub(rf"{words.LIST_TAIL}$", "", name) or name
