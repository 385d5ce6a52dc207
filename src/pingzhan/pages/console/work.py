"""A task in words, for every page that shows one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from pingzhan.domain.command.enums import LIVE_TASK_STATES, Phase, TaskState
from pingzhan.domain.command.models import Task

SOON = timedelta(minutes=30)

STATE_TONES: dict[str, str] = {
    TaskState.OPEN: "idle",
    TaskState.DOING: "info",
    TaskState.FEEDBACK: "info",
    TaskState.CHECKED: "ok",
    TaskState.CLOSED: "ok",
    TaskState.CANCELLED: "idle",
    TaskState.HANDED_OVER: "warn",
    TaskState.PARKED: "idle",
}


@dataclass(frozen=True)
class TaskView:
    """What a page shows of a task; ``tone`` is about its due time, ``state_tone`` about its state."""

    pk: int
    title: str
    post: str
    phase: str
    critical: bool
    due_at: datetime | None
    tone: str
    state_word: str
    state_tone: str
    feedback: str
    can_start: bool
    can_feed: bool
    can_close: bool
    world: int = 0

    @property
    def late(self) -> bool:
        """Return whether the due time has passed."""
        return self.tone == "bad"


def task_view(task: Task, now: datetime) -> TaskView:
    """Return a task in words; owner seat with post must be loaded."""
    post = task.owner_seat.post
    live = task.state in LIVE_TASK_STATES
    return TaskView(
        pk=task.pk,
        title=task.title,
        post=post.name if post is not None else _("机动"),
        phase=str(Phase(task.phase).label) if task.phase != Phase.STANDING else "",
        critical=task.critical,
        due_at=task.due_at if live else None,
        tone=due_tone(task.due_at, now) if live else "",
        state_word=str(TaskState(task.state).label),
        state_tone=STATE_TONES.get(task.state, "idle"),
        feedback=task.feedback,
        can_start=task.state in (TaskState.OPEN, TaskState.HANDED_OVER),
        can_feed=live,
        can_close=live,
        world=task.world,
    )


def due_tone(due_at: datetime | None, now: datetime) -> str:
    """Return 'bad' when overdue, 'warn' when due within half an hour, else an empty text."""
    if due_at is None:
        return ""
    if due_at < now:
        return "bad"
    return "warn" if due_at - now < SOON else ""
