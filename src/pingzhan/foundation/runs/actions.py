"""Starting, stopping and starting again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.live.changes import announce
from pingzhan.foundation.runs.models import OPEN_STATES, RunRow, RunState
from pingzhan.foundation.runs.registry import TOPIC, works
from pingzhan.kernel.errors import Conflict, Refused

WAKE = "pingzhan_runs"
"""NOTIFY channel that wakes the workers."""


@transaction.atomic
def start(
    kind: str,
    *,
    title: str,
    params: Mapping[str, Any],
    by: Actor,
    unit_path: str = "/",
    dedupe: str = "",
) -> RunRow:
    """Queue a piece of long work and return its row; it begins when this transaction has committed.

    The caller has checked that the actor may do this, and records what it means; the start itself leaves no
    line in the trail. With a ``dedupe`` that exists already that run is returned and nothing is started.
    Raises KeyError for an unknown kind.
    """
    works()[kind]
    row = RunRow(
        kind=kind,
        title=title,
        params=dict(params),
        by_user_id=by.user_id,
        by_name=by.name,
        unit_path=unit_path,
        dedupe=dedupe,
    )
    if dedupe:
        made = RunRow.objects.bulk_create([row], ignore_conflicts=True)
        stored = RunRow.objects.get(dedupe=dedupe)
        del made
    else:
        row.save()
        stored = row
    _announce(stored)
    return stored


@transaction.atomic
def cancel(*, run: RunRow, by: Actor) -> None:
    """End a run: at once when it only waits, else at its next step. Recorded in the trail.

    Raises Refused for somebody else's run without the right, Conflict when it has ended already.
    """
    row = _held(run, by)
    if row.state not in OPEN_STATES:
        raise Conflict(_("这项后台任务已经结束，不能取消。"), place=row.title, code="run_ended")
    if row.state == RunState.RUNNING:
        row.cancel_asked = True
        row.save(update_fields=["cancel_asked"])
    else:
        row.state = RunState.CANCELLED
        row.finished_at = Now()
        row.save(update_fields=["state", "finished_at"])
        work = works().get(row.kind)
        if work is not None and work.finished is not None:
            work.finished(row)
    _announce(row)
    record("run.cancelled", by=by, subject=("run", row.pk), unit_path=row.unit_path, body={"kind": row.kind})


@transaction.atomic
def retry(*, run: RunRow, by: Actor) -> None:
    """Have a run that failed for good, or was cancelled, go on from its checkpoint. Recorded in the trail.

    Raises Refused like cancel, Conflict when the run has not failed.
    """
    row = _held(run, by)
    if row.state not in (RunState.DEAD, RunState.FAILED, RunState.CANCELLED):
        raise Conflict(_("这项后台任务没有失败，不需要重新开始。"), place=row.title, code="run_not_failed")
    row.state = RunState.QUEUED
    row.tries = 0
    row.error = ""
    row.cancel_asked = False
    row.finished_at = None
    row.next_at = Now()
    row.save(update_fields=["state", "tries", "error", "cancel_asked", "finished_at", "next_at"])
    _announce(row)
    record("run.retried", by=by, subject=("run", row.pk), unit_path=row.unit_path, body={"kind": row.kind})


def may_handle(actor: Actor, row: RunRow) -> bool:
    """Return whether the actor may cancel the run or start it again: his own, or he manages such work."""
    own = actor.is_signed_in and row.by_user_id == actor.user_id
    return own or actor.kind == "system" or actor.has(Permission.MANAGE_JOBS)


def _held(run: RunRow, by: Actor) -> RunRow:
    row = RunRow.objects.select_for_update(no_key=True, of=("self",)).get(pk=run.pk)
    if not may_handle(by, row):
        raise Refused(_("只有发起人和系统管理员能处理这项后台任务。"), place=row.title)
    return row


def _announce(row: RunRow) -> None:
    announce(TOPIC, {"run": row.pk})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [WAKE])
