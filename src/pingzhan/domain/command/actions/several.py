"""One order for a chosen list of units: all of them in one transaction, or none (goal G7).

Serves 工作要求 (四) of the notice where an outbreak has many places and is not the whole zone: two hundred
enterprises go into the emergency posture by one order with one preview, one fence and one record. Each has an
activation of its own afterwards, as if it had been ordered alone: its level can be changed and it can be stood
down alone. Everything is done set-based: the zone is reconciled once, not once for each enterprise.
"""

from __future__ import annotations

import os.path
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pingzhan.domain.command import events, wording
from pingzhan.domain.command.actions import follow, handover, making, previews
from pingzhan.domain.command.actions.decisions import settle_by_decision
from pingzhan.domain.command.actions.followers import call_followers
from pingzhan.domain.command.actions.reconcile import Reconciled, load_state, reconcile_seats
from pingzhan.domain.command.actions.scope import (
    SEVERAL,
    check_fence,
    end_activations,
    frozen_of,
    keys_of,
    lock_scopes,
    newest,
    next_activation,
    run_ids,
    said_by,
    set_scopes,
    stands_already,
)
from pingzhan.domain.command.actions.switch import (
    Look,
    broadcast,
    check_end_words,
    check_words,
    end_drills,
    key_used,
    rolled_back,
    send_later,
)
from pingzhan.domain.command.actions.tenure import set_commander
from pingzhan.domain.command.enums import BasisKind, EndKind
from pingzhan.domain.command.models import Activation, CommandTenure, Override, ScopeState
from pingzhan.domain.command.orders import (
    ChosenScope,
    SeveralOutcome,
    SeveralPreview,
    StandDownSeveral,
    SwitchSeveral,
    content_sha,
)
from pingzhan.domain.command.queries.loading import lock_world
from pingzhan.domain.territory.api import zone_of
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Conflict, Invalid

NAMED = 3
Done = tuple[Reconciled, list[Activation], str, list[list[Any]]]


def order_switch_several(*, order: SwitchSeveral, by: Actor) -> SeveralOutcome:
    """Put every unit of a list into the emergency posture at one level, in one transaction.

    What holds after order_switch holds for each of them. Raises Refused without the right for every unit;
    Invalid for an empty list, units of several zones, a missing reason or basis; Conflict when the key was used
    for something else, when somebody switched one of them since ``expect``, when all stand at the level
    already, or when the preview no longer holds.
    """
    with transaction.atomic():
        units = _units(order.units, by)
        check_words(order, preview=False)
        at = lock_world(order.world)
        known = _known(order.key)
        if known is not None:
            if known.key != order.key or known.request_sha != order.sha():
                raise key_used(order.key, known)
            made = _of_key("key", order.key)
            return SeveralOutcome(
                tuple(one.pk for one in made), known.level, True, len(units) - len(made), dict(known.counts)
            )
        result, made, sha, _lines = _order(order, units, by, at)
        Activation.objects.filter(pk__in=[one.pk for one in made]).update(
            counts=dict(result.counts), preview_sha=sha
        )
        _announce(order.world, made, order.level, [one.epoch for one in made])
        first = made[0]
        record(
            "command.order_several",
            by=by,
            subject=("activation", first.pk),
            unit_path=_above(made),
            world=order.world,
            body={
                "n": len(made),
                "level": order.level,
                "hazard": made[0].hazard,
                "activations": [one.pk for one in made],
                "units": [one.unit_id for one in made],
                "already": len(units) - len(made),
                "counts": dict(result.counts),
                "structures": sorted({one.structure_version.sha256 for one in made}),
                "duties": sorted({one.duty_version.sha256 for one in made}),
                "preview": sha,
            },
        )
        return SeveralOutcome(
            tuple(one.pk for one in made), order.level, False, len(units) - len(made), dict(result.counts)
        )


def stand_down_several(*, order: StandDownSeveral, by: Actor) -> SeveralOutcome:
    """End the emergency ordered for each unit of a list, in one transaction.

    What holds after stand_down holds for each of them. Raises what stand_down raises; Conflict naming the
    units that have no open activation of their own.
    """
    with transaction.atomic():
        units = _units(order.units, by)
        check_end_words(order)
        at = lock_world(order.world)
        known = _known(order.key)
        if known is not None:
            if known.end_key != order.key or known.end_sha != order.sha():
                raise key_used(order.key, known)
            ended = _of_key("end_key", order.key)
            return SeveralOutcome(tuple(one.pk for one in ended), None, True)
        result, ended, sha, _lines = _stand_down(order, units, by, at)
        _announce(order.world, ended, None, [one.epoch + 1 for one in ended])
        record(
            "command.stand_down_several",
            by=by,
            subject=("activation", ended[0].pk),
            unit_path=_above(ended),
            world=order.world,
            body={
                "n": len(ended),
                "activations": [one.pk for one in ended],
                "units": [one.unit_id for one in ended],
                "counts": dict(result.counts),
                "preview": sha,
            },
        )
        return SeveralOutcome(tuple(one.pk for one in ended), None, False, 0, dict(result.counts))


