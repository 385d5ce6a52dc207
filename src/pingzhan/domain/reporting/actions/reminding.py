"""Reminders before and after a report is due: rows swept by a loop, each stage once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from pingzhan.domain.reporting import settings
from pingzhan.domain.reporting.actions.common import tell
from pingzhan.domain.reporting.enums import ReportKind, Stage
from pingzhan.domain.reporting.models import Due
from pingzhan.domain.reporting.notices import due_notices, urge_notices
from pingzhan.domain.reporting.queries.reach import speakers_of, writers_of
from pingzhan.foundation import clock
from pingzhan.foundation.messages import NewNotice, enqueue_bulk

BATCH = 100


@dataclass(frozen=True)
class Reminded:
    """What a sweep did: due reports looked at, notices written."""

    dues: int
    notices: int


def remind_due(now: datetime | None = None) -> Reminded:
    """Send every reminder that is due; safe to run twice at once, since rows another sweep holds are skipped.

    ``now`` is the database's unless a test gives another. After a stop of the server only the last stage that
    was missed is told.
    """
    at = now or clock.now()
    dues = notices = 0
    while True:
        done = _batch(at)
        dues, notices = dues + done.dues, notices + done.notices
        if done.dues < BATCH:
            return Reminded(dues, notices)


@transaction.atomic
def _batch(now: datetime) -> Reminded:
    rows = list(
        Due.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .select_related("zone", "unit")
        .filter(next_at__lte=now)
        .order_by("next_at", "pk")[:BATCH]
    )
    written = 0
    late = settings.minutes("late")
    for due in rows:
        before = due.stage
        if now < due.due_at:
            due.stage, due.next_at = Stage.BEFORE, due.due_at
        elif late and now >= due.due_at + late:
            due.stage, due.next_at = Stage.LATE, None
        else:
            due.stage, due.next_at = Stage.DUE, (due.due_at + late if late else None)
        if due.stage != before:
            written += enqueue_bulk(_notices(due))
    Due.objects.bulk_update(rows, ["stage", "next_at"])
    if rows:
        tell(rows[0].pk)
    return Reminded(len(rows), written)


def _notices(due: Due) -> list[NewNotice]:
    """Return the notices of a stage: to those whose zero report is missing, and late ones to the writers too."""
    if due.kind != ReportKind.ZERO:
        return [*due_notices(due, writers_of(due.zone, due.world))]
    missing = list(due.lines.filter(value__isnull=True).order_by("pk"))
    if not missing:
        return []
    found: list[NewNotice] = [*urge_notices(due, missing, speakers_of(due, missing), stage=due.stage)]
    if due.stage != Stage.BEFORE:
        found += due_notices(due, writers_of(due.zone, due.world), missing=len(missing))
    return found
