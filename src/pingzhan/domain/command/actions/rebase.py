"""Putting an emergency onto a newer structure, after its difference was looked at (failure case 8).

Serves 四（二） of the notice: an activation keeps the versions frozen into it, and a level change keeps them too
(ADR 0037), so that nobody finds another organisation in the middle of the night because a draft was published.
A rebase is an order like a switch: key, fence and preview; the next activation of the same run at the same
level. Seats with equal person and duties stay as they are and nobody on them is told again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.command import wording
from pingzhan.domain.command.actions import follow, handover, making, previews
from pingzhan.domain.command.actions.followers import call_followers
from pingzhan.domain.command.actions.reconcile import Reconciled, load_state, reconcile_seats
from pingzhan.domain.command.actions.scope import (
    Frozen,
    check_fence,
    end_activation,
    insert_activation,
    keys_of,
    lock_scope,
    newest,
    set_scope,
)
from pingzhan.domain.command.actions.switch import announce_change, key_used, rolled_back
from pingzhan.domain.command.actions.tenure import set_commander
from pingzhan.domain.command.enums import BasisKind, EndKind
from pingzhan.domain.command.models import Activation
from pingzhan.domain.command.orders import (
    Outcome,
    RebaseOrder,
    RebasePreview,
    RebaseScope,
    content_sha,
)
from pingzhan.domain.command.queries.loading import lock_world
from pingzhan.domain.command.queries.scope import stale_activations
from pingzhan.domain.organisation.api import diff
from pingzhan.domain.territory.api import zone_of
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid


def order_rebase(*, order: RebaseOrder, by: Actor) -> Outcome:
    """Put the emergencies of a zone, or the one of a unit, onto the newest versions, in one transaction.

    Each gets the next epoch of its scope, in the same run at the same level; refusals and manual changes of
    the run go on. Raises Refused without the right for every unit concerned; Invalid without key or reason;
    Conflict when nothing is older than the newest versions, when the key was used for something else, when
    somebody switched since ``expect``, or when the preview no longer holds.
    """
    with transaction.atomic():
        if not order.key.strip():
            raise Invalid(_("命令要有编号，用来防止重复下达。"))
        if not order.reason.strip():
            raise Invalid(_("请写明换用新版的理由。"))
        require(by, Permission.ORDER_SWITCH, order.unit.path)
        at = lock_world(order.world)
        replayed = _replay(order)
        if replayed is not None:
            return replayed
        made, result, sha = _rebase(order, by, at)
        first = made[0]
        Activation.objects.filter(pk__in=[one.pk for one in made]).update(
            counts=dict(result.counts), preview_sha=sha
        )
        for one in made:
            announce_change(order.world, one.unit, one.level, one.epoch)
        for one in made:
            record(
                "command.rebase",
                by=by,
                subject=("activation", one.pk),
                unit_path=one.unit.path,
                world=order.world,
                body={
                    "epoch": one.epoch,
                    "level": one.level,
                    "n": one.structure_version.n,
                    "counts": dict(result.counts),
                    "structure": one.structure_version.sha256,
                    "duties": one.duty_version.sha256,
                    "preview": sha,
                },
            )
        return Outcome(first.pk, first.epoch, first.level, False, dict(result.counts))


def preview_rebase(*, order: RebaseOrder, by: Actor) -> RebasePreview:
    """Return what a rebase would do now, and how the new version differs, in words; nothing is written.

    Raises what order_rebase raises, but needs no reason.
    """
    with transaction.atomic():
        require(by, Permission.ORDER_SWITCH, order.unit.path)
        lock_world(order.world)
        old = _concerned(order, by)
        frozen = newest(zone_of(order.unit))
        shown = rolled_back(
            order.world,
            old[0].unit,
            lambda: None,
            lambda at: _described(replace(order, preview_sha="", expect=()), by, at),
        )
    before = {one.structure_version_id: one.structure_version for one in old}
    changes = [change for version in before.values() for change in diff(version, frozen.structure)]
    return RebasePreview(
        scopes=tuple(
            RebaseScope(one.unit_id, one.unit.name, one.level, one.epoch, one.structure_version.n)
            for one in old
        ),
        version_n=frozen.structure.n,
        version_title=frozen.structure.title,
        changes=tuple(dict.fromkeys(changes)),
        preview=shown,
    )


def _described(
    order: RebaseOrder, by: Actor, at: datetime
) -> tuple[Reconciled, Activation, str, list[list[Any]]]:
    made, result, sha = _rebase(order, by, at)
    return result, made[0], sha, previews.lines(result, result.gaps)


def _replay(order: RebaseOrder) -> Outcome | None:
    known = (
        Activation.objects.filter(key=order.key).first()
        or Activation.objects.filter(end_key=order.key).first()
    )
    if known is None:
        return None
    if known.key != order.key or known.request_sha != order.sha():
        raise key_used(order.key, known)
    return Outcome(known.pk, known.epoch, known.level, True, dict(known.counts))


def _concerned(order: RebaseOrder, by: Actor) -> list[Activation]:
    """Return the activations to move, oldest first, so that the newest on a tie stays the newest.

    Every one must be within the actor's right.
    """
    zone = zone_of(order.unit)
    found = [
        one
        for one in stale_activations(zone, order.world)
        if order.whole_zone or one.unit_id == order.unit.pk
    ]
    if not found:
        raise Conflict(
            _("%(unit)s的战时命令已经按最新的组织架构执行。") % {"unit": order.unit.name},
            code="newest",
            place=order.unit.code,
        )
    for one in found:
        require(by, Permission.ORDER_SWITCH, one.unit.path)
    return found


def _rebase(order: RebaseOrder, by: Actor, at: datetime) -> tuple[list[Activation], Reconciled, str]:
    zone = zone_of(order.unit)
    frozen = newest(zone)
    expected = dict(order.expect)
    made: list[Activation] = []
    concerned = _concerned(order, by)
    keys = keys_of(order.key, [old.unit_id for old in concerned])
    for old, key in zip(concerned, keys, strict=True):
        if expected and old.unit_id not in expected:
            raise _other_scope(old.unit)
        made.append(_move(order, old, key, frozen=frozen, expect=expected.get(old.unit_id), at=at, by=by))
    if expected and len(made) != len(expected):
        raise _other_scope(order.unit)
    result = reconcile_seats(load_state(order.world, zone, at), opened_by=made)
    handover.settle_tasks(result, by_name=by.name)
    making.make_tasks(result)
    gaps = follow.write_gaps(result)
    lines = previews.lines(result, gaps)
    sha = content_sha("rebase", order.world, [[one.unit_id, one.epoch] for one in made], lines)
    previews.check(order.preview_sha, sha, lines)
    follow.write_notices(result, cause=wording.rebased(frozen.structure))
    set_commander(result)
    call_followers(result, made[0])
    return made, result, sha


def _other_scope(unit: Unit) -> Conflict:
    return Conflict(
        _("预演之后，需要换用新版的范围有变：%(unit)s。") % {"unit": unit.name},
        hint=_("请重新预演，确认后再下达。"),
        code="preview_stale",
        place=unit.code,
    )


def _move(
    order: RebaseOrder,
    old: Activation,
    key: str,
    *,
    frozen: Frozen,
    expect: int | None,
    at: datetime,
    by: Actor,
) -> Activation:
    """End one activation and open the next of its run on the newest versions."""
    scope = lock_scope(order.world, old.unit)
    check_fence(scope, old.unit, expect)
    reason = order.reason.strip() or "-"
    end_activation(old, at, by, kind=EndKind.REBASED, reason=reason)
    made = insert_activation(
        scope=scope,
        old=old,
        zone=old.zone,
        frozen=frozen,
        at=at,
        key=key,
        request_sha=order.sha(),
        level=old.level,
        ordered_by_id=by.user_id,
        ordered_by_name=by.name,
        recorded_by_name=by.name,
        basis_kind=BasisKind.DOCUMENT,
        basis=old.basis,
        reason=reason,
        signal_ids=list(old.signal_ids),
        preview_sha=order.preview_sha,
    )
    set_scope(scope, made, at, by)
    return made
