"""Walking the chain: every altered, deleted, inserted or cut-off record is named.

The chain finds what was altered or deleted between two records, the marks find whoever rewrote hashes (the key
is outside the database), the numbers find gaps, and the anchors find what was cut off at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from pingzhan.foundation.audit import signing
from pingzhan.foundation.audit.chain import CHAINED_FIELDS, GENESIS, LATER_FIELDS, hash_of

BreakKind = Literal["edited", "missing", "gap", "forged", "unsigned", "cut", "anchor", "segment"]
BATCH = 5000
MAX_BREAKS = 200
"""Breaks kept one by one; more are only counted, because the trail is beyond a list then."""

_COLUMNS = (*CHAINED_FIELDS, *LATER_FIELDS, "prev_sha", "sha", "mark")


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


@dataclass
class Walker:
    """The state of a walk along the chain; feed it the records in the order of their ids."""

    expected: str = GENESIS
    after: int | None = None
    modern: bool = False
    """Whether a record with number and mark was seen: from there on all have them."""

    def __post_init__(self) -> None:
        self._keys = signing.keys()

    def step(self, row: dict[str, Any]) -> Iterator[Break]:
        """Check one record; yield what is wrong with it, at most one break of content and one of place."""
        number = row["id"]
        if row["prev_sha"] != self.expected:
            yield Break(number, "missing", self.after)
        elif row["tx"] is not None and number != (self.after or 0) + 1:
            yield Break(number, "gap", self.after)
        if hash_of(row["prev_sha"], row) != row["sha"]:
            yield Break(number, "edited", self.after)
        else:
            yield from self._check_mark(row)
        self.modern = self.modern or row["tx"] is not None
        self.expected = row["sha"]
        self.after = number

    def _check_mark(self, row: dict[str, Any]) -> Iterator[Break]:
        if not row["mark"]:
            if self.modern or row["tx"] is not None:
                yield Break(row["id"], "unsigned", self.after)
            return
        holds = signing.mark_holds(self._keys, row["sha"], row["mark"])
        if holds is None:
            yield Break(row["id"], "unsigned", self.after)
        elif not holds:
            yield Break(row["id"], "forged", self.after)


def verify(progress: Callable[[int, int], None] | None = None) -> Report:
    """Check all records, archived parts and anchors, and return the report.

    ``progress(done, total)`` is called between batches, in numbers of records; what it raises ends the walk.
    Must not run inside a long transaction: each batch reads what is committed then.
    """
    from pingzhan.foundation.audit.anchors import check_anchors
    from pingzhan.foundation.audit.models import AuditRecord
    from pingzhan.foundation.audit.segments import check_segments

    report = Report()
    expected, after = check_segments(report)
    walker = Walker(expected, after, modern=after is not None)
    first = after or 0
    total = max(0, (AuditRecord.objects.order_by("-id").values_list("id", flat=True).first() or 0) - first)
    while True:
        rows = list(
            AuditRecord.objects.filter(id__gt=walker.after or 0).order_by("id").values(*_COLUMNS)[:BATCH]
        )
        for row in rows:
            for one in walker.step(row):
                report.add(one)
        report.checked += len(rows)
        if progress is not None:
            progress(min(report.checked, total), total)
        if len(rows) < BATCH:
            break
    report.last_id = walker.after or 0
    report.head_sha = walker.expected
    check_anchors(report)
    return report


def verify_chain() -> list[Break]:
    """Check every record and return the breaks in order; an empty list means the trail is whole."""
    return verify().breaks