def preview_switch_several(*, order: SwitchSeveral, by: Actor) -> SeveralPreview:
    """Return what an order for a list would do now: the same code, rolled back."""
    bare = replace(order, preview_sha="", expect=())
    with transaction.atomic():
        units = _units(order.units, by)
        check_words(order, preview=True)
        lock_world(order.world)
        scopes = lock_scopes(order.world, units)
        return SeveralPreview(
            scopes=_chosen(one for one in scopes if not _stands(one, order)),
            already=_chosen(one for one in scopes if _stands(one, order)),
            preview=rolled_back(
                order.world, units[0], lambda: None, lambda at: _first(_order(bare, units, by, at))
            ),
        )


def preview_stand_down_several(
    *, order: StandDownSeveral, by: Actor, look: Look | None = None
) -> SeveralPreview:
    """Return what the stand-down of a list would do now, with the open tasks by group that need a decision."""
    bare = replace(order, preview_sha="", expect=())
    with transaction.atomic():
        units = _units(order.units, by)
        lock_world(order.world)
        return SeveralPreview(
            scopes=_chosen(lock_scopes(order.world, units)),
            already=(),
            preview=rolled_back(
                order.world, units[0], lambda: None, lambda at: _first(_stand_down(bare, units, by, at)), look
            ),
        )


def _first(done: Done) -> tuple[Reconciled, Activation, str, list[list[Any]]]:
    result, made, sha, lines = done
    return result, made[0], sha, lines


def _chosen(scopes: Any) -> tuple[ChosenScope, ...]:
    return tuple(ChosenScope(one.unit_id, one.unit.name, one.epoch, _level_of(one)) for one in scopes)


def _stands(scope: ScopeState, order: SwitchSeveral) -> bool:
    return scope.activation is not None and stands_already(scope.activation, order)


def _level_of(scope: ScopeState) -> int | None:
    return scope.activation.level if scope.activation is not None else None


def _units(units: Sequence[Unit], by: Actor) -> list[Unit]:
    """Return the units once each in the order of their codes, all of one zone and within the actor's right."""
    found = sorted({unit.pk: unit for unit in units}.values(), key=lambda unit: (unit.code, unit.pk))
    if not found:
        raise Invalid(_("请至少选定一个范围。"), code="none_chosen")
    for unit in found:
        require(by, Permission.ORDER_SWITCH, unit.path)
    zone = zone_of(found[0])
    if any(not unit.path.startswith(zone.path) for unit in found):
        raise Invalid(_("一道命令只能包括同一个开发区的范围。"), hint=_("请分开下达。"), code="several_zones")
    return found


def _known(key: str) -> Activation | None:
    return Activation.objects.filter(key=key).first() or Activation.objects.filter(end_key=key).first()


def _of_key(field: str, key: str) -> list[Activation]:
    """Return all activations that an order under a key made or ended, the first of them first."""
    first = Activation.objects.filter(**{field: key})
    rest = Activation.objects.filter(**{f"{field}__startswith": f"{key}{SEVERAL}"}).order_by("pk")
    return [*first, *rest]


def _above(activations: Sequence[Activation]) -> str:
    """Return the path of the nearest unit above all of them, or of the one."""
    paths = [one.unit.path for one in activations]
    return os.path.commonpath(paths).rstrip("/") + "/"


def _announce(
    world: int, activations: Sequence[Activation], level: int | None, epochs: Sequence[int]
) -> None:
    """Tell open pages once, other modules of each unit."""
    announce(
        "command",
        {"world": world, "unit": activations[0].zone_id, "level": level, "n": len(activations)},
    )
    send_later(
        [
            events.PostureChanged(world, one.unit_id, one.unit.path, level, epoch)
            for one, epoch in zip(activations, epochs, strict=True)
        ]
    )


def _locked(order: SwitchSeveral | StandDownSeveral, units: Sequence[Unit]) -> list[ScopeState]:
    """Return the rows of the scopes, locked, after the fence."""
    scopes = lock_scopes(order.world, units)
    expected = dict(order.expect)
    for scope in scopes:
        if expected and scope.unit_id not in expected:
            raise Conflict(
                _("预演之后，选定的范围有变：%(unit)s。") % {"unit": scope.unit.name},
                hint=_("请重新预演，确认后再下达。"),
                code="preview_stale",
                place=scope.unit.code,
            )
        check_fence(scope, scope.unit, expected.get(scope.unit_id))
    return scopes


