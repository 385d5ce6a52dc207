"""Hazards as data: names, legal class by date, and what is known of each with its source.

The class gates measures: what the law keeps for class A needs a disease of class A, or one that is managed as
such by decision on that day (IDL 3, 4, 58, 65).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from pingzhan.domain.measures.models.sets import in_language


@dataclass(frozen=True)
class ManagedAsA:
    """Days on which a disease was or is managed as class A, and by which decision; ``until`` is exclusive."""

    since: date
    until: date | None
    decision: str


@dataclass(frozen=True)
class Hazard:
    """A hazard; ``legal_class`` is A, B, C or empty for what the law does not list."""

    key: str
    name: str
    name_en: str
    legal_class: str
    source: str
    kind: str = "disease"
    as_a: tuple[ManagedAsA, ...] = ()

    @property
    def label(self) -> str:
        """Return the name in the reader's language."""
        return in_language(self.name, self.name_en)

    def managed_as_a(self, day: date) -> str:
        """Return the decision under which the disease is managed as class A on a day, empty without one."""
        for one in self.as_a:
            if one.since <= day and (one.until is None or day < one.until):
                return one.decision
        return ""


@cache
def hazards() -> Mapping[str, Hazard]:
    """Return all hazards by key, in the order of hazards.toml."""
    text = resources.files("pingzhan.domain.measures").joinpath("hazards.toml").read_text("utf-8")
    return {
        key: Hazard(
            key,
            entry["name"],
            entry["name_en"],
            entry["class"],
            entry["source"],
            entry.get("kind", "disease"),
            tuple(
                ManagedAsA(one["from"], one.get("until"), one["decision"]) for one in entry.get("as_a", ())
            ),
        )
        for key, entry in tomllib.loads(text).items()
    }


def choices() -> list[tuple[str, str]]:
    """Return keys and names for the order form of the switch."""
    return [(one.key, one.label) for one in hazards().values()]


def hazard_label(key: str) -> str:
    """Return the name of a hazard, its key for one that nobody knows."""
    found = hazards().get(key)
    return found.label if found else key
