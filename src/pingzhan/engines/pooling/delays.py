"""When a result is there, and how long a positive person goes undetected."""

from __future__ import annotations

from dataclasses import dataclass

from pingzhan.engines.pooling.schemes import PoolingError


@dataclass(frozen=True, slots=True)
class Steps:
    """What happens after a positive swab pool, in minutes: swab pools keep no single sample, so people come again."""

    notify: float = 10.0
    dispatch: float = 30.0
    swab: float = 30.0
    transport: float = 30.0
    run: float = 240.0

    @property
    def minutes(self) -> float:
        """Return the minutes from the pool's result to the single results."""
        return self.notify + self.dispatch + self.swab + self.transport + self.run


def last_result(first: float, steps: Steps | None = None) -> float:
    """Return the minute of the last single result when the pools' results are there at minute ``first``."""
    return first + (steps or Steps()).minutes


def days_to_result(interval: float, se: float, turnaround: float = 0.0) -> float:
    """Return the mean days from infection to a positive result: tested every ``interval`` days, found with ``se``.

    A missed person is tested again a whole interval later. ``turnaround`` is in days. Raises PoolingError.
    """
    if not interval > 0 or not 0 < se <= 1 or turnaround < 0:
        raise PoolingError("检测间隔要大于 0，灵敏度要在 0 到 1 之间。", place="interval")
    return interval * (1 / se - 0.5) + turnaround
