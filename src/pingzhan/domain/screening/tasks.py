"""The job that computes a plan, and the loops behind the self-query."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.screening.actions import asking, planning
from pingzhan.domain.screening.actions.computing import compute_plan
from pingzhan.foundation.jobs import register_loop
from pingzhan.foundation.runs.models import RunRow, RunState
from pingzhan.foundation.runs.registry import Run, work


def _finished(row: RunRow) -> None:
    if row.state in (RunState.DEAD, RunState.CANCELLED):
        planning.end_without_plan(
            int(row.params["version"]),
            cancelled=row.state == RunState.CANCELLED,
            why=row.error or _("计算没有完成，请再试一次。"),
        )


@work(
    planning.WORK,
    title=gettext_lazy("编制检测计划"),
    tries=2,
    lease=60.0,
    heavy=True,
    finished=_finished,
)
def compute(run: Run) -> dict[str, Any]:
    """Compute the version that the run names; a version that is no longer wanted is left alone."""
    version = int(run.params["version"])
    state = compute_plan(version, progress=lambda percent: run.progress(percent, 100))
    return {} if state is None else {"version": version, "state": state.value}


def register() -> None:
    """Have codes of the self-query sent as soon as they are asked for, and its reads brought into the trail."""
    register_loop("screening.own_asks", 10.0, asking.settle_asked, wake_on=asking.WAKE)
    register_loop("screening.own_reads", 10.0, asking.trail_reads)
