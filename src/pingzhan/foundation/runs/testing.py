"""For tests: everything that is due, in this process."""

from __future__ import annotations

from unittest.mock import patch

from pingzhan.foundation.runs.execution import Keeper, claim, execute


def drain(limit: int = 100) -> list[str]:
    """Execute what is due, one after another, and return the states they ended in.

    Works inside a test's transaction: no second connection renews the lease.
    """
    states: list[str] = []
    with patch.object(Keeper, "start", lambda self: None), patch.object(Keeper, "end", lambda self: None):
        while len(states) < limit:
            run = claim()
            if run is None:
                return states
            states.append(execute(run))
    raise AssertionError(f"more than {limit} runs are due")
