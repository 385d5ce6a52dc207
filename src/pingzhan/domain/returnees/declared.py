"""What somebody declared about his return, as one text that is sealed with his own key, and back.

The text keeps what was declared before each correction, so a correction loses nothing, and it goes with
everything else when the ledger's time is up.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pingzhan.domain.returnees.judging.facts import (
    Contact,
    Episode,
    Facts,
    Isolation,
    Met,
    Method,
    Place,
    Result,
    Stay,
    Swab,
    Symptom,
)

FIELD = "returnees.declared"
"""The name that binds the sealed text to its column."""
REASONS = "returnees.reasons"
MAX_EARLIER = 20


@dataclass(frozen=True, slots=True)
class Temperature:
    """A temperature by the day it was measured."""

    on: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Declared:
    """All that is known: the facts without a temperature, the temperatures by day, doses of vaccine.

    ``doses`` is None when nothing was said. ``earlier`` holds what stood there before, oldest first.
    """

    facts: Facts = field(default_factory=Facts)
    temperatures: tuple[Temperature, ...] = ()
    doses: int | None = None
    earlier: tuple[str, ...] = ()

    def on(self, day: date) -> Facts:
        """Return the facts with the highest temperature measured on a day."""
        measured = [one.value for one in self.temperatures if one.on == day]
        return replace(self.facts, temperature=max(measured, default=None))

    def corrected(self, new: Declared, *, at: datetime, by: str) -> Declared:
        """Return ``new`` with this declaration kept as an earlier one, who replaced it and when."""
        kept = json.dumps(
            {"at": at.isoformat(), "by": by, "was": _plain(self)}, ensure_ascii=False, sort_keys=True
        )
        return replace(new, earlier=(*self.earlier, kept)[-MAX_EARLIER:])


def write(declared: Declared) -> str:
    """Return the declaration as a text."""
    return json.dumps(
        {**_plain(declared), "earlier": list(declared.earlier)}, ensure_ascii=False, sort_keys=True
    )


def read(text: str | None) -> Declared:
    """Return the declaration; an empty one for None."""
    if not text:
        return Declared()
    data = json.loads(text)
    day = date.fromisoformat
    return Declared(
        facts=Facts(
            stays=tuple(Stay(c, n, day(b), day(e)) for c, n, b, e in data["stays"]),
            met=tuple(Met(Contact(kind), day(last)) for kind, last in data["met"]),
            tests=tuple(Swab(day(on), Result(said), Method(how)) for on, said, how in data["tests"]),
            isolations=tuple(Isolation(day(b), day(e), Place(place)) for b, e, place in data["isolations"]),
            episodes=tuple(
                Episode(Symptom(kind), day(since), datetime.fromisoformat(ended) if ended else None)
                for kind, since, ended in data["episodes"]
            ),
            cleared=day(data["cleared"]) if data["cleared"] else None,
        ),
        temperatures=tuple(Temperature(day(on), Decimal(value)) for on, value in data["temperatures"]),
        doses=data["doses"],
        earlier=tuple(data["earlier"]),
    )


def _plain(declared: Declared) -> dict[str, Any]:
    facts = declared.facts

    def text(day: date | None) -> str | None:
        return day.isoformat() if day is not None else None

    return {
        "stays": [[one.code, one.name, text(one.begin), text(one.end)] for one in facts.stays],
        "met": [[one.kind, text(one.last)] for one in facts.met],
        "tests": [[text(one.on), one.result, one.method] for one in facts.tests],
        "isolations": [[text(one.begin), text(one.end), one.place] for one in facts.isolations],
        "episodes": [
            [one.symptom, text(one.since), one.ended.isoformat() if one.ended else None]
            for one in facts.episodes
        ],
        "cleared": text(facts.cleared),
        "temperatures": [[text(one.on), str(one.value)] for one in declared.temperatures],
        "doses": declared.doses,
    }


def merged(*parts: Sequence[Any]) -> tuple[Any, ...]:
    """Return the entries of several lists, each once, in their order."""
    return tuple(dict.fromkeys(one for part in parts for one in part))