def _order(order: SwitchSeveral, units: Sequence[Unit], by: Actor, at: datetime) -> Done:
    zone = zone_of(units[0])
    scopes = [one for one in _locked(order, units) if not _stands(one, order)]
    if not scopes:
        raise Conflict(
            _("选定的范围都已是%(posture)s。") % {"posture": wording.posture_name(order.level)},
            hint=_("如需改变等级，请选择另一等级。"),
            code="already",
        )
    if order.world == 0:
        end_drills([one.unit for one in scopes], zone, by, reason=order.reason)
    olds = [one.activation for one in scopes]
    going = [old for old in olds if old is not None]
    end_activations(going, at, by, kind=EndKind.REPLACED, reason=order.reason.strip() or "-")
    fresh = newest(zone) if len(going) < len(olds) else None
    keys = keys_of(order.key, [one.unit_id for one in scopes])
    made = []
    for scope, old, key in zip(scopes, olds, keys, strict=True):
        frozen = frozen_of(old) if old is not None else fresh
        assert frozen is not None
        said = {**said_by(order, by), "key": key}
        made.append(next_activation(scope=scope, old=old, zone=zone, frozen=frozen, at=at, **said))
    Activation.objects.bulk_create(made)
    set_scopes(scopes, made, at, by)
    result = reconcile_seats(load_state(order.world, zone, at), opened_by=made)
    handover.settle_tasks(result, by_name=by.name)
    making.make_tasks(result)
    if order.basis_kind == BasisKind.VERBAL:
        making.ask_for_document(result, made[0])
    sha, lines = _tie(order, made, order.level, result)
    entering = next((one for one in made if one.level_from is None), made[0])
    follow.write_notices(result, cause=wording.cause(entering))
    broadcast(made, level=order.level, result=result)
    set_commander(result)
    call_followers(result, made[0])
    return result, made, sha, lines


def _stand_down(order: StandDownSeveral, units: Sequence[Unit], by: Actor, at: datetime) -> Done:
    zone = zone_of(units[0])
    scopes = _locked(order, units)
    bare = [one.unit.name for one in scopes if one.activation is None]
    if bare:
        raise Conflict(
            ngettext(
                "%(units)s没有有效的战时命令，不需要解除。",
                "%(units)s等 %(n)d 个范围没有有效的战时命令，不需要解除。",
                len(bare),
            )
            % {"units": _("、").join(bare[:NAMED]), "n": len(bare)},
            hint=_("请刷新页面，重新选定范围。"),
            code="not_active",
        )
    ended: list[Activation] = []
    for one in scopes:
        assert one.activation is not None
        one.activation.unit = one.unit
        ended.append(one.activation)
    end_activations(
        ended,
        at,
        by,
        kind=EndKind.STOOD_DOWN,
        reason=order.reason.strip() or "-",
        keys=keys_of(order.key, [one.unit_id for one in scopes]) if order.key else None,
        sha=order.sha(),
    )
    set_scopes(scopes, None, at, by)
    CommandTenure.objects.filter(
        world=order.world, unit__in=[one.unit_id for one in scopes], ended_at__isnull=True
    ).update(ended_at=at, handover_note=order.reason.strip())
    Override.objects.filter(activation__in=run_ids(*ended), ended_at__isnull=True).update(ended_at=at)
    result = reconcile_seats(load_state(order.world, zone, at))
    settle_by_decision(result, order.decisions, by_name=by.name)
    handover.settle_tasks(result, by_name=by.name)
    making.make_tasks(result)
    result.counts["tasks"] += making.make_stand_down_tasks(result)
    sha, lines = _tie(order, ended, None, result)
    follow.write_notices(result, cause=_("转入平时"))
    broadcast(ended, level=None, result=result)
    set_commander(result)
    # Once for all of them: what a follower keeps for each activation (a review) its own loop makes up.
    call_followers(result, ended[0])
    return result, ended, sha, lines


def _tie(
    order: SwitchSeveral | StandDownSeveral,
    activations: Sequence[Activation],
    level: int | None,
    result: Reconciled,
) -> tuple[str, list[list[Any]]]:
    """Write the gaps and return what ties an order to its preview. Raises Conflict when it no longer holds."""
    lines = previews.lines(result, follow.write_gaps(result))
    what = [[one.unit_id, one.epoch] for one in activations]
    sha = content_sha("several", order.world, level, what, lines)
    previews.check(order.preview_sha, sha, lines)
    return sha, lines
