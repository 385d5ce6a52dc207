"""What a kind of long work is, and what its function gets to work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NoReturn
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.functional import Promise

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.live.changes import announce
from pingzhan.foundation.runs.models import RunRow, RunState

TOPIC = "runs"
SAVE_SECONDS = 0.5
"""Progress is written at most this often; a checkpoint is always written."""
NOTE_LENGTH = 300


class Cancelled(Exception):
    """A person asked for the run to end; what is stored up to the last checkpoint stays."""


class Lost(Exception):
    """Another worker has taken the run over, because this one seemed dead: store nothing more."""


class Stopping(Exception):
    """The worker is being stopped; the run goes on from its checkpoint in the next one."""


@dataclass
class Run:
    """A run that is being executed. ``by`` has the rights its starter has now, not those of then."""

    id: int
    params: dict[str, Any]
    checkpoint: dict[str, Any]
    by: Actor
    claim: UUID
    lease: timedelta
    unit_path: str = "/"
    stopping: Callable[[], bool] = lambda: False
    _saved: float = field(default=float("-inf"), repr=False)

    def progress(
        self, done: int, total: int, note: str = "", checkpoint: Mapping[str, Any] | None = None
    ) -> None:
        """Say how far the work is; call it often and outside of a transaction.

        Raises Cancelled, Lost or Stopping, which the function lets through. A checkpoint given here is
        written at once; one that must commit together with data goes through ``save_checkpoint``.
        """
        moment = timezone.now().timestamp()
        if checkpoint is None and moment - self._saved < SAVE_SECONDS and done < total:
            return
        self._saved = moment
        values: dict[str, Any] = {
            "done": min(done, total) if total else done,
            "total": total,
            "note": note[:NOTE_LENGTH],
            "lease_until": Now() + self.lease,
        }
        if checkpoint is not None:
            self.checkpoint = dict(checkpoint)
            values["checkpoint"] = self.checkpoint
        self._write(values)
        if RunRow.objects.filter(pk=self.id, cancel_asked=True).exists():
            raise Cancelled
        if self.stopping():
            raise Stopping

    def save_checkpoint(self, checkpoint: Mapping[str, Any]) -> None:
        """Write where the next execution goes on, inside the caller's transaction.

        Both commit or neither does. Raises Lost when another worker holds the run, so that the caller's data
        is rolled back with it.
        """
        self.checkpoint = dict(checkpoint)
        self._write({"checkpoint": self.checkpoint, "lease_until": Now() + self.lease})

    def keep(self) -> None:
        """Renew the lease. Raises Lost."""
        self._write({"lease_until": Now() + self.lease})

    def _write(self, values: dict[str, Any]) -> None:
        if not RunRow.objects.filter(pk=self.id, claim=self.claim, state=RunState.RUNNING).update(**values):
            self._lost()
        if "done" in values:
            announce(TOPIC, {"run": self.id})

    def _lost(self) -> NoReturn:
        raise Lost(f"run {self.id}")


Function = Callable[[Run], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Work:
    """A kind of long work: how often it is tried, how long an execution may be silent, in which lane it runs.

    ``heavy`` work (minutes of computing) runs in a process of its own and never holds up the light one.
    """

    kind: str
    title: str | Promise
    fn: Function
    tries: int
    lease: timedelta
    heavy: bool
    finished: Callable[[RunRow], None] | None


_works: dict[str, Work] = {}


def work(
    kind: str,
    *,
    title: str | Promise,
    tries: int = 5,
    lease: float = 60.0,
    heavy: bool = False,
    finished: Callable[[RunRow], None] | None = None,
) -> Callable[[Function], Function]:
    """Make a module-level function the work of a kind; import its module in the application's ready().

    The function may be executed more than once, each time from the last checkpoint, so it must bear that. Its
    mapping becomes the run's result: counts and ids, no personal data. ``lease`` is how many seconds may pass
    between signs of life before another worker takes the run (signs are given automatically while the process
    lives). ``finished(row)`` is called in the transaction that ends the run for good: done, dead, cancelled.
    """

    def decorate(fn: Function) -> Function:
        known = _works.get(kind)
        if known is not None and known.fn.__qualname__ != fn.__qualname__:
            raise ValueError(f"work {kind!r} is registered twice")
        _works[kind] = Work(kind, title, fn, tries, timedelta(seconds=lease), heavy, finished)
        return fn

    return decorate


def works() -> Mapping[str, Work]:
    """Return the registered kinds of work."""
    return _works
