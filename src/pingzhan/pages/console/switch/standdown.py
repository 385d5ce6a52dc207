"""战转平: what becomes of the open tasks, the hand-over note, and the order."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pingzhan.domain.command import api as command
from pingzhan.domain.command.enums import TaskDecisionKind
from pingzhan.domain.command.models import Activation
from pingzhan.foundation.access.actor import request_actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.switch.forms import StandDownForm
from pingzhan.pages.console.wording import group_name, level_word


@dataclass
class GroupChoice:
    """The open tasks of one group and what is decided about them."""

    key: str
    code: str
    name: str
    count: int
    late: int
    default_post: str
    kind: str = TaskDecisionKind.HAND_OVER.value
    post_code: str = ""
    reason: str = ""
    error: str = ""
    tasks: list[command.Task] = field(default_factory=list)
    more: int = 0


TASKS_SHOWN = 12


@require_http_methods(["GET", "POST"])
@needs(Permission.ORDER_SWITCH)
def stand_down(request: HttpRequest) -> HttpResponse:
    """Show what a stand-down would do; POST orders it and goes back to the desk.

    Every open task is finished, cancelled with a reason, or handed over: by default to the routine post that
    takes the group over. A conflict shows the page anew with what changed.
    """
    actor = request_actor(request)
    open_ones = list(
        command.all_in_force().filter(within("unit__path", actor.paths(Permission.ORDER_SWITCH)))
    )
    if not open_ones:
        return render(request, "console/switch/stand_down.html", {"activation": None})
    chosen = _chosen(open_ones, request.GET.get("activation", ""))
    if request.method == "POST":
        return _order(request, chosen, open_ones)
    return _page(request, chosen, open_ones, None, None)


def _chosen(open_ones: list[Activation], asked: str) -> Activation:
    if not asked:
        return min(open_ones, key=lambda one: (one.unit.path.count("/"), one.pk))
    found = next((one for one in open_ones if str(one.pk) == asked), None)
    if found is None:
        raise NotFound(_("这道命令已经解除，或不在您的权限内。"), hint=_("请回值班台查看现在的状态。"))
    return found


def _preview(request: HttpRequest, activation: Activation) -> command.Preview:
    order = command.StandDown(key="preview", unit=activation.unit, reason="")
    return command.preview_stand_down(order=order, by=request_actor(request))


def _choices(shown: command.Preview, given: QueryDict | None) -> list[GroupChoice]:
    found = []
    for n, group in enumerate(shown.task_groups):
        choice = GroupChoice(
            key=f"g{n}",
            code=group.group_code,
            name=group_name(group.group_code, group.group_name),
            count=group.open,
            late=group.late,
            default_post=group.default_post_name,
        )
        if given is not None:
            choice.kind = given.get(f"{choice.key}-decision", choice.kind)
            choice.post_code = given.get(f"{choice.key}-post", "")
            choice.reason = given.get(f"{choice.key}-reason", "").strip()[:200]
            if choice.kind not in TaskDecisionKind.values:
                choice.error = _("请选择处理方式。")
            elif choice.kind == TaskDecisionKind.CANCEL and not choice.reason:
                choice.error = _("取消任务要写明原因。")
        found.append(choice)
    return found


def _order(request: HttpRequest, activation: Activation, open_ones: list[Activation]) -> HttpResponse:
    form = StandDownForm(request.POST)
    shown = _preview(request, activation)
    choices = _choices(shown, request.POST)
    if not form.is_valid() or any(one.error for one in choices):
        return _page(request, activation, open_ones, form, choices, shown=shown, status=422)
    data = form.cleaned_data
    reason = data["reason"].strip()
    if data["note"]:
        reason += _("（交接：%(note)s）") % {"note": data["note"].strip()}
    order = command.StandDown(
        key=data["key"],
        unit=activation.unit,
        reason=reason,
        expect_epoch=data["expect_epoch"],
        decisions=tuple(
            command.TaskDecision(one.code, TaskDecisionKind(one.kind), one.reason, one.post_code)
            for one in choices
        ),
    )
    try:
        done = command.stand_down(order=order, by=request_actor(request))
    except DomainError as error:
        form.add_error(None, error.message + error.hint)
        return _page(request, activation, open_ones, form, choices, status=error.status)
    messages.success(
        request,
        _("已解除：%(unit)s。释放 %(n)d 个席位，移交 %(m)d 项任务。")
        % {
            "unit": activation.unit.name,
            "n": done.counts.get("closed", 0),
            "m": done.counts.get("handed_over", 0),
        },
    )
    return redirect("duty:board")


def _page(
    request: HttpRequest,
    activation: Activation,
    open_ones: list[Activation],
    form: StandDownForm | None,
    choices: list[GroupChoice] | None,
    *,
    shown: command.Preview | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = shown or _preview(request, activation)
    if form is None:
        form = StandDownForm(initial={"key": f"page-{uuid.uuid4()}", "expect_epoch": shown.epoch})
    groups = choices if choices is not None else _choices(shown, None)
    tasks = command.live_tasks_by_group(activation.unit)
    for group in groups:
        mine = tasks.get(group.code, [])
        group.tasks, group.more = mine[:TASKS_SHOWN], max(0, group.count - TASKS_SHOWN)
    context: dict[str, Any] = {
        "activation": activation,
        "activations": open_ones,
        "form": form,
        "groups": groups,
        "kinds": [(kind.value, str(kind.label)) for kind in TaskDecisionKind],
        "posts": command.routine_posts(activation.unit),
        "open_count": sum(one.count for one in groups),
        "late_count": sum(one.late for one in groups),
        "seat_count": len(shown.closed),
        "routine_count": len(shown.opened),
        "sentence": _("将%(unit)s由%(level)s转为平时，释放 %(n)d 个席位，恢复 %(m)d 个平时席位。")
        % {
            "unit": activation.unit.name,
            "level": level_word(activation.level),
            "n": len(shown.closed),
            "m": len(shown.opened),
        },
        "lead": _("%(who)s于 %(at)s 下令，依据：%(basis)s")
        % {
            "who": activation.ordered_by_name,
            "at": f"{timezone.localtime(activation.at):%m-%d %H:%M}",
            "basis": activation.basis,
        },
    }
    return render(request, "console/switch/stand_down.html", context, status=status)
