"""后台任务: the list with its queue, schedules and loops, one run, and the fragment that shows progress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.jobs.beats import Pulse, pulses
from pingzhan.foundation.runs import actions
from pingzhan.foundation.runs.models import RunRow, RunState
from pingzhan.foundation.runs.schedules import Schedule, schedules
from pingzhan.pages.console.duty.health import loop_name
from pingzhan.pages.console.jobs.listing import STATES, kind_name, rows

PAGE = 50

TONES = {
    RunState.QUEUED: "idle",
    RunState.RUNNING: "info",
    RunState.DONE: "ok",
    RunState.FAILED: "warn",
    RunState.DEAD: "bad",
    RunState.CANCELLED: "idle",
}


@dataclass(frozen=True)
class Line:
    """A run as the list shows it."""

    run: RunRow
    kind: str
    tone: str
    may_cancel: bool
    may_retry: bool


@dataclass(frozen=True)
class Planned:
    """A schedule and its next moment."""

    title: str
    next_at: datetime


@dataclass(frozen=True)
class Beat:
    """A loop of the worker as the page shows it."""

    name: str
    pulse: Pulse


def line(run: RunRow, actor: Actor) -> Line:
    """Return the run with what this person may do with it."""
    handled = actions.may_handle(actor, run)
    return Line(
        run=run,
        kind=kind_name(run.kind),
        tone=TONES[RunState(run.state)],
        may_cancel=handled and run.is_open and not run.cancel_asked,
        may_retry=handled and run.state in (RunState.DEAD, RunState.FAILED, RunState.CANCELLED),
    )


@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show one's own runs; who manages background work sees all, the schedules and the loops.

    ``state`` limits the list: open, dead or ended.
    """
    actor = request_actor(request)
    counts = RunRow.objects.visible_to(actor).aggregate(
        **{name: Count("pk", filter=Q(state__in=states)) for name, states in STATES.items()}
    )
    state = request.GET.get("state", "")
    if state not in STATES:
        state = ""
    page = Paginator(rows(actor, {"state": state}), PAGE).get_page(request.GET.get("page"))
    manages = actor.has(Permission.MANAGE_JOBS)
    now = timezone.now()
    context = {
        "page": page,
        "lines": [line(run, actor) for run in page.object_list],
        "counts": counts,
        "state": state,
        "query": f"state={state}" if state else "",
        "manages": manages,
        "planned": [_planned(item, now) for item in schedules()] if manages else [],
        "beats": [Beat(loop_name(pulse.name), pulse) for pulse in pulses()] if manages else [],
    }
    return render(request, "console/jobs/index.html", context)


def _planned(item: Schedule, now: datetime) -> Planned:
    return Planned(str(item.title), item.next_slot(now))


@require_GET
@login_required
def detail(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show one run with its progress, live."""
    actor = request_actor(request)
    run = get_object_or_404(RunRow.objects.visible_to(actor), pk=run_id)
    return render(request, "console/jobs/detail.html", {"line": line(run, actor)})


@require_GET
@login_required
def progress(request: HttpRequest, run_id: int) -> HttpResponse:
    """Answer the progress fragment; 204 while nothing moved, 286 (stop asking) when the run has ended."""
    actor = request_actor(request)
    run = get_object_or_404(RunRow.objects.visible_to(actor), pk=run_id)
    shown = request.GET.get("v", "")
    if shown == version(run):
        return HttpResponse(status=204)
    answer = render(request, "console/jobs/_progress.html", {"line": line(run, actor)})
    if not run.is_open:
        # htmx stops its polling at this status; whoever embeds the fragment reloads at the event.
        answer.status_code = 286
        answer.headers["HX-Trigger"] = "run-ended"
    return answer


def version(run: RunRow) -> str:
    """Return a short text that differs whenever the fragment would."""
    return f"{run.state}-{run.done}-{run.total}-{int(run.cancel_asked)}"


@require_POST
@login_required
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """Ask a run to end."""
    actor = request_actor(request)
    run = get_object_or_404(RunRow.objects.visible_to(actor), pk=run_id)
    actions.cancel(run=run, by=actor)
    return redirect("jobs:detail", run_id=run_id)


@require_POST
@login_required
def retry(request: HttpRequest, run_id: int) -> HttpResponse:
    """Have a failed run go on."""
    actor = request_actor(request)
    run = get_object_or_404(RunRow.objects.visible_to(actor), pk=run_id)
    actions.retry(run=run, by=actor)
    return redirect("jobs:detail", run_id=run_id)
