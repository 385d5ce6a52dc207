"""Places others write down, judged by the list and the rules of returns (measures.api.register_origins)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.utils.translation import get_language

from pingzhan.domain.measures.api import Origin
from pingzhan.domain.returnees.judging import engine
from pingzhan.domain.returnees.judging.facts import LEVELS, Facts, Level, Listed, Reason, Stay
from pingzhan.domain.returnees.judging.regions import Hit, core, hits
from pingzhan.domain.returnees.judging.rulebook import words_of
from pingzhan.domain.returnees.judging.sentences import LEVEL_WORDS
from pingzhan.domain.returnees.parameters import overrides_for
from pingzhan.domain.returnees.places import from_province, read_place
from pingzhan.domain.returnees.queries.reading import listed_in
from pingzhan.domain.territory.api import zone_of
from pingzhan.domain.territory.models import Unit
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import fold
from pingzhan.kernel.regions import PROVINCES

_PARTS = re.compile(r"[\s;\uff1b,\uff0c\u3001\u3002/|]+")
_DATES = re.compile(r"^[\d\u5e74\u6708\u65e5\u53f7\u81f3\u5230\u4ece\u5728.:\uff1a~\uff5e\u2014-]+")
_SHORTEST = 2
NOON = time(12)
_LEVELS = {one.value for one in Level}


def judge(unit: Unit, text: str, day: date) -> Origin | None:
    """Return the gravest listed region of the look-back days that the rules of the day ask something about."""
    listed = listed_in(zone_of(unit).pk)
    if not listed:
        return None
    overrides = overrides_for([unit.pk])[unit.pk]
    stays = read_stays(text, listed, day - timedelta(days=engine.book_on(day, overrides).history), day)
    asked: list[tuple[Hit, Reason]] = []
    for hit in hits(stays, listed, day):
        ruling = engine.decide(
            Facts(stays=(hit.stay,)), datetime.combine(day, NOON), listed=listed, overrides=overrides
        )
        reason = next((one for one in ruling.reasons if one.rule == f"region.{hit.entry.level}"), None)
        if reason is not None:
            asked.append((hit, reason))
    if not asked:
        return None
    hit, reason = max(asked, key=lambda one: LEVELS.index(one[0].entry.level))
    entry = hit.entry
    return Origin(
        region=entry.name or entry.code,
        level=entry.level.value,
        level_words=LEVEL_WORDS[entry.level][_english()],
        begin=entry.begin,
        version=reason.version,
        clause=reason.clause_en if _english() else reason.clause_zh,
        coarse=hit.coarse,
    )


def words(level: str, version: str) -> str:
    """Return level and version of a stored judgement in the reader's language."""
    name = LEVEL_WORDS[Level(level)][_english()] if level in _LEVELS else level
    return f"{name} · {words_of(version, english=_english())}" if version else name


def _english() -> bool:
    return (get_language() or "").startswith("en")


def read_stays(text: str, listed: Iterable[Listed], begin: date, end: date) -> tuple[Stay, ...]:
    """Return the places named in a text, each for the whole period: nobody at a gate writes exact days.

    A place without its province belongs to the province named before it. One whose province nobody named counts as
    the listed region that has this name or a longer one: better asked once too often.
    """
    entries = list(listed)
    known = {one.name: one.code for one in entries if one.name}
    found: list[Stay] = []
    province = ""
    for part in _PARTS.split(fold(text)):
        bare = _DATES.sub("", part)
        place = _read((part, bare, from_province(part), province and f"{province}{bare}"), known)
        if place is not None:
            found.append(Stay(*place, begin, end))
            province = PROVINCES[place[0][:2]]
        else:
            found += [Stay(one.code, bare, begin, end) for one in entries if _named(bare, one)]
    return tuple(found)


def _read(attempts: Iterable[str], known: dict[str, str]) -> tuple[str, str] | None:
    for words in filter(None, attempts):
        try:
            return read_place(words, known)
        except Invalid:
            continue
    return None


def _named(words: str, entry: Listed) -> bool:
    name = core(entry.name)
    return len(words) >= _SHORTEST and len(name) >= _SHORTEST and (words in name or name in words)
