"""Claiming a run, executing it, and writing how it went."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import close_old_connections, connection, connections, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from pingzhan.foundation.access.actor import Actor, actor_of, system_actor
from pingzhan.foundation.jobs.retry import backoff
from pingzhan.foundation.live.changes import announce
from pingzhan.foundation.runs.models import RunRow, RunState, new_claim
from pingzhan.foundation.runs.registry import TOPIC, Cancelled, Lost, Run, Stopping, Work, works
from pingzhan.kernel.errors import DomainError

logger = logging.getLogger(__name__)

ERROR_LENGTH = 2000


def claim(*, heavy: bool | None = None) -> Run | None:
    """Take the run that has waited longest, or one whose worker has died; None when nothing is due.

    ``heavy`` restricts it to one lane. Two workers never get the same run (SKIP LOCKED), and the one that
    lost a run by silence is stopped by its claim.
    """
    kinds = [kind for kind, work in works().items() if heavy is None or work.heavy == heavy]
    with transaction.atomic():
        row = (
            RunRow.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            .filter(
                Q(state__in=[RunState.QUEUED, RunState.FAILED], next_at__lte=Now())
                | Q(state=RunState.RUNNING, lease_until__lt=Now()),
                kind__in=kinds,
            )
            .order_by("next_at", "id")
            .first()
        )
        if row is None:
            return None
        work = works()[row.kind]
        if row.state == RunState.RUNNING and row.tries >= work.tries:
            _end(row.pk, RunState.DEAD, work, error="the worker died in each of its executions")
            return claim(heavy=heavy)
        token = new_claim()
        RunRow.objects.filter(pk=row.pk).update(
            state=RunState.RUNNING,
            claim=token,
            lease_until=Now() + work.lease,
            tries=F("tries") + 1,
            started_at=row.started_at or Now(),
            finished_at=None,
        )
        announce(TOPIC, {"run": row.pk})
    return Run(
        id=row.pk,
        params=dict(row.params),
        checkpoint=dict(row.checkpoint),
        by=_starter(row),
        claim=token,
        lease=work.lease,
        unit_path=row.unit_path,
    )


def _starter(row: RunRow) -> Actor:
    return actor_of(row.by_user) if row.by_user is not None else system_actor(row.by_name)


def execute(run: Run, *, stopping: Callable[[], bool] = lambda: False) -> str:
    """Execute a claimed run and return the state it is in afterwards ('' when another worker has taken it).

    An exception of the work is written into the row and never leaves here. A DomainError will not go away by
    itself, so it is not tried again.
    """
    run.stopping = stopping
    row = RunRow.objects.get(pk=run.id)
    work = works()[row.kind]
    keeper = Keeper(run)
    keeper.start()
    try:
        result = dict(work.fn(run) or {})
    except Cancelled:
        return _finish(run, RunState.CANCELLED, work)
    except Stopping:
        return _finish(run, RunState.QUEUED, work)
    except Lost:
        logger.warning("run %s was taken over by another worker", run.id)
        return ""
    except DomainError as error:
        return _finish(run, RunState.DEAD, work, error=_words(error))
    except Exception as error:
        logger.exception("run %s (%s) failed", run.id, row.kind)
        if not connection.in_atomic_block:
            close_old_connections()
        words = f"{type(error).__name__}: {error}".replace("\x00", "")[:ERROR_LENGTH]
        tries = RunRow.objects.filter(pk=run.id).values_list("tries", flat=True).get()
        if tries >= work.tries:
            return _finish(run, RunState.DEAD, work, error=words)
        return _finish(run, RunState.FAILED, work, error=words, wait=backoff(tries))
    finally:
        keeper.end()
    return _finish(run, RunState.DONE, work, result=result)


def _words(error: DomainError) -> str:
    return " ".join(filter(None, [error.place, error.message, error.hint]))[:ERROR_LENGTH]


def _finish(
    run: Run,
    state: RunState,
    work: Work,
    *,
    error: str = "",
    result: Mapping[str, Any] | None = None,
    wait: float = 0.0,
) -> str:
    try:
        with transaction.atomic():
            held = RunRow.objects.select_for_update(no_key=True, of=("self",)).filter(
                pk=run.id, claim=run.claim
            )
            if not held.exists():
                raise Lost(f"run {run.id}")
            _end(run.id, state, work, error=error, result=result, wait=wait)
    except Lost:
        logger.warning("run %s was taken over by another worker", run.id)
        return ""
    return state.value


def _end(
    run_id: int,
    state: RunState,
    work: Work,
    *,
    error: str = "",
    result: Mapping[str, Any] | None = None,
    wait: float = 0.0,
) -> None:
    final = state in (RunState.DONE, RunState.DEAD, RunState.CANCELLED)
    values: dict[str, Any] = {
        "state": state,
        "claim": None,
        "lease_until": None,
        "error": error,
        "next_at": Now() + timedelta(seconds=wait),
        "finished_at": Now() if final else None,
    }
    if state == RunState.QUEUED:
        # Stopped by us, not by a fault: it counts as no try.
        values["tries"] = F("tries") - 1
    if state == RunState.DONE:
        values["done"] = F("total")
    if final:
        values["cancel_asked"] = False
    if result is not None:
        values["result"] = result
    RunRow.objects.filter(pk=run_id).update(**values)
    if final and work.finished is not None:
        work.finished(RunRow.objects.get(pk=run_id))
    announce(TOPIC, {"run": run_id})


class Keeper(threading.Thread):
    """Renews the lease while the work is busy, so that only a dead process loses its run."""

    def __init__(self, run: Run) -> None:
        super().__init__(name=f"run-{run.id}", daemon=True)
        self._run = run
        self._done = threading.Event()

    def run(self) -> None:
        """Renew every fifth of the lease until told to end or the run is lost."""
        period = max(0.2, self._run.lease.total_seconds() / 5)
        while not self._done.wait(period):
            try:
                self._run.keep()
            except Lost:
                break
            except Exception:
                logger.exception("lease of run %s not renewed", self._run.id)
                connection.close()
        connections.close_all()

    def end(self) -> None:
        """Stop renewing."""
        self._done.set()
        self.join(5.0)
