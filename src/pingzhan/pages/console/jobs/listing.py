"""Background work as a file, as its page shows it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing
from pingzhan.foundation.runs.models import RunRow, RunRows, RunState
from pingzhan.foundation.runs.registry import works

STATES: dict[str, tuple[RunState, ...]] = {
    "open": (RunState.QUEUED, RunState.RUNNING, RunState.FAILED),
    "dead": (RunState.DEAD,),
    "ended": (RunState.DONE, RunState.CANCELLED),
}
"""What the tiles of the page limit the list to."""


def kind_name(kind: str) -> str:
    """Return what a kind of work is called; one that this version does not know by its key."""
    work = works().get(kind)
    return str(work.title) if work is not None else kind


def rows(actor: Actor, params: Params) -> RunRows:
    """Return the runs the person may see, the newest first, those of one ``state`` when it is asked for."""
    found = RunRow.objects.visible_to(actor).order_by("-pk")
    states = STATES.get(params.get("state", ""))
    return found.filter(state__in=states) if states else found


def _words(actor: Actor, params: Params) -> str:
    names = {"open": _("未结束"), "dead": _("已失败"), "ended": _("已结束")}
    return names.get(params.get("state", ""), "")


RUNS = Listing(
    key="jobs.runs",
    title=gettext_lazy("后台任务"),
    columns=(
        OutColumn("title", gettext_lazy("名称"), lambda run: run.title, width=36),
        OutColumn("kind", gettext_lazy("类别"), lambda run: kind_name(run.kind), width=24),
        OutColumn("state", gettext_lazy("状态"), lambda run: str(run.get_state_display())),
        OutColumn("done", gettext_lazy("已办"), lambda run: run.done),
        OutColumn("total", gettext_lazy("总数"), lambda run: run.total),
        OutColumn("by", gettext_lazy("发起人"), lambda run: run.by_name or _("系统")),
        OutColumn("created", gettext_lazy("建立时间"), lambda run: run.created_at, width=20),
        OutColumn("finished", gettext_lazy("结束时间"), lambda run: run.finished_at, width=20),
        OutColumn("tries", gettext_lazy("已试次数"), lambda run: run.tries),
        OutColumn("error", gettext_lazy("错误"), lambda run: run.error or None, width=40),
    ),
    queryset=rows,
    may=lambda actor: actor.is_signed_in,
    filter_words=_words,
)


def register() -> None:
    """Make the list exportable; called once when the application is ready."""
    register_listing(RUNS)
