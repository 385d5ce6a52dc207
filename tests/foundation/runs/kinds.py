"""Work for the tests; child processes import it by its module path."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

from django.db import connection, transaction

from pingzhan.foundation.runs.registry import Run, work
from pingzhan.kernel.errors import Invalid

calls: list[str] = []


@work("test.count", title="计数", tries=3, lease=2.0)
def count(run: Run) -> dict[str, Any]:
    """Insert 1..n in batches of ten, each with its checkpoint; die after ``die_after`` batches, once."""
    done = int(run.checkpoint.get("done", 0))
    batches = 0
    while done < run.params["n"]:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO test_counted (n) VALUES (%s)",
                    [[i] for i in range(done + 1, done + 11)],
                )
            run.save_checkpoint({"done": done + 10, "batches": run.checkpoint.get("batches", 0) + 1})
            if run.params.get("die_after") == run.checkpoint["batches"] and run.params.get("inside"):
                os.kill(os.getpid(), signal.SIGKILL)
        done += 10
        batches += 1
        if run.params.get("die_after") == run.checkpoint["batches"] and not run.params.get("inside"):
            os.kill(os.getpid(), signal.SIGKILL)
        run.progress(done, run.params["n"], f"{done}")
    return {"stored": done, "batches_here": batches}


@work("test.flaky", title="时好时坏", tries=3)
def flaky(run: Run) -> dict[str, Any]:
    """Fail so many times with a fault that may pass."""
    calls.append(run.by.name)
    if len(calls) <= run.params["failures"]:
        raise ConnectionError(f"第 {len(calls)} 次")
    return {"calls": len(calls)}


@work("test.refused", title="不可能")
def refused(run: Run) -> None:
    """Fail with something that trying again will not mend."""
    raise Invalid("表头缺少“姓名”。", place="第 1 行", hint="请下载模板重填。")


@work("test.endless", title="没有尽头", lease=2.0, heavy=True)
def endless(run: Run) -> None:
    """Go on until told to stop."""
    for step in range(100_000):
        run.progress(step, 100_000, checkpoint={"step": step})
        time.sleep(0.02)
