"""Walking a long trail in the background."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation import audit
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.runs.registry import Run, work

VERIFY = "audit.verify"


def register() -> None:
    """Make the work known; called when the application is ready."""
    work(VERIFY, title=_("核验留痕"), tries=3)(verify_work)


def verify_work(run: Run) -> Mapping[str, Any]:
    """Walk the chain, showing progress; a repeated execution begins anew, since it only reads."""
    require(run.by, Permission.VERIFY_AUDIT)
    return walk(run.by, run.progress).as_dict()


def walk(by: Actor, progress: Callable[[int, int], None] | None = None) -> audit.Report:
    """Verify the trail, note in it that this was done, sign its end, and return the report."""
    report = audit.verify(progress)
    with transaction.atomic():
        audit.record(
            "audit.verified",
            by=by,
            body={
                "count": report.checked,
                "breaks": report.break_count,
                "anchored": report.anchored_id,
                "head": report.head_sha,
            },
        )
    audit.anchor()
    return report
