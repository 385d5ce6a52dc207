"""Reading a list of members: who stands in it, with which title, when blanks may mean anything.

A blank may separate entries, stand between name and title, spread a two-character name or be a broken line.
Each way to cut the list has a cost; the cheapest one is taken. What fits nothing is left over, not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pingzhan.domain.organisation.reading import words
from pingzhan.domain.organisation.reading.compact import BLANK, CELL, NEWLINE, Compact

_SEPARATORS = "、,;。.|/\u2502"
_BLANKS = (" ", "\n", "\t")
_SENTENCE = re.compile(
    r"下设|内设|设在|设立|负责(?!人|同志)|承担|如下|按照|根据|应当|不得|以及各|承办|职责|牵头组织|由[^、,;。]{1,20}(?:兼任|担任|任)|"
    r"抓好落实|贯彻|遵照|请(?:各|认真|遵照)|各(?:单位|部门|组|企业)(?:要|应|须|认真|按)|"
    r"不再|予以|特此|要(?:认真|切实|按|加强|积极|及时)|因工作"
)
_CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\u3007\U00020000-\U0003134f]+$")
_HAS_CJK = re.compile("[\u3400-\u9fff]")
_DOT = re.compile("[\u00b7\u2022\u2027\u30fb\uff65.]")
_JUNK = 6.0
_NEVER = 99.0
_MAX_TITLE, _MAX_TITLE_CHUNKS, _MAX_BRACKET = 45, 14, 60


@dataclass(frozen=True)
class Member:
    """One entry as ranges of the compact text; ``name`` and ``title`` are already joined."""

    a: int
    b: int
    name: str | None
    title: tuple[int, int] | None
    rule: tuple[int, int] | None


@dataclass(frozen=True)
class Members:
    """What a list holds: entries, the separators between them, and where the list ends (``stop``)."""

    entries: tuple[Member, ...]
    separators: tuple[tuple[int, int], ...]
    stop: int


@dataclass(frozen=True)
class _Chunk:
    """A piece between blanks and separators; ``before`` is what separates it from the one before it."""

    a: int
    b: int
    text: str
    bracket: bool
    before: str


@dataclass(frozen=True)
class _Item:
    """A way to read the chunks up to ``j``, and what it costs."""

    j: int
    cost: float
    member: Member | None


def parse(c: Compact, a: int, b: int, *, role: str, skip: tuple[tuple[int, int], ...] = ()) -> Members:
    """Read ``chars[a:b]`` as a list of members of one role. ``skip`` are the numbers of a numbered list."""
    stop = _sentence_start(c, a, b)
    chunks, separators = _chunks(c, a, stop, skip)
    units = role in words.UNIT_ROLES
    best = min(
        (_cheapest(c, chunks, title_first, units) for title_first in (False, True)),
        key=lambda found: found[0],
    )
    return Members(tuple(best[1]), tuple(separators), stop)


def _sentence_start(c: Compact, a: int, b: int) -> int:
    """Return where prose begins in a range, at a blank; ``b`` when it holds none."""
    for match in _SENTENCE.finditer(c.chars, a, b):
        p = match.start()
        if _depth(c.chars, a, p) > 0:
            continue
        q = p
        while q > a and not c.gap(q) and c.chars[q - 1] not in "。;":
            q -= 1
        return q
    return b


def _depth(chars: str, a: int, p: int) -> int:
    since = max(a, p - _MAX_BRACKET)
    return chars.count("(", since, p) - chars.count(")", since, p)


def _chunks(
    c: Compact, a: int, b: int, skip: tuple[tuple[int, int], ...]
) -> tuple[list[_Chunk], list[tuple[int, int]]]:
    chunks: list[_Chunk] = []
    separators: list[tuple[int, int]] = []
    numbers = dict(skip)
    before, start, i = ";", a, a

    def close(end: int, mark: str) -> None:
        nonlocal before, start
        if end > start:
            chunks.append(_Chunk(start, end, c.chars[start:end], False, before))
            before = mark
        elif mark not in _BLANKS and mark:
            before = mark
        start = end

    while i < b:
        char = c.chars[i]
        if i in numbers:
            close(i, ";")
            before = ";"
            i = start = numbers[i]
            continue
        if c.gap(i) and i > start:
            close(i, {BLANK: " ", NEWLINE: "\n", CELL: "\t"}[c.gap(i)])
        if char == "(":
            end = _closing(c.chars, i, min(b, i + _MAX_BRACKET))
            if end > 0:
                close(i, "")
                chunks.append(_Chunk(i, end + 1, c.chars[i + 1 : end], True, before))
                before, i = " ", end + 1
                start = i
                continue
        if char in _SEPARATORS and not (char == "." and _between_words(c, i)):
            close(i, char)
            separators.append((i, i + 1))
            before = char
            i += 1
            start = i
            continue
        i += 1
    close(b, "")
    return chunks, separators


def _closing(chars: str, i: int, limit: int) -> int:
    """Return where the bracket that opens at ``i`` is closed; -1 when it is not closed before ``limit``."""
    depth = 0
    for p in range(i, limit):
        depth += {"(": 1, ")": -1}.get(chars[p], 0)
        if depth == 0:
            return p
    return -1


def _between_words(c: Compact, i: int) -> bool:
    """Return whether a full stop joins the parts of a foreign name rather than ending something."""
    return 0 < i < len(c.chars) - 1 and not c.gap(i) and not c.gap(i + 1) and not c.chars[i - 1].isdigit()


def _cheapest(c: Compact, chunks: list[_Chunk], title_first: bool, units: bool) -> tuple[float, list[Member]]:
    n = len(chunks)
    cost = [0.0] + [_NEVER * (n + 1)] * n
    step: list[tuple[int, Member | None]] = [(0, None)] * (n + 1)
    for i in range(n):
        for item in _items(c, chunks, i, title_first, units):
            total = cost[i] + item.cost
            if total < cost[item.j]:
                cost[item.j], step[item.j] = total, (i, item.member)
    members: list[Member] = []
    i = n
    while i:
        i, member = step[i]
        if member is not None:
            members.append(member)
    return cost[n], members[::-1]


def _items(c: Compact, chunks: list[_Chunk], i: int, title_first: bool, units: bool) -> Iterator[_Item]:
    first = chunks[i]
    if first.bracket:
        yield _Item(i + 1, 3.0, None)
        return
    yield _Item(i + 1, _JUNK, None)
    yield from _classes(c, chunks, i)
    yield from _units(chunks, i, units)
    if units:
        return
    for j, name, paid in _names(chunks, i):
        plain = Member(first.a, chunks[j - 1].b, name, None, None)
        if j < len(chunks) and chunks[j].bracket:
            yield from _bracketed(chunks, j, plain, paid)
        yield _Item(j, paid + 0.6, plain)
        if not title_first:
            for k, title, dear in _titles(chunks, j):
                # After 、 a broken line is rather inside a title than between a name and its title.
                torn = 0.6 if first.before == "、" and chunks[j].before == "\n" else 0.0
                whole = replace(plain, b=chunks[k - 1].b, title=title)
                yield _Item(k, paid + dear + torn + 0.1, whole)
    yield from _glued(chunks, i)
    if title_first:
        for j, title, paid in _titles(chunks, i, opening=True):
            if j < len(chunks) and chunks[j].before in _BLANKS:
                for k, name, dear in _names(chunks, j):
                    yield _Item(k, paid + dear + 0.1, Member(first.a, chunks[k - 1].b, name, title, None))


def _bracketed(chunks: list[_Chunk], j: int, plain: Member, paid: float) -> Iterator[_Item]:
    """Read ``name(title)``; a remark such as (兼) is no title."""
    bracket = chunks[j]
    inside = (bracket.a + 1, bracket.b - 1)
    title = None if words.REMARK.match(bracket.text) or not bracket.text else inside
    whole = replace(plain, b=bracket.b, title=title)
    yield _Item(j + 1, paid + 0.1, whole)
    if title is None:
        for k, after, dear in _titles(chunks, j + 1):
            yield _Item(k, paid + dear + 0.1, replace(plain, b=chunks[k - 1].b, title=after))


def _names(chunks: list[_Chunk], i: int) -> Iterator[tuple[int, str, float]]:
    """Yield the ways a name can begin at chunk ``i``: the next chunk, the name, the cost."""
    text, inner = "", []
    for j in range(i, min(i + 3, len(chunks))):
        chunk = chunks[j]
        if chunk.bracket or (j > i and chunk.before not in _BLANKS):
            return
        if j > i:
            inner.append(chunk.before)
        text += chunk.text
        if len(text) > 20:
            return
        paid = _name_cost(text) + _spread_cost([c.text for c in chunks[i : j + 1]], inner)
        if paid < _JUNK:
            yield j + 1, _DOT.sub("\u00b7", text), paid


def _name_cost(text: str) -> float:
    if _DOT.search(text):
        parts = _DOT.split(text)
        return 0.2 if len(parts) < 5 and all(p and _CJK.match(p) for p in parts) else _NEVER
    n = len(text)
    if not 2 <= n <= 4 or not _CJK.match(text) or text in words.NO_NAME:
        return _NEVER
    if text[:2] in words.COMPOUND_SURNAMES and n > 2:
        cost = 0.0
    elif text[0] in words.SURNAMES:
        cost = {2: 0.1, 3: 0.0, 4: 3.0}[n]
    else:
        cost = {2: 2.0, 3: 2.0, 4: 4.5}[n]
    if words.TITLE_END.search(text):
        cost += 6.0
    if words.UNIT_CHAR_END.search(text) or (n > 2 and words.UNIT_END.search(text)):
        cost += 3.0
    return cost


def _spread_cost(parts: list[str], inner: list[str]) -> float:
    """Return what it costs that blanks stand inside a name."""
    if not inner:
        return 0.0
    if "\t" in inner:
        return _NEVER
    lengths = [len(part) for part in parts]
    if lengths == [1, 1]:
        return 0.2 if inner == [" "] else 0.3
    broken = inner.count("\n")
    if lengths in ([1, 2], [2, 1]):
        return 1.0 if broken else 1.8
    if lengths == [1, 1, 1]:
        return 1.2 if broken == 1 else 2.5
    if lengths == [2, 2]:
        return 1.0
    return 3.0


def _titles(
    chunks: list[_Chunk], i: int, *, opening: bool = False
) -> Iterator[tuple[int, tuple[int, int], float]]:
    """Yield the ways a title can begin at chunk ``i``: the next chunk, its range, the cost."""
    if i >= len(chunks) or chunks[i].bracket:
        return
    if not opening and chunks[i].before not in (*_BLANKS, ",", ""):
        return
    paid = 0.3 if not opening and chunks[i].before == "," else 0.0
    text = ""
    for j in range(i, min(i + _MAX_TITLE_CHUNKS, len(chunks))):
        chunk = chunks[j]
        if j > i and chunk.before not in (" ", "\n", "、", ",", "/", ""):
            return
        if not chunk.bracket and not _HAS_CJK.search(chunk.text):
            return
        if j > i:
            paid += _inner_cost(chunks, i, j)
            whole = words.TITLE_END.search(text) or words.UNIT_END.search(text)
            if chunk.before in _BLANKS and whole and _begins_name(chunks, j):
                paid += 2.0
        if not chunk.bracket:
            text += ("、" if chunk.before == "、" and j > i else "") + chunk.text
        if len(text) > _MAX_TITLE:
            return
        yield j + 1, (chunks[i].a, chunk.b), paid + _title_cost(text)


def _inner_cost(chunks: list[_Chunk], i: int, j: int) -> float:
    """Return what it costs that a title goes on over what separates chunk ``j`` from the one before."""
    chunk = chunks[j]
    if chunk.bracket:
        return 0.0
    cost = {"、": 0.1, ",": 1.0, "/": 0.2, "\n": 0.3, "": 0.2}.get(chunk.before, 0.5)
    if chunk.before == "、" and _name_cost(chunk.text) < 1:
        torn = j + 1 < len(chunks) and chunks[j + 1].before == "\n"
        cost += 0.2 if torn else 1.0
    if j == i + 1 and len(chunks[i].text) == 1 and chunk.before in (" ", "\n"):
        # One character alone is rather the end of a broken name than the start of a title.
        cost += 1.5 if chunk.before == "\n" else 3.0
    return cost


def _begins_name(chunks: list[_Chunk], j: int) -> bool:
    """Return whether chunk ``j`` is a name, or is one together with the next chunk."""
    text = chunks[j].text
    if _name_cost(text) < 1 or text in words.SURNAMES:
        return True
    torn = j + 1 < len(chunks) and chunks[j + 1].before == "\n" and not chunks[j + 1].bracket
    return torn and _name_cost(text + chunks[j + 1].text) < 1


def _title_cost(text: str) -> float:
    if words.TITLE_END.search(text):
        return 0.0
    if words.TITLE_CHAR_END.search(text) and len(text) > 2:
        return 0.3
    if words.UNIT_END.search(text) and len(text) > 2:
        return 0.5
    return 4.0 if len(text) <= 10 else 7.0


def _glued(chunks: list[_Chunk], i: int) -> Iterator[_Item]:
    """Read a title with the name right behind it, without a blank."""
    text, paid = "", 0.8
    for j in range(i, min(i + 6, len(chunks))):
        chunk = chunks[j]
        if chunk.bracket or (j > i and chunk.before not in ("\n", "、", " ")):
            return
        text += chunk.text
        if len(text) > _MAX_TITLE:
            return
        found = False
        for length in (3, 2, 4) if len(chunk.text) > 3 else ():
            name, title = chunk.text[-length:], text[:-length]
            if _name_cost(name) <= 0.1 and words.TITLE_END.search(title):
                found = True
                cut = chunk.b - length
                yield _Item(j + 1, paid, Member(chunks[i].a, chunk.b, name, (chunks[i].a, cut), None))
        # A piece that ends with a name of its own is hardly the first part of somebody else's title.
        paid += 2.0 if found else 0.3


def _classes(c: Compact, chunks: list[_Chunk], i: int) -> Iterator[_Item]:
    """Read a class of persons; classes joined by 、 are one entry ("各包企责任人、包项目责任人")."""
    piece, paid = "", 0.5
    for j in range(i, min(i + 10, len(chunks))):
        chunk = chunks[j]
        if j > i:
            if chunk.before == "、":
                if not _is_class(piece):
                    return
                piece = ""
            elif chunk.before in (" ", "\n", "") or chunk.bracket:
                paid += 0.0 if chunk.bracket else 0.4
            else:
                return
        piece += "" if chunk.bracket else chunk.text
        if _is_class(piece):
            yield _Item(j + 1, paid, Member(chunks[i].a, chunk.b, None, None, (chunks[i].a, chunk.b)))


def _is_class(piece: str) -> bool:
    if not 4 <= len(piece) <= 40:
        return False
    return bool(words.CLASS_START.match(piece) or words.CLASS_END.search(piece))


def _units(chunks: list[_Chunk], i: int, units: bool) -> Iterator[_Item]:
    """Read a body that is a member as such (成员单位); each is an entry of its own."""
    text, paid = "", 0.8
    for j in range(i, min(i + 4, len(chunks))):
        chunk = chunks[j]
        if j > i and not chunk.bracket:
            if chunk.before not in (" ", "\n"):
                return
            paid += 1.6 if words.UNIT_END.search(text) else 0.6
        text += "" if chunk.bracket else chunk.text
        if len(text) > 40:
            return
        member = Member(chunks[i].a, chunk.b, None, None, (chunks[i].a, chunk.b))
        known = len(text) > 1 and words.UNIT_END.search(text)
        if known and (units or len(text) > 2):
            yield _Item(j + 1, paid - (0.8 if units else 0.0), member)
        elif units and len(text) > 1 and text not in words.NO_NAME:
            yield _Item(j + 1, paid + 0.7, member)
