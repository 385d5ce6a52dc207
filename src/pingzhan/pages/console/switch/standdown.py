"""战转平: what becomes of the open tasks, the hand-over note, and the order."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pingzhan.domain.command import api as command
from pingzhan.domain.command.enums import TaskDecisionKind
from pingzhan.domain.command.models import Activation
from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.models import Order
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import request_actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.orders.lines import lines_of
from pingzhan.pages.console.switch.forms import StandDownForm, expect_words
from pingzhan.pages.console.switch.several import Pick, names_of, picks_context
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


@dataclass
class Shown:
    """What ending the chosen orders would do, read before anything is ordered.

    ``ownerless`` are the 督办 matters that nobody would be responsible for afterwards.
    """

    preview: command.Preview
    expect: str
    ownerless: list[Order]


@require_http_methods(["GET", "POST"])
@needs(Permission.ORDER_SWITCH)
def stand_down(request: HttpRequest) -> HttpResponse:
    """Show what a stand-down would do; POST orders it and goes back to the desk.

    ``activation`` (any number of them, of one zone) says which orders end, all in one transaction. Every open
    task is finished, cancelled with a reason, or handed over: by default to the routine post that takes the
    group over. A conflict shows the page anew with what changed.
    """
    actor = request_actor(request)
    open_ones = list(
        command.all_in_force()
        .filter(within("unit__path", actor.paths(Permission.ORDER_SWITCH)))
        .select_related("unit__parent")
    )
    if not open_ones:
        return render(request, "console/switch/stand_down.html", {"activation": None})
    chosen = _chosen(open_ones, request.GET.getlist("activation"))
    if request.method == "POST":
        return _order(request, chosen, open_ones)
    return _page(request, chosen, open_ones, None, None)


def _chosen(open_ones: list[Activation], asked: list[str]) -> list[Activation]:
    if not asked:
        return [min(open_ones, key=lambda one: (one.unit.path.count("/"), one.pk))]
    found = [one for one in open_ones if str(one.pk) in asked]
    if len(found) != len(set(asked)):
        raise NotFound(_("这道命令已经解除，或不在您的权限内。"), hint=_("请回值班台查看现在的状态。"))
    return found


def _look(request: HttpRequest, chosen: list[Activation]) -> Shown:
    """Have the stand-down carried out and undone, and read meanwhile what it would leave without an owner."""
    actor = request_actor(request)
    first = chosen[0]
    left: list[Order] = []

    def look() -> None:
        left.extend(orders.ownerless(first.zone_id, first.world))

    if len(chosen) == 1:
        shown = command.preview_stand_down(
            order=command.StandDown(key="preview", unit=first.unit, reason=""), by=actor, look=look
        )
        return Shown(shown, expect_words([(first.unit_id, shown.epoch)]), left)
    several = command.preview_stand_down_several(
        order=command.StandDownSeveral(key="preview", units=_units(chosen), reason=""), by=actor, look=look
    )
    return Shown(several.preview, expect_words(several.expect), left)


def _units(chosen: list[Activation]) -> tuple[Unit, ...]:
    return tuple(one.unit for one in chosen)


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


def _order(request: HttpRequest, chosen: list[Activation], open_ones: list[Activation]) -> HttpResponse:
    form = StandDownForm(request.POST)
    shown = _look(request, chosen)
    choices = _choices(shown.preview, request.POST)
    if not form.is_valid() or any(one.error for one in choices):
        return _page(request, chosen, open_ones, form, choices, shown=shown, status=422)
    data = form.cleaned_data
    reason = data["reason"].strip()
    if data["note"]:
        reason += _("（交接：%(note)s）") % {"note": data["note"].strip()}
    decisions = tuple(
        command.TaskDecision(one.code, TaskDecisionKind(one.kind), one.reason, one.post_code)
        for one in choices
    )
    try:
        counts = _end(request, chosen, data, reason, decisions)
    except DomainError as error:
        form.add_error(None, error.message + error.hint)
        return _page(request, chosen, open_ones, form, choices, status=error.status)
    messages.success(
        request,
        _("已解除：%(unit)s。释放 %(n)d 个席位，移交 %(m)d 项任务。")
        % {
            "unit": names_of([one.unit.name for one in chosen]),
            "n": counts.get("closed", 0),
            "m": counts.get("handed_over", 0),
        },
    )
    return redirect("duty:board")


def _end(
    request: HttpRequest,
    chosen: list[Activation],
    data: dict[str, Any],
    reason: str,
    decisions: tuple[command.TaskDecision, ...],
) -> dict[str, Any]:
    by = request_actor(request)
    if len(chosen) > 1:
        several = command.StandDownSeveral(
            key=data["key"],
            units=_units(chosen),
            reason=reason,
            expect=data["expect"],
            decisions=decisions,
        )
        return command.stand_down_several(order=several, by=by).counts
    unit = chosen[0].unit
    order = command.StandDown(
        key=data["key"],
        unit=unit,
        reason=reason,
        expect_epoch=dict(data["expect"]).get(unit.pk, -1),
        decisions=decisions,
    )
    return command.stand_down(order=order, by=by).counts


def _page(
    request: HttpRequest,
    chosen: list[Activation],
    open_ones: list[Activation],
    form: StandDownForm | None,
    choices: list[GroupChoice] | None,
    *,
    shown: Shown | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = shown or _look(request, chosen)
    if form is None:
        form = StandDownForm(initial={"key": f"page-{uuid.uuid4()}", "expect": shown.expect})
    groups = choices if choices is not None else _choices(shown.preview, None)
    tasks = command.live_tasks_by_group(_units(chosen), chosen[0].world)
    for group in groups:
        mine = tasks.get(group.code, [])
        group.tasks, group.more = mine[:TASKS_SHOWN], max(0, group.count - TASKS_SHOWN)
    first = min(chosen, key=lambda one: one.at)
    who = names_of([one.unit.name for one in chosen])
    levels = {one.level for one in chosen}
    rows = [Pick(one.pk, one.unit, _area(one.unit), one.level) for one in open_ones]
    values = {"n": len(shown.preview.closed), "m": len(shown.preview.opened), "unit": who}
    context: dict[str, Any] = {
        "activation": first,
        "chosen": chosen,
        "query": urlencode([("activation", one.pk) for one in chosen]),
        "scope_words": who,
        "activations": open_ones,
        **picks_context(rows, [one.pk for one in chosen]),
        "form": form,
        "groups": groups,
        "kinds": [(kind.value, str(kind.label)) for kind in TaskDecisionKind],
        "posts": command.routine_posts(first.unit),
        "open_count": sum(one.count for one in groups),
        "late_count": sum(one.late for one in groups),
        "seat_count": values["n"],
        "routine_count": values["m"],
        "ownerless": lines_of(shown.ownerless, clock.now()),
        "sentence": _("将%(unit)s由%(level)s转为平时，释放 %(n)d 个席位，恢复 %(m)d 个平时席位。")
        % {**values, "level": level_word(first.level)}
        if len(levels) == 1
        else _("将%(unit)s转为平时，释放 %(n)d 个席位，恢复 %(m)d 个平时席位。") % values,
        "lead": _("%(who)s于 %(at)s 下令，依据：%(basis)s")
        % {
            "who": first.ordered_by_name,
            "at": f"{timezone.localtime(first.at):%m-%d %H:%M}",
            "basis": first.basis,
        },
    }
    return render(request, "console/switch/stand_down.html", context, status=status)


def _area(unit: Unit) -> Unit | None:
    return unit.parent if unit.parent is not None and unit.parent.kind == UnitKind.AREA else None
