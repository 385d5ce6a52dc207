"""What happens to a task: taken, fed back, checked, closed (销号), cancelled, handed over."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.command import rules
from pingzhan.domain.command.actions.follow import write_event
from pingzhan.domain.command.enums import TASK_TRANSITIONS, Evidence, TaskState, TaskVerb
from pingzhan.domain.command.models import Seat, Task
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Conflict, Invalid, NotFound


def _get(task_id: int) -> Task:
    task = (
        Task.objects.select_for_update(of=("self",), no_key=True)
        .select_related("owner_seat__unit", "owner_seat__post__group")
        .filter(pk=task_id)
        .first()
    )
    if task is None:
        raise NotFound(_("没有这项任务。"))
    return task


def _move(
    task: Task,
    to: TaskState,
    verb: TaskVerb,
    by: Actor,
    *,
    note: str = "",
    count: int | None = None,
    owner: Seat | None = None,
    **values: object,
) -> Task:
    """The one door for the state of a task: transition, named fields, history, announcement, record."""
    before = TaskState(task.state)
    if to not in TASK_TRANSITIONS[before]:
        raise Conflict(
            _("任务现在是“%(state)s”，不能%(verb)s。") % {"state": before.label, "verb": verb.label},
            hint=_("请刷新页面查看最新状态。"),
            code="task_state",
        )
    seats = (task.owner_seat_id, owner.pk) if owner is not None else None
    Task.objects.filter(pk=task.pk).update(
        state=to, **({"owner_seat": owner} if owner is not None else {}), **values
    )
    task.refresh_from_db()
    write_event(task, verb, before, by_name=by.name, note=note, count=count, seats=seats)
    announce("command", {"task": task.pk})
    record(
        f"command.task_{verb}",
        by=by,
        subject=("task", task.pk),
        unit_path=task.owner_seat.unit.path,
        world=task.world,
        body={"from": str(before), "to": str(to), "seat": task.owner_seat_id},
    )
    return task


@transaction.atomic
def take_task(*, task_id: int, by: Actor) -> Task:
    """Begin one's own task. Raises Refused for another's, Conflict when it is not to be begun."""
    task = _get(task_id)
    rules.require_do(by, task)
    return _move(task, TaskState.DOING, TaskVerb.TAKE, by)


@transaction.atomic
def feed_back(*, task_id: int, by: Actor, text: str = "", count: int | None = None) -> Task:
    """Report on one's own task; a number where the duty asks for one, else words. Zero counts as a number.

    Raises Invalid when what the duty asks for is missing.
    """
    task = _get(task_id)
    rules.require_do(by, task)
    note = text.strip()
    if task.evidence == Evidence.COUNT and count is None:
        raise Invalid(_("这项任务要报数字，零也要报。"))
    if count is not None and count < 0:
        raise Invalid(_("数字不能为负。"))
    if task.evidence != Evidence.COUNT and not note:
        raise Invalid(_("请写明办理情况。"))
    shown = note if count is None else f"{count} {note}".strip()
    return _move(task, TaskState.FEEDBACK, TaskVerb.FEEDBACK, by, note=note, count=count, feedback=shown)


@transaction.atomic
def check_task(*, task_id: int, by: Actor, note: str = "") -> Task:
    """Confirm what was fed back (group head, duty officer)."""
    task = _get(task_id)
    rules.require_direct(by, task)
    return _move(task, TaskState.CHECKED, TaskVerb.CHECK, by, note=note.strip())


@transaction.atomic
def close_task(*, task_id: int, by: Actor, text: str = "", count: int | None = None) -> Task:
    """Close a task (销号). Its owner needs the evidence the duty asks for, given before or now."""
    task = _get(task_id)
    direct = rules.can_direct(by, task)
    if not direct:
        rules.require_do(by, task)
    note = text.strip()
    given = bool(task.feedback) or bool(note) or count is not None
    if task.evidence == Evidence.COUNT and not task.feedback and count is None:
        raise Invalid(_("这项任务要报数字，零也要报。"))
    if task.evidence in (Evidence.TEXT, Evidence.PHOTO) and not given:
        raise Invalid(_("请写明办理结果再销号。"))
    shown = note if count is None else f"{count} {note}".strip()
    return _move(
        task,
        TaskState.CLOSED,
        TaskVerb.CLOSE,
        by,
        note=note,
        count=count,
        done_at=Now(),
        parked_from="",
        feedback=shown or task.feedback,
    )


@transaction.atomic
def cancel_task(*, task_id: int, reason: str, by: Actor) -> Task:
    """Cancel a task with a reason (group head, duty officer)."""
    task = _get(task_id)
    rules.require_direct(by, task)
    if not reason.strip():
        raise Invalid(_("取消任务要写明原因。"))
    return _move(
        task,
        TaskState.CANCELLED,
        TaskVerb.CANCEL,
        by,
        note=reason.strip(),
        reason=reason.strip(),
        done_at=Now(),
        parked_from="",
    )


@transaction.atomic
def hand_over_task(*, task_id: int, seat_id: int, by: Actor, note: str = "") -> Task:
    """Hand a task to another open seat of the same zone; it is his from then on, to be taken by him."""
    task = _get(task_id)
    if not rules.can_do(by, task):
        rules.require_direct(by, task)
    target = (
        Seat.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=seat_id, world=task.world, zone_id=task.owner_seat.zone_id, closed_at__isnull=True)
        .first()
    )
    if target is None:
        raise NotFound(_("没有可以接收任务的席位。"))
    if target.pk == task.owner_seat_id:
        raise Invalid(_("任务已在这个席位上。"))
    return _move(
        task, TaskState.HANDED_OVER, TaskVerb.HAND_OVER, by, note=note.strip(), owner=target, parked_from=""
    )
