"""Processes of their own that each do one job of the obligations, and may kill themselves right after a statement.

A warm process forks them, so that Python and the product start once. It reads a line of jobs, each "name:n" with n the
statement to die after or 0; they run at once. It answers with a line: for each its status and what it said.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import time
from typing import Any

import django


def main() -> None:
    """Fork what is asked for until the input ends."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
    django.setup()
    from pingzhan.domain.obligations import api, program
    from pingzhan.domain.obligations.calendar import Cadence
    from pingzhan.foundation.access.actor import system_actor
    from tests.domain.obligations.conftest import EMERGENCY, ROUTINE, K, Table, rule

    # In the last minute of the day something new is due: a switch has something to make at every hour of the day.
    watch = rule("watch", Cadence(K.SLOTS, times=(time(5, 59),)), version=2)
    program.register_source(Table({None: ROUTINE, 2: replace(EMERGENCY, rules=(*EMERGENCY.rules, watch))}))
    by = system_actor("driver")
    jobs = {
        "generate": lambda: api.generate(api.business_now()[1], by=by).made,
        "regenerate": lambda: api.regenerate(by=by).made,
        "sweep": lambda: api.sweep(by=by).told,
    }
    for line in sys.stdin:
        children = []
        for asked in line.split():
            name, die_at = asked.split(":")
            inner, outer = os.pipe()
            child = os.fork()
            if child == 0:
                _end(jobs[name], int(die_at), outer)
            os.close(outer)
            children.append((child, inner))
        answers = []
        for child, inner in children:
            with os.fdopen(inner) as pipe:
                said = pipe.read()
            answers.append((os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said))
        sys.stdout.write(json.dumps(answers) + "\n")
        sys.stdout.flush()


def _end(job: Callable[[], int], die_at: int, outer: int) -> None:
    """Do the job in this child and end it; with ``die_at`` above 0 by SIGKILL after so many statements."""
    status = 1
    try:
        os.write(outer, _done(job, die_at).encode())
        status = 0
    except Exception as error:
        os.write(outer, repr(error).encode())
    finally:
        os._exit(status)


def _done(job: Callable[[], int], die_at: int) -> str:
    from django.db import connection

    count = 0

    def killer(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        found = execute(sql, params, many, context)
        count += 1
        if count == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    with connection.execute_wrapper(killer):
        done = job()
    connection.close()
    return f"{done} {count}"


if __name__ == "__main__":
    main()
