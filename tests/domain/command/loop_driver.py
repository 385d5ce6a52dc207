"""Runs the sweep or the fan-out in a process of its own, for tests with several processes or one that is killed.

``--kill-at N`` kills the process with SIGKILL right after the N-th call of the step named by ``--kill-after``, with
its transaction still open. The steps are wrapped here, from outside: the product knows nothing of it.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
from collections.abc import Callable
from typing import Any

SWEEP_POINTS = ("take_due", "_pass_on", "_climb", "follow.follow", "_shift_ladders", "calling.tell", "record")


def _deadly(step: Callable[..., Any], at: int) -> Callable[..., Any]:
    calls = 0

    def run(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        answer = step(*args, **kwargs)
        if calls == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return run


def main() -> None:
    """Run once and print what was done as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("loop", choices=["sweep", "fanout"])
    parser.add_argument("--kill-after", default="")
    parser.add_argument("--kill-at", type=int, default=1)
    parser.add_argument("--chunk", type=int, default=0)
    asked = parser.parse_args()

    import django

    django.setup()
    from pingzhan.domain.command import api
    from pingzhan.domain.command.actions import calling, escalation, fanout, follow

    if asked.chunk:
        fanout.CHUNK = asked.chunk
    if asked.kill_after:
        holder, _dot, name = asked.kill_after.rpartition(".")
        own = escalation if asked.loop == "sweep" else fanout
        target = {"follow": follow, "calling": calling, "": own}[holder]
        setattr(target, name, _deadly(getattr(target, name), asked.kill_at))
    if asked.loop == "sweep":
        done = api.sweep()
        print(json.dumps({"passed": done.passed, "seats": done.seats}))
    else:
        print(json.dumps({"copies": api.fan_out_broadcasts()}))


if __name__ == "__main__":
    main()
