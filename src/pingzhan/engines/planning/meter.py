"""How much searching is left: by iterations, which is repeatable, or by processor seconds, which is predictable."""

from __future__ import annotations

import time
from collections.abc import Callable

UNBOUNDED = 2**63 - 1
"""What the router reports as cost while it has nothing feasible."""
REPORT_EVERY = 1.0
"""Processor seconds between two reports of progress."""

Progress = Callable[[float, str], None]
"""Called with the share done (0 to 1) and what is being done."""


class Cancelled(Exception):
    """The person who asked for the plan asked to stop."""


class Meter:
    """A budget that the whole run shares. ``cancelled`` is asked at every step; it raises Cancelled when true."""

    def __init__(
        self,
        kind: str,
        amount: float,
        *,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.kind, self.amount = kind, amount
        self.steps = 0.0
        self.started = time.process_time()
        self._progress, self._cancelled = progress, cancelled
        self._said, self.stage = self.started, ""

    @property
    def cpu(self) -> float:
        """Return the processor seconds used so far."""
        return time.process_time() - self.started

    @property
    def used(self) -> float:
        """Return how much of the budget is gone, in its own unit."""
        return self.steps if self.kind == "iterations" else self.cpu

    @property
    def left(self) -> float:
        """Return how much is left, not below 0."""
        return max(0.0, self.amount - self.used)

    def tick(self, steps: float = 1.0) -> None:
        """Count a step; report and ask whether to go on."""
        self.steps += steps
        now = time.process_time()
        if now - self._said < REPORT_EVERY:
            return
        self._said = now
        self.look()

    def look(self) -> None:
        """Report progress now; raise Cancelled when the plan is no longer wanted."""
        if self._progress is not None:
            self._progress(min(1.0, self.used / self.amount), self.stage)
        if self._cancelled is not None and self._cancelled():
            raise Cancelled

    def stop(self, amount: float, *, first_feasible: bool = False) -> Stop:
        """Return a criterion that ends one search after ``amount``."""
        return Stop(self, self.used + min(amount, self.left), first_feasible=first_feasible)


class Stop:
    """Asked by the router after every iteration with the cost of its best solution."""

    def __init__(self, meter: Meter, until: float, *, first_feasible: bool) -> None:
        self.meter, self.until, self.first_feasible = meter, until, first_feasible

    def __call__(self, best_cost: int) -> bool:
        """Return whether the search ends: feasible as asked, or the amount is used."""
        if self.first_feasible and best_cost < UNBOUNDED:
            return True
        if self.meter.used >= self.until:
            return True
        self.meter.tick()
        return False
