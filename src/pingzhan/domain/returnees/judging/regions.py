"""Which entries of the list of key regions a stay falls under."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from pingzhan.domain.returnees.judging.facts import LEVELS, Listed, Stay
from pingzhan.kernel.regions import PROVINCES


@dataclass(frozen=True, slots=True)
class Hit:
    """A stay and the entry it falls under; ``coarse`` when the stay names a wider area than the entry."""

    stay: Stay
    entry: Listed
    coarse: bool


def stem(code: str) -> str:
    """Return the code without the pairs of zeros that mean "all of it": 371600 is 3716, 370000 is 37."""
    short = code
    if len(short) > 6:
        while len(short) > 6 and short.endswith("000"):
            short = short[:-3]
    if len(short) == 6:
        while len(short) > 2 and short.endswith("00"):
            short = short[:-2]
    return short


def hits(stays: Iterable[Stay], listed: Iterable[Listed], on: date) -> Iterator[Hit]:
    """Yield for each stay the gravest entry that was in force at any time from its first day until ``on``.

    A region listed after he had left it counts: the disease was there before the list. An entry that ended
    before he came does not. A stay that names only the city counts for each listed county of it (``coarse``),
    until somebody says which county it was.
    """
    entries = list(listed)
    for stay in stays:
        best: tuple[int, bool, Listed] | None = None
        for entry in entries:
            if entry.begin > on or (entry.end is not None and entry.end <= stay.begin):
                continue
            exact = covers(stay, entry)
            if exact is not None:
                rank = (LEVELS.index(entry.level), exact)
                if best is None or rank > best[:2]:
                    best = (*rank, entry)
        if best is not None:
            yield Hit(stay, best[2], not best[1])


def covers(stay: Stay, entry: Listed) -> bool | None:
    """Return True when the stay lies in the entry's region, False when it may (it names more), None when not.

    Codes decide. Of a stay that has only its province's code the name decides within that province.
    """
    mine, theirs = stem(stay.code), stem(entry.code)
    if mine.startswith(theirs):
        return True
    if not theirs.startswith(mine):
        return None
    if len(mine) > 2:
        return False
    here, there = core(stay.name), core(entry.name)
    if not here:
        return False
    if there and there in here:
        return True
    return False if here in there else None


def core(name: str) -> str:
    """Return a place name without blanks and without the province in front."""
    plain = "".join(name.split())
    province = next((one for one in PROVINCES.values() if plain.startswith(one)), "")
    return plain[len(province) :]
