"""Tasks for the tests of background work; the queue finds them by their module path."""

from __future__ import annotations

from pingzhan.foundation.jobs.retry import retrying_task

runs: list[int] = []


@retrying_task(tries=3, first=0.001, cap=0.002)
def sometimes(succeed_on: int) -> str:
    runs.append(len(runs) + 1)
    if len(runs) < succeed_on:
        raise ConnectionError(f"run {len(runs)}")
    return "done"
