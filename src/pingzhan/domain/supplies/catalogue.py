"""The catalogue of supplies, read from the file that ships with the module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from pingzhan.domain.measures.api import in_language

PHASES = ("routine", "IV", "III", "II", "I")
"""From routine to the gravest level; a norm that a phase does not name is that of the one before it."""


@dataclass(frozen=True, slots=True)
class Article:
    """A kind of thing kept in store. ``norm`` is in units for a thousand people: a day, or at all for a reserve.

    ``required``: annex 2 (7) names it, or a rule in force asks for it; ``verified`` False is shown as 未核实.
    """

    key: str
    title: str
    title_en: str
    unit: str
    unit_en: str
    required: bool
    reserve: bool
    at_least: int
    norm: Mapping[str, int]
    source: str
    verified: bool

    @property
    def label(self) -> str:
        """Return the title in the reader's language."""
        return in_language(self.title, self.title_en)

    @property
    def measure(self) -> str:
        """Return the unit in the reader's language."""
        return in_language(self.unit, self.unit_en)

    def per_thousand(self, phase: str) -> int:
        """Return the norm that holds in a phase."""
        return self.norm[phase]


def _article(row: dict[str, object]) -> Article:
    given = row.pop("norm")
    assert isinstance(given, dict)
    if unknown := set(given) - set(PHASES):
        raise ValueError(f"article {row['key']}: no such phase: {sorted(unknown)}")
    norm, now = {}, 0
    for phase in PHASES:
        now = norm[phase] = int(given.get(phase, now))
    words = {"reserve": False, "at_least": 0, **row}
    return Article(norm=MappingProxyType(norm), **words)  # type: ignore[arg-type]


@cache
def articles() -> Mapping[str, Article]:
    """Return all articles by key, in the order of the file. ValueError for a faulty one."""
    text = resources.files(__package__).joinpath("catalogue.toml").read_text(encoding="utf-8")
    rows = [_article(row) for row in tomllib.loads(text)["article"]]
    found = {row.key: row for row in rows}
    if len(found) != len(rows):
        raise ValueError("an article is in the catalogue twice")
    return MappingProxyType(found)
