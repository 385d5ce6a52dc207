"""What a verification can find, and its outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from pingzhan.foundation.audit.chain import GENESIS

BreakKind = Literal["edited", "missing", "gap", "forged", "unsigned", "cut", "anchor", "segment"]
MAX_BREAKS = 200
"""Breaks kept one by one; more are only counted, because the trail is beyond a list then."""


@dataclass(frozen=True)
class Break:
    """One place where the trail does not hold: the record and what is wrong with it.

    ``kind`` 'edited': the record's hash does not fit its content; 'missing': the record before it is gone, or
    this one was put in from elsewhere; 'gap': numbers are missing in front of it; 'forged': its mark was not
    made with a key of this site; 'unsigned': the key of its mark is not on this machine, or it has none where
    it should; 'cut': an anchor says that the trail once reached this number; 'anchor': an anchor itself was
    altered or contradicts the record; 'segment': an archived part does not fit.
    """

    record_id: int
    kind: BreakKind
    after_id: int | None
    """The last record in front of it, None at the beginning."""


@dataclass
class Report:
    """What a verification found. ``anchored_id`` is the last record whose presence a good anchor proves."""

    checked: int = 0
    breaks: list[Break] = field(default_factory=list)
    break_count: int = 0
    last_id: int = 0
    head_sha: str = GENESIS
    archived: int = 0
    anchors: int = 0
    anchored_id: int = 0
    anchored_at: str = ""

    @property
    def ok(self) -> bool:
        """Return whether the trail is whole."""
        return self.break_count == 0

    @property
    def unanchored(self) -> int:
        """Return how many of the newest records no anchor covers yet."""
        return max(0, self.last_id - self.anchored_id)

    def add(self, one: Break) -> None:
        """Note a break."""
        self.break_count += 1
        if len(self.breaks) < MAX_BREAKS:
            self.breaks.append(one)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON, for a run's result and the command line."""
        return {**asdict(self), "ok": self.ok, "unanchored": self.unanchored}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Report:
        """Return the report that as_dict gave."""
        names = {one.name for one in fields(cls)} - {"breaks"}
        breaks = [Break(**one) for one in data["breaks"]]
        return cls(breaks=breaks, **{name: data[name] for name in names})
