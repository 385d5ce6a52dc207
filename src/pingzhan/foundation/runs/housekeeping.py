"""Rows of long work that ended long ago go away."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.options.registry import number
from pingzhan.foundation.runs.models import RunRow, RunState
from pingzhan.foundation.runs.registry import Run, work

KEEP_DAYS = 30
BATCH = 1000


@work("runs.forget", title=_("清理已结束的后台任务"))
def forget(run: Run) -> dict[str, int]:
    """Delete runs that ended longer ago than the setting says; those that failed for good stay until handled."""
    gone = 0
    while True:
        old = RunRow.objects.filter(
            state__in=[RunState.DONE, RunState.CANCELLED],
            finished_at__lt=Now() - timedelta(days=number("runs.keep_days")),
        ).values_list("pk", flat=True)[:BATCH]
        deleted, _models = RunRow.objects.filter(pk__in=list(old)).delete()
        gone += deleted
        run.progress(gone, 0)
        if not deleted:
            return {"deleted": gone}
