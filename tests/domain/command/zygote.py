"""A warm process that forks one child per job, so that hundreds can be killed without starting Python each time.

Reads one JSON object a line: the job, what it needs, and when to die: ``die_at`` (right before or after the n-th SQL
statement), ``die_after`` (seconds after its start, in the middle of whatever it does) or ``die_done`` (after the
commit, before anybody heard of it). Answers with one line: the
exit status of the child (negative: the signal), what it returned, and how many statements it had sent. The steps of
the product know nothing of it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

NAME = "pingzhan-killed"
"""The application name of a child's connection: whoever checks waits until the server has seen it go."""


def _order(api: Any, asked: dict[str, Any], unit: Any, by: Any) -> Any:
    return api.order_switch(
        order=api.SwitchOrder(
            key=asked["key"],
            unit=unit,
            level=asked["level"],
            reason="试验",
            basis="测〔2026〕3号",
            expect_epoch=asked["epoch"],
        ),
        by=by,
    )


def _end(api: Any, asked: dict[str, Any], unit: Any, by: Any) -> Any:
    order = api.StandDown(key=asked["key"], unit=unit, reason="试验", expect_epoch=asked["epoch"])
    return api.stand_down(order=order, by=by)


def _rebase(api: Any, asked: dict[str, Any], unit: Any, by: Any) -> Any:
    return api.order_rebase(order=api.RebaseOrder(key=asked["key"], unit=unit, reason="试验"), by=by)


def _send(_api: Any, _asked: dict[str, Any], _unit: Any, _by: Any) -> None:
    from pingzhan.foundation.messages.delivery import deliver_all_due

    deliver_all_due()


JOBS: dict[str, Callable[..., Any]] = {
    "switch": _order,
    "stand_down": _end,
    "rebase": _rebase,
    "fanout": lambda api, _asked, _unit, _by: api.fan_out_broadcasts(),
    "sweep": lambda api, _asked, _unit, _by: api.sweep(),
    "send": _send,
}


class _Counter:
    """Counts statements and dies at the one asked for."""

    def __init__(self, die_at: int | None, *, before: bool) -> None:
        self.sent = 0
        self._die_at = die_at
        self._before = before

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any) -> Any:
        self.sent += 1
        if self._before and self.sent == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = execute(sql, params, many, context)
        if self.sent == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


def _work(asked: dict[str, Any]) -> dict[str, Any]:
    from django.db import connection

    from pingzhan.domain.command import api
    from pingzhan.domain.territory.api import unit_by_code
    from pingzhan.foundation.access.actor import actor_of
    from pingzhan.foundation.accounts.models import User
    from pingzhan.kernel.errors import DomainError

    with connection.cursor() as cursor:
        cursor.execute(f"SET application_name = '{NAME}'")
    by = actor_of(User.objects.get(username=asked["user"]))
    unit = unit_by_code(asked["unit"])
    counter = _Counter(asked.get("die_at"), before=bool(asked.get("before")))
    if asked.get("die_after") is not None:
        timer = threading.Timer(asked["die_after"], os.kill, (os.getpid(), signal.SIGKILL))
        timer.daemon = True
        timer.start()
    with connection.execute_wrapper(counter):
        try:
            done = JOBS[asked["job"]](api, asked, unit, by)
        except DomainError as error:
            return {"error": error.as_dict(), "sent": counter.sent}
    if asked.get("die_done"):
        os.kill(os.getpid(), signal.SIGKILL)
    replayed = getattr(done, "replayed", None)
    return {"replayed": replayed, "id": getattr(done, "activation_id", None), "sent": counter.sent}


def _fork(asked: dict[str, Any]) -> dict[str, Any]:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(read)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the console channel prints what it sends
            os.write(write, json.dumps(_work(asked), ensure_ascii=False).encode())
            status = 0
        except BaseException as error:  # whatever it was, the parent has to hear of it
            os.write(write, json.dumps({"crash": repr(error)[:500]}).encode())
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    _pid, status = os.waitpid(child, 0)
    return {"status": os.waitstatus_to_exitcode(status), **(json.loads(said) if said else {})}


def main() -> None:
    """Answer jobs until the input ends."""
    import django

    django.setup()
    from django.db import connections

    from pingzhan.domain.command import api  # noqa: F401 - loaded once, before any child
    from pingzhan.domain.command.actions import fanout

    fanout.CHUNK = int(sys.argv[1])
    connections.close_all()
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(_fork(json.loads(line)), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
