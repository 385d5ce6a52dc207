"""Orders a switch in a process of its own, for tests with several processes or a process that is killed.

``--kill-after`` names a step of the switch: the process kills itself with SIGKILL right after it. The steps are
wrapped here, from outside: the product knows nothing of it.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
from collections.abc import Callable
from typing import Any

KILL_POINTS = (
    "lock_scope",
    "open_activation",
    "set_scope",
    "reconcile_seats",
    "making.make_tasks",
    "follow.write_notices",
    "record",
)


def _deadly(step: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        step(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return run


def main() -> None:
    """Order once and print the outcome, or the error, as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--unit", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--level", type=int, required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--epoch", type=int)
    parser.add_argument("--kill-after", default="")
    asked = parser.parse_args()

    import django

    django.setup()
    from pingzhan.domain.command import api
    from pingzhan.domain.command.actions import follow, making, switch
    from pingzhan.domain.territory.api import unit_by_code
    from pingzhan.foundation.access.actor import actor_of
    from pingzhan.foundation.accounts.models import User
    from pingzhan.kernel.errors import DomainError

    if asked.kill_after:
        holder, _dot, name = asked.kill_after.rpartition(".")
        target = {"follow": follow, "making": making, "": switch}[holder]
        setattr(target, name, _deadly(getattr(target, name)))
    order = api.SwitchOrder(
        key=asked.key,
        unit=unit_by_code(asked.unit),
        level=asked.level,
        reason="并发试验",
        basis="测〔2026〕2号",
        expect_epoch=asked.epoch,
    )
    try:
        outcome = api.order_switch(order=order, by=actor_of(User.objects.get(username=asked.user)))
        print(json.dumps({"id": outcome.activation_id, "replayed": outcome.replayed}))
    except DomainError as error:
        print(json.dumps({"error": error.as_dict()}, ensure_ascii=False))


if __name__ == "__main__":
    main()
