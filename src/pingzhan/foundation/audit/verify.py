"""Walking the chain: every altered, deleted, inserted or cut-off record is named.

The chain finds what was altered or deleted between two records, the marks find whoever rewrote hashes (the key
is outside the database), the numbers find gaps, and the anchors find what was cut off at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pingzhan.foundation.audit import signing
from pingzhan.foundation.audit.anchors import check_anchors
from pingzhan.foundation.audit.chain import CHAINED_FIELDS, GENESIS, LATER_FIELDS, hash_of
from pingzhan.foundation.audit.report import Break, Report
from pingzhan.foundation.audit.segments import check_segments

BATCH = 5000
_COLUMNS = (*CHAINED_FIELDS, *LATER_FIELDS, "prev_sha", "sha", "mark")


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
    from pingzhan.foundation.audit.models import AuditRecord

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
