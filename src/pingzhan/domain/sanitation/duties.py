"""What cleaning and airing mean for the obligations of an enterprise (annex 2 (4)).

Called by the actions in their own transaction, before the record. Obligations ask coverage.py whether every area
of their period is done; an entry is the evidence they point at.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pingzhan.domain.obligations.api import Evidence, satisfy_many, unsatisfy
from pingzhan.domain.obligations.enums import State
from pingzhan.domain.obligations.models import Obligation
from pingzhan.domain.sanitation.models import Entry, Record
from pingzhan.foundation.access.actor import Actor

ENTRY = "sanitation_entry"
"""Kind of evidence rows, as obligations name them."""


def done(entry: Entry, moments: Iterable[datetime], by: Actor) -> int:
    """Areas were done at these moments; return how many duties are complete by it."""
    return satisfy_many(
        [Evidence(entry.enterprise_id, entry.kind, (ENTRY, entry.pk), at) for at in sorted(set(moments))],
        by=by,
    )


def withdrawn(record: Record) -> None:
    """A record does not hold any more: whatever was complete with it is asked for again.

    The evidence an obligation points at may be another entry than that of the record, so those whose period
    holds the record are looked up.
    """
    refs = set(
        Obligation.objects.filter(
            unit=record.enterprise_id,
            demand__evidence=record.kind,
            state=State.DONE,
            t0__lte=record.at,
            t1__gt=record.at,
            ref_kind=ENTRY,
        ).values_list("ref_id", flat=True)
    )
    if not Record.objects.filter(entry=record.entry_id, voided_at__isnull=True).exists():
        refs.add(record.entry_id)
    for ref in sorted(one for one in refs if one is not None):
        unsatisfy((ENTRY, ref))
