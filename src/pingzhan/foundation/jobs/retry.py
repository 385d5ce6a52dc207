"""Trying again: the task queue itself runs everything once, so both ways of trying again live here."""

from __future__ import annotations

import functools
import hashlib
import logging
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django_tasks import task
from django_tasks.base import Task

logger = logging.getLogger(__name__)

MAX_CLAIMS = 5
"""A task whose workers died this often is given up."""
CLAIM_LOCK_SPACE = 0x505A
"""First key of the advisory locks that say which workers live."""


def backoff(attempt: int, *, first: float = 5.0, cap: float = 600.0, jitter: float = 0.1) -> float:
    """Return the seconds to wait after the ``attempt``-th failure (from 1): doubled each time up to ``cap``.

    Up to ``jitter`` of it is added by chance, so that many failures do not come back at one moment.
    """
    if attempt < 1:
        raise ValueError("attempts are counted from 1")
    delay = min(first * 2.0 ** min(attempt - 1, 60), cap)
    return delay * (1 + random.random() * jitter)


def retrying_task(
    *, tries: int = 5, first: float = 5.0, cap: float = 600.0
) -> Callable[[Callable[..., Any]], Task[..., Any]]:
    """Make a module-level function a background task that is tried again with back-off.

    Each failure stays in the queue's table with its traceback and a new run is enqueued for later, up to
    ``tries`` in all. The function must bear being run again. Enqueue it with ``fn.enqueue(...)``.
    """

    def decorate(fn: Callable[..., Any]) -> Task[..., Any]:
        @functools.wraps(fn)
        def run(*args: Any, attempt_no: int = 1, **kwargs: Any) -> Any:
            try:
                return fn(*args, **kwargs)
            except Exception:
                if attempt_no < tries:
                    later = timezone.now() + timedelta(seconds=backoff(attempt_no, first=first, cap=cap))
                    again.using(run_after=later).enqueue(*args, attempt_no=attempt_no + 1, **kwargs)
                raise

        again: Task[..., Any] = task()(run)
        return again

    return decorate


def worker_lock_key(worker_id: str) -> int:
    """Return the second key of a worker's advisory lock (signed 32 bit)."""
    return int.from_bytes(hashlib.sha256(worker_id.encode()).digest()[:4], "big", signed=True)


def requeue_lost() -> int:
    """Put tasks of dead workers back into the queue; return how many.

    A living worker holds an advisory lock of its id for as long as its connection lasts, so a task that
    is 'running' under a free lock belongs to a worker that was killed. Given up after 5 claims.
    """
    from django_tasks.base import TaskResultStatus
    from django_tasks_db.models import DBTaskResult

    back = 0
    with transaction.atomic():
        running = DBTaskResult.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            status=TaskResultStatus.RUNNING
        )
        for row in running:
            worker = row.worker_ids[-1] if row.worker_ids else ""
            if not _is_dead(worker):
                continue
            if len(row.worker_ids) >= MAX_CLAIMS:
                row.set_failed(RuntimeError("the worker died during each of five runs"))
                continue
            row.status = TaskResultStatus.READY
            row.started_at = None
            row.save(update_fields=["status", "started_at"])
            logger.warning("task %s taken back from dead worker %s", row.pk, worker)
            back += 1
    return back


def _is_dead(worker_id: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock_shared(%s, %s)", [CLAIM_LOCK_SPACE, worker_lock_key(worker_id)]
        )
        row = cursor.fetchone()
    return bool(row and row[0])
