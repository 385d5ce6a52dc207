"""A process of its own that does one job of the obligations, and may kill itself right after its n-th statement."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from datetime import time
from typing import Any

import django


def main(job: str, die_at: int) -> None:
    """Do the job; with ``die_at`` above 0, die by SIGKILL after so many statements."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
    django.setup()
    from django.db import connection

    from pingzhan.domain.obligations import api, program
    from pingzhan.domain.obligations.calendar import Cadence
    from pingzhan.foundation.access.actor import system_actor
    from tests.domain.obligations.conftest import EMERGENCY, ROUTINE, K, Table, rule

    # In the last minute of the day something new is due: a switch has something to make at every hour of the day.
    watch = rule("watch", Cadence(K.SLOTS, times=(time(5, 59),)), version=2)
    program.register_source(Table({None: ROUTINE, 2: replace(EMERGENCY, rules=(*EMERGENCY.rules, watch))}))
    count = 0

    def killer(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        found = execute(sql, params, many, context)
        count += 1
        if count == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    by = system_actor("driver")
    jobs = {
        "generate": lambda: api.generate(api.business_now()[1], by=by).made,
        "regenerate": lambda: api.regenerate(by=by).made,
        "sweep": lambda: api.sweep(by=by).told,
    }
    with connection.execute_wrapper(killer):
        done = jobs[job]()
    sys.stdout.write(f"{done} {count}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
