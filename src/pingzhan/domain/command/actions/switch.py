"""The switch: one transaction, declarative, on frozen versions (reference/command.md section 5).

Serves 工作要求 (四): 一旦发生疫情，立即进行平战转换. The order of the steps is the order of the locks: the lock of
the world, the scope's row, seats, tasks, gaps, outbox, tenure, and the audit chain last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from pingzhan.domain.command import events, wording
from pingzhan.domain.command.actions import follow, handover, making, previews
from pingzhan.domain.command.actions.decisions import settle_by_decision
from pingzhan.domain.command.actions.followers import call_followers
from pingzhan.domain.command.actions.reconcile import Reconciled, load_state, reconcile_seats
from pingzhan.domain.command.actions.scope import (
    check_fence,
    end_activation,
    lock_scope,
    open_activation,
    run_ids,
    set_scope,
)
from pingzhan.domain.command.actions.tenure import set_commander
from pingzhan.domain.command.enums import BasisKind, EndKind
from pingzhan.domain.command.hazards import require_hazard
from pingzhan.domain.command.models import Activation, Broadcast, CommandTenure, Override, ScopeState
from pingzhan.domain.command.orders import (
    Outcome,
    Preview,
    StandDown,
    StandDownSeveral,
    SwitchOrder,
    SwitchSeveral,
)
from pingzhan.domain.command.queries.loading import lock_world
from pingzhan.domain.territory.api import zone_of
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
        announce_change(order.world, order.unit, None, epoch)
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
    return rolled_back(
        order.world,
        order.unit,
        lambda: _check_order(order, by, preview=True),
        lambda at: _order(replace(order, preview_sha="", expect_epoch=None), by, at),
    )


Look = Callable[[], None]
"""Called inside the transaction of a preview, before it is undone: the caller reads what would then be there."""


def preview_stand_down(*, order: StandDown, by: Actor, look: Look | None = None) -> Preview:
    """Return what a stand-down would do now, with the open tasks by group that need a decision."""
    return rolled_back(
        order.world,
        order.unit,
        lambda: _check_stand_down(order, by, preview=True),
        lambda at: _stand_down(replace(order, preview_sha="", expect_epoch=None), by, at),
        look,
    )


Run = Callable[[datetime], tuple[Reconciled, Activation, str, list[list[Any]]]]


def rolled_back(
    world: int, unit: Unit, check: Callable[[], None], run: Run, look: Look | None = None
) -> Preview:
    """Run an order, describe what it did, undo it, and remember what was shown for a day."""
    shown: Preview | None = None
    with transaction.atomic():
        check()
        at = lock_world(world)
        try:
            with transaction.atomic():
                result, activation, sha, lines = run(at)
                shown = previews.describe(result, activation, unit, sha)
                if look is not None:
                    look()
                raise _Rollback
        except _Rollback:
            previews.keep(sha, world, unit, lines)
    assert shown is not None
    return shown


def _check_order(order: SwitchOrder, by: Actor, *, preview: bool = False) -> None:
    require(by, Permission.ORDER_SWITCH, order.unit.path)
    check_words(order, preview=preview)


def check_words(order: SwitchOrder | SwitchSeveral, *, preview: bool) -> None:
    """Raise Invalid for a level that does not exist; an order also needs key, reason and basis."""
    if order.level not in [level.value for level in Level]:
        raise Invalid(_("等级只能是Ⅰ级至Ⅳ级。"), place=str(order.level))
    require_hazard(order.hazard)
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
    if not preview:
        check_end_words(order)


def check_end_words(order: StandDown | StandDownSeveral) -> None:
    """Raise Invalid unless a stand-down has a key and a reason."""
    if not order.key.strip():
        raise Invalid(_("命令要有编号，用来防止重复下达。"))
    if not order.reason.strip():
        raise Invalid(_("请写明解除事由。"))


def _replay(order: SwitchOrder) -> Outcome | None:
    known = Activation.objects.filter(Q(key=order.key) | Q(end_key=order.key)).first()
    if known is None:
        return None
    if known.key != order.key or known.request_sha != order.sha():
        raise key_used(order.key, known)
    return Outcome(known.pk, known.epoch, known.level, True, dict(known.counts))


def _replay_end(order: StandDown) -> Outcome | None:
    known = Activation.objects.filter(Q(key=order.key) | Q(end_key=order.key)).first()
    if known is None:
        return None
    if known.end_key != order.key or known.end_sha != order.sha():
        raise key_used(order.key, known)
    return Outcome(known.pk, known.epoch + 1, None, True, {})


def key_used(key: str, known: Activation) -> Conflict:
    """Return the error for a key under which something else was ordered before."""
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
        end_drills([order.unit], zone, by, reason=order.reason)
    if old is not None:
        end_activation(old, at, by, kind=EndKind.REPLACED, reason=order.reason.strip() or "-")
    activation = open_activation(order, scope=scope, old=old, zone=zone, at=at, by=by)
    set_scope(scope, activation, at, by)
    result = reconcile_seats(load_state(order.world, zone, at), opened_by=[activation])
    handover.settle_tasks(result, by_name=by.name)
    making.make_tasks(result)
    if order.basis_kind == BasisKind.VERBAL:
        making.ask_for_document(result, activation)
    gaps = follow.write_gaps(result)
    lines = previews.lines(result, gaps)
    sha = previews.sha_of(order.world, order.unit, order.level, scope.epoch, lines)
    previews.check(order.preview_sha, sha, lines)
    follow.write_notices(result, cause=wording.cause(activation))
    broadcast([activation], level=order.level, result=result)
    set_commander(result)
    call_followers(result, activation)
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
    Override.objects.filter(activation__in=run_ids(old), ended_at__isnull=True).update(ended_at=at)
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
    broadcast([old], level=None, result=result)
    set_commander(result)
    call_followers(result, old)
    return result, old, sha, lines


def end_drills(units: Sequence[Unit], zone: Unit, by: Actor, *, reason: str) -> None:
    """End every drill that overlaps a scope of a real order (section 11)."""
    overlapping = [
        one
        for one in Activation.objects.filter(zone=zone, ended_at__isnull=True, world__gt=0)
        .select_related("unit")
        .order_by("world", "id")
        if any(one.unit.path.startswith(unit.path) or unit.path.startswith(one.unit.path) for unit in units)
    ]
    for world in sorted({one.world for one in overlapping}):
        at = lock_world(world)
        for one in overlapping:
            if one.world == world:
                scope = lock_scope(world, one.unit)
                if scope.activation_id != one.pk:
                    continue
                end_activation(one, at, by, kind=EndKind.REAL_ORDER, reason=reason.strip() or "-")
                set_scope(scope, None, at, by)
        result = reconcile_seats(load_state(world, zone, at))
        follow.follow(result, cause=_("实战命令中止演练"), by_name=by.name)


def broadcast(activations: Sequence[Activation], *, level: int | None, result: Reconciled) -> None:
    """Write one row for all workers of each scope; a drill tells no workers (section 11)."""
    result.counts["workers"] = 0
    if result.state.world_no:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.path, sum(u.headcount) FROM unnest(%s::text[]) AS a(path)"
            " JOIN territory_unit u ON u.path LIKE a.path || '%%' GROUP BY a.path",
            [[one.unit.path for one in activations]],
        )
        totals = dict(cursor.fetchall())
    Broadcast.objects.bulk_create(
        Broadcast(
            activation=one,
            level=level,
            audience_query=f"workers:{one.unit.path}",
            total=totals.get(one.unit.path) or 0,
            at=result.state.at,
        )
        for one in activations
    )
    result.counts["workers"] = int(sum(total or 0 for total in totals.values()))


def _close_order(
    unit: Unit, activation: Activation, result: Reconciled, by: Actor, sha: str, *, verb: str
) -> None:
    activation.counts = dict(result.counts)
    activation.preview_sha = sha
    activation.save(update_fields=["counts", "preview_sha"])
    announce_change(activation.world, unit, activation.level, activation.epoch)
    record(
        verb,
        by=by,
        subject=("activation", activation.pk),
        unit_path=unit.path,
        world=activation.world,
        body={
            "epoch": activation.epoch,
            "level": activation.level,
            "hazard": activation.hazard,
            "counts": activation.counts,
            "structure": activation.structure_version.sha256,
            "duties": activation.duty_version.sha256,
            "preview": sha,
        },
    )


def announce_change(world: int, unit: Unit, level: int | None, epoch: int) -> None:
    """Tell open pages at commit, and other modules after it, that the posture of a unit was ordered anew."""
    announce("command", {"world": world, "unit": unit.pk, "level": level, "epoch": epoch})
    send_later([events.PostureChanged(world, unit.pk, unit.path, level, epoch)])


def send_later(changes: Sequence[events.PostureChanged]) -> None:
    """Tell other modules after the commit."""
    transaction.on_commit(lambda: _send(changes))


def _send(changes: Sequence[events.PostureChanged]) -> None:
    for event in changes:
        events.posture_changed.send_robust(sender=Activation, event=event)
