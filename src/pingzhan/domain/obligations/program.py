"""What is in force on a unit in the terms of this module, and where it is asked for.

The measures module registers itself at start (apps); a test may stand in for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from pingzhan.domain.obligations.calendar import Cadence

ENTERPRISE, ZONE = "enterprise", "zone"


@dataclass(frozen=True)
class Rule:
    """One measure in force.

    ``on`` says whose duty it is: that of every enterprise or that of the zone. ``needs`` are the marks an
    enterprise must have for it to apply (canteen, dormitory, imported_goods, cold_chain): any one is enough.
    ``workdays``: not due on rest days.
    """

    key: str
    version: int
    set_version: int
    set_name: str
    title: str
    item: int
    clause: str
    party: str
    group: str
    subject: str
    evidence: str
    severity: int
    cadence: Cadence
    title_en: str = ""
    on: str = ENTERPRISE
    needs: tuple[str, ...] = ()
    workdays: bool = False

    @property
    def digest(self) -> str:
        """Return the hash of what is copied to a demand."""
        parts = (
            self.set_name, self.title, self.title_en, str(self.item), self.clause, self.party, self.group, self.subject,
            self.evidence, str(self.severity), str(self.set_version),
        )  # fmt: skip
        return sha256("\x1f".join(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Program:
    """All measures in force on a unit; units with the same ones share the object. ``level`` None is routine."""

    level: int | None
    rules: tuple[Rule, ...]


Source = Callable[[Sequence[int], datetime], Mapping[int, Program]]
"""``fn(unit_ids, at)``: what is in force on each unit at a moment."""

_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Say where programs come from; the last one registered counts."""
    _sources[:] = [source]


def programs(unit_ids: Sequence[int], at: datetime) -> Mapping[int, Program]:
    """Return what is in force on each unit; nothing where no measures are."""
    return _sources[0](unit_ids, at) if _sources else {}
