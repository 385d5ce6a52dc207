"""The switch: one transaction, declarative, on frozen versions (reference/command.md section 5).

Serves 工作要求 (四): 一旦发生疫情，立即进行平战转换. The order of the steps is the order of the locks: the lock of
the world, the scope's row, seats, tasks, gaps, outbox, tenure, and the audit chain last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from pingzhan.domain.command import events, wording
from pingzhan.domain.command.actions import follow, handover, making, previews
from pingzhan.domain.command.actions.decisions import settle_by_decision
from pingzhan.domain.command.actions.reconcile import Reconciled, load_state, reconcile_seats
from pingzhan.domain.command.actions.scope import (
    check_fence,
    end_activation,
    lock_scope,
    open_activation,
    set_scope,
)
from pingzhan.domain.command.enums import BasisKind, EndKind
from pingzhan.domain.command.models import Activation, Broadcast, CommandTenure, ScopeState
from pingzhan.domain.command.orders import Outcome, Preview, StandDown, SwitchOrder
from pingzhan.domain.command.queries.loading import lock_world
from pingzhan.domain.territory.api import paths_above, zone_of
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Conflict, Invalid
from pingzhan.kernel.levels import Level


class _Rollback(Exception):
    pass


def order_switch(*, order: SwitchOrder, by: Actor) -> Outcome:
    """Put a unit into the emergency posture, or change its level, in one transaction.

    When it returns, every wanted post has a seat or a gap, every seat its tasks and an order notice in the
    outbox, and one person commands. Raises Refused without the right for the unit; Invalid for a missing
    reason or basis, or a zone without a published structure; Conflict when the key was used for something
    else, when somebody switched since ``expect_epoch``, or when the preview no longer holds.
    """
    with transaction.atomic():
        _check_order(order, by)
        at = lock_world(order.world)
        replayed = _replay(order)
        if replayed is not None:
            return replayed
        result, activation, sha, _lines = _order(order, by, at)
        _close_order(order.unit, activation, result, by, sha, verb="command.order_switch")
        return Outcome(activation.pk, activation.epoch, activation.level, False, dict(activation.counts))


def stand_down(*, order: StandDown, by: Actor) -> Outcome:
    """End the emergency ordered for a unit, in one transaction.

    Emergency seats are released, routine seats reopen with their parked tasks, and every open task has an
    owner or a reason. An activation above or below stays in force. Raises Refused, Conflict and Invalid as
    order_switch does; Conflict when the unit has no open activation of its own.
    """
    with transaction.atomic():
        _check_stand_down(order, by)
        at = lock_world(order.world)
        replayed = _replay_end(order)
        if replayed is not None:
            return replayed
        result, activation, sha, _lines = _stand_down(order, by, at)
        epoch = ScopeState.objects.get(world=order.world, unit=order.unit).epoch
        counts = result.counts
        _announce(order.world, order.unit, None, epoch)
        record(
            "command.stand_down",
            by=by,
            subject=("activation", activation.pk),
            unit_path=order.unit.path,
            world=order.world,
            body={"epoch": epoch, "counts": counts, "preview": sha},
        )
        return Outcome(activation.pk, epoch, None, False, dict(counts))


def preview_switch(*, order: SwitchOrder, by: Actor) -> Preview:
    """Return what an order would do now: the same code, rolled back. Raises what order_switch raises."""
    return _preview(
        order.world,
        order.unit,
        lambda: _check_order(order, by, preview=True),
        lambda at: _order(replace(order, preview_sha="", expect_epoch=None), by, at),
    )


def preview_stand_down(*, order: StandDown, by: Actor) -> Preview:
    """Return what a stand-down would do now, with the open tasks by group that need a decision."""
    return _preview(
        order.world,
        order.unit,
        lambda: _check_stand_down(order, by, preview=True),
        lambda at: _stand_down(replace(order, preview_sha="", expect_epoch=None), by, at),
    )


Run = Callable[[datetime], tuple[Reconciled, Activation, str, list[list[Any]]]]


def _preview(world: int, unit: Unit, check: Callable[[], None], run: Run) -> Preview:
    shown: Preview | None = None
    with transaction.atomic():
        check()
        at = lock_world(world)
        try:
            with transaction.atomic():
                result, activation, sha, lines = run(at)
                shown = previews.describe(result, activation, unit, sha)
                raise _Rollback
        except _Rollback:
            previews.keep(sha, world, unit, lines)
    assert shown is not None
    return shown


def _check_order(order: SwitchOrder, by: Actor, *, preview: bool = False) -> None:
    require(by, Permission.ORDER_SWITCH, order.unit.path)
    if order.level not in [level.value for level in Level]:
        raise Invalid(_("等级只能是Ⅰ级至Ⅳ级。"), place=str(order.level))
    if preview:
        return
    if not order.key.strip():
        raise Invalid(_("命令要有编号，用来防止重复下达。"))
    if not order.reason.strip():
        raise Invalid(_("请写明转换事由。"), hint=_("例如：某企业发现聚集性病例。"))
    if not order.basis.strip():
        raise Invalid(_("请写明依据的文件号或下令人。"), hint=_("口头命令可先下达，文件号随后补录。"))


def _check_stand_down(order: StandDown, by: Actor, *, preview: bool = False) -> None:
    require(by, Permission.ORDER_SWITCH, order.unit.path)
    if preview:
        return
    if not order.key.strip():
        raise Invalid(_("命令要有编号，用来防止重复下达。"))
    if not order.reason.strip():
        raise Invalid(_("请写明解除事由。"))


def _replay(order: SwitchOrder) -> Outcome | None:
    known = Activation.objects.filter(Q(key=order.key) | Q(end_key=order.key)).first()
    if known is None:
        return None
    if known.key != order.key or known.request_sha != order.sha():
        raise _key_used(order.key, known)
    return Outcome(known.pk, known.epoch, known.level, True, dict(known.counts))


def _replay_end(order: StandDown) -> Outcome | None:
    known = Activation.objects.filter(Q(key=order.key) | Q(end_key=order.key)).first()
    if known is None:
        return None
    if known.end_key != order.key or known.end_sha != order.sha():
        raise _key_used(order.key, known)
    return Outcome(known.pk, known.epoch + 1, None, True, {})


def _key_used(key: str, known: Activation) -> Conflict:
    return Conflict(
        _("命令编号“%(key)s”已用于另一道命令（%(name)s，%(at)s）。")
        % {"key": key, "name": known.ordered_by_name, "at": wording.moment(known.at)},
        hint=_("请换一个命令编号再下达。"),
        code="key_used",
        place=key,
    )


def _order(
    order: SwitchOrder, by: Actor, at: datetime
) -> tuple[Reconciled, Activation, str, list[list[Any]]]:
    zone = zone_of(order.unit)
    scope = lock_scope(order.world, order.unit)
    check_fence(scope, order.unit, order.expect_epoch)
    old = scope.activation
    if order.world == 0:
        end_drills(order, zone, by)
    if old is not None:
        end_activation(old, at, by, kind=EndKind.REPLACED, reason=order.reason.strip() or "-")
    activation = open_activation(order, scope=scope, old=old, zone=zone, at=at, by=by)
    set_scope(scope, activation, at, by)
    result = reconcile_seats(load_state(order.world, zone, at), opened_by=activation)
    handover.settle_tasks(result, by_name=by.name)
    making.make_tasks(result)
    if order.basis_kind == BasisKind.VERBAL:
        making.ask_for_document(result, activation)
    gaps = follow.write_gaps(result)
    lines = previews.lines(result, gaps)
    sha = previews.sha_of(order.world, order.unit, order.level, scope.epoch, lines)
    previews.check(order.preview_sha, sha, lines)
    follow.write_notices(result, cause=wording.cause(activation))
    broadcast(order.unit, activation, level=order.level, result=result)
    follow.set_commander(result)
    return result, activation, sha, lines


def _stand_down(
    order: StandDown, by: Actor, at: datetime
) -> tuple[Reconciled, Activation, str, list[list[Any]]]:
    zone = zone_of(order.unit)
    scope = lock_scope(order.world, order.unit)
    check_fence(scope, order.unit, order.expect_epoch)
    old = scope.activation
    if old is None:
        raise Conflict(
            _("%(unit)s没有有效的战时命令，不需要解除。") % {"unit": order.unit.name},
            hint=_("如由上级范围的命令引起，请在下达命令的范围解除。"),
            code="not_active",
            place=order.unit.code,
        )
    end_activation(
        old,
        at,
        by,
        kind=EndKind.STOOD_DOWN,
        reason=order.reason.strip() or "-",
        key=order.key or None,
        sha=order.sha(),
    )
    set_scope(scope, None, at, by)
    CommandTenure.objects.filter(world=order.world, unit=order.unit, ended_at__isnull=True).update(
        ended_at=at, handover_note=order.reason.strip()
    )
    result = reconcile_seats(load_state(order.world, zone, at))
    settle_by_decision(result, order.decisions, by_name=by.name)
    handover.settle_tasks(result, by_name=by.name)
    making.make_tasks(result)
    result.counts["tasks"] += making.make_stand_down_tasks(result)
    gaps = follow.write_gaps(result)
    lines = previews.lines(result, gaps)
    sha = previews.sha_of(order.world, order.unit, None, scope.epoch, lines)
    previews.check(order.preview_sha, sha, lines)
    follow.write_notices(result, cause=_("转入平时"))
    broadcast(order.unit, old, level=None, result=result)
    follow.set_commander(result)
    return result, old, sha, lines


def end_drills(order: SwitchOrder, zone: Unit, by: Actor) -> None:
    """End every drill that overlaps the scope of a real order (section 11)."""
    overlapping = (
        Activation.objects.filter(zone=zone, ended_at__isnull=True, world__gt=0)
        .filter(Q(unit__path__startswith=order.unit.path) | Q(unit__path__in=paths_above(order.unit.path)))
        .select_related("unit")
        .order_by("world", "id")
    )
    worlds = sorted({one.world for one in overlapping})
    for world in worlds:
        at = lock_world(world)
        for one in overlapping:
            if one.world == world:
                scope = lock_scope(world, one.unit)
                if scope.activation_id != one.pk:
                    continue
                end_activation(one, at, by, kind=EndKind.REAL_ORDER, reason=order.reason.strip() or "-")
                set_scope(scope, None, at, by)
        result = reconcile_seats(load_state(world, zone, at))
        follow.follow(result, cause=_("实战命令中止演练"), by_name=by.name)


def broadcast(unit: Unit, activation: Activation, *, level: int | None, result: Reconciled) -> None:
    """Write one row for all workers of the scope; a drill tells no workers (section 11)."""
    if activation.world:
        result.counts["workers"] = 0
        return
    total = Unit.objects.filter(path__startswith=unit.path).aggregate(total=Sum("headcount"))["total"] or 0
    Broadcast.objects.create(
        activation=activation,
        level=level,
        audience_query=f"workers:{unit.path}",
        total=total,
        at=result.state.at,
    )
    result.counts["workers"] = total


def _close_order(
    unit: Unit, activation: Activation, result: Reconciled, by: Actor, sha: str, *, verb: str
) -> None:
    activation.counts = dict(result.counts)
    activation.preview_sha = sha
    activation.save(update_fields=["counts", "preview_sha"])
    _announce(activation.world, unit, activation.level, activation.epoch)
    record(
        verb,
        by=by,
        subject=("activation", activation.pk),
        unit_path=unit.path,
        world=activation.world,
        body={
            "epoch": activation.epoch,
            "level": activation.level,
            "counts": activation.counts,
            "structure": activation.structure_version.sha256,
            "duties": activation.duty_version.sha256,
            "preview": sha,
        },
    )


def _announce(world: int, unit: Unit, level: int | None, epoch: int) -> None:
    announce("command", {"world": world, "unit": unit.pk, "level": level, "epoch": epoch})
    event = events.PostureChanged(world, unit.pk, unit.path, level, epoch)
    transaction.on_commit(
        lambda: _send(event),
    )


def _send(event: events.PostureChanged) -> None:
    events.posture_changed.send_robust(sender=Activation, event=event)
