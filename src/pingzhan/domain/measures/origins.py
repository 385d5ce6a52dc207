"""What is known of places somebody comes from: asked here, answered by the module that keeps the list of key regions.

The ledgers of an enterprise do not know each other; the gate asks whether a place a guard wrote down is on the list
that the returns keep, and both know this module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from pingzhan.domain.territory.models import Unit


@dataclass(frozen=True, slots=True)
class Origin:
    """A place that a rule in force asks something about.

    ``level`` and ``version`` are keys to be stored, of the level on the list and of the rules; ``level_words`` and
    ``clause`` are their words in the reader's language. ``begin`` is the day the region came on the list; ``coarse``
    when the place names a wider area than the region.
    """

    region: str
    level: str
    level_words: str
    begin: date
    version: str
    clause: str
    coarse: bool = False


Judge = Callable[[Unit, str, date], Origin | None]
"""``fn(enterprise, text, day)``: the gravest region that the places in a text fall under, None for none."""
Words = Callable[[str, str], str]
"""``fn(level, version)``: what these keys mean, in the reader's language."""

_judges: list[tuple[Judge, Words]] = []


def register_origins(judge: Judge, words: Words) -> None:
    """Say who judges places; the last one registered counts. Called from ready()."""
    _judges[:] = [(judge, words)]


def judge_origin(unit: Unit, text: str, day: date) -> Origin | None:
    """Return the gravest listed region that the places in a text fall under by the rules in force at the unit.

    None for an empty text, for places that are not listed, and where no rule in force asks about their level.
    """
    return _judges[0][0](unit, text, day) if _judges and text else None


def origin_words(level: str, version: str) -> str:
    """Return the stored keys of an Origin in words; the level itself where nobody knows it."""
    return _judges[0][1](level, version) if _judges and level else level
