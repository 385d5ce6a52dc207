"""The locked row of a scope, its fence, and the activations that begin and end under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from pingzhan.domain.command import wording
from pingzhan.domain.command.actions import duties as duty_actions
from pingzhan.domain.command.enums import EndKind, Posture
from pingzhan.domain.command.hazards import default_hazard
from pingzhan.domain.command.models import Activation, DutyVersion, PolicyVersion, ScopeState
from pingzhan.domain.command.orders import SwitchOrder, SwitchSeveral
from pingzhan.domain.organisation.api import published_version
from pingzhan.domain.organisation.models import StructureVersion
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Conflict, Invalid

SEVERAL = "/"
"""Between the key of an order and the number of a unit, for all units of the order but the first."""


def keys_of(key: str, units: Sequence[int]) -> list[str]:
    """Return the keys of the activations of one order for several units: its own for the first of them."""
    return [key if n == 0 else f"{key}{SEVERAL}{unit}" for n, unit in enumerate(units)]


def lock_scopes(world: int, units: Sequence[Unit]) -> list[ScopeState]:
    """Return the rows of scopes in the order of ``units``, locked until commit; made on first use."""
    ScopeState.objects.bulk_create(
        [ScopeState(world=world, unit=unit) for unit in units], ignore_conflicts=True
    )
    found = {
        scope.unit_id: scope
        for scope in ScopeState.objects.select_for_update(of=("self",), no_key=True)
        .select_related(
            "unit",
            "activation__structure_version",
            "activation__duty_version",
            "activation__policy_version",
        )
        .filter(world=world, unit__in=units)
        .order_by("unit_id")
    }
    return [found[unit.pk] for unit in units]


def lock_scope(world: int, unit: Unit) -> ScopeState:
    """Return the row of one scope, locked until commit; made on first use."""
    return lock_scopes(world, [unit])[0]


def check_fence(scope: ScopeState, unit: Unit, expected: int | None) -> None:
    """Raise Conflict, naming who switched and what is in force, unless the caller has seen the last change."""
    if expected is None or expected == scope.epoch:
        return
    raise Conflict(
        _("%(name)s已于%(at)s改变了%(unit)s的状态，现为%(posture)s。")
        % {
            "name": scope.changed_by_name or _("系统"),
            "at": wording.moment(scope.changed_at),
            "unit": unit.name,
            "posture": wording.posture_name(scope.activation.level if scope.activation else None),
        },
        hint=_("请刷新页面，按现在的状态重新预演后再下达。"),
        code="epoch",
        place=unit.code,
    )


def end_activations(
    olds: Sequence[Activation],
    at: datetime,
    by: Actor,
    *,
    kind: EndKind,
    reason: str,
    keys: Sequence[str | None] | None = None,
    sha: str = "",
) -> None:
    """End activations by their ids with one statement; ``keys`` are the keys of the stand-down, one for each."""
    if not olds:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE command_activation a SET ended_at = %s, ended_by_id = %s, ended_by_name = %s, end_kind = %s,"
            " end_reason = %s, end_key = e.key, end_sha = %s FROM unnest(%s::bigint[], %s::text[]) AS e(id, key)"
            " WHERE a.id = e.id AND a.ended_at IS NULL",
            [
                at,
                by.user_id,
                by.name,
                str(kind),
                reason,
                sha,
                [old.pk for old in olds],
                list(keys) if keys is not None else [None] * len(olds),
            ],
        )
        if cursor.rowcount != len(olds):
            raise RuntimeError(f"{len(olds)} activations to end, {cursor.rowcount} ended")
    for old in olds:
        old.ended_at = at


def end_activation(
    old: Activation,
    at: datetime,
    by: Actor,
    *,
    kind: EndKind,
    reason: str,
    key: str | None = None,
    sha: str = "",
) -> None:
    """End one activation by its id."""
    end_activations([old], at, by, kind=kind, reason=reason, keys=[key], sha=sha)


@dataclass(frozen=True)
class Frozen:
    """The versions an activation stands on for as long as it is open."""

    structure: StructureVersion
    duties: DutyVersion
    policy: PolicyVersion


def newest(zone: Unit) -> Frozen:
    """Return the versions in force now. Raises Invalid before a structure is published."""
    structure = published_version(zone.pk)
    if structure is None:
        raise Invalid(
            _("%(zone)s还没有发布组织架构，不能转换。") % {"zone": zone.name},
            hint=_("请先在“组织架构”中导入通知并发布。"),
            code="no_structure",
            place=zone.code,
        )
    return Frozen(structure, duty_actions.ensure_duties(structure), duty_actions.ensure_policy())


def frozen_of(old: Activation) -> Frozen:
    """Return the versions of an activation: a change of level keeps them (ADR 0037)."""
    return Frozen(old.structure_version, old.duty_version, old.policy_version)


def open_activation(
    order: SwitchOrder, *, scope: ScopeState, old: Activation | None, zone: Unit, at: datetime, by: Actor
) -> Activation:
    """Insert the activation: a first order freezes the versions in force, a change of level keeps its own."""
    frozen = newest(zone) if old is None else frozen_of(old)
    if old is not None and stands_already(old, order):
        raise Conflict(
            _("%(unit)s已是%(posture)s，由%(name)s于%(at)s下达。")
            % {
                "unit": order.unit.name,
                "posture": wording.posture_name(old.level),
                "name": old.ordered_by_name,
                "at": wording.moment(old.at),
            },
            hint=_("如需改变等级，请选择另一等级；组织架构有新版的，请用“换用新版”。"),
            code="already",
            place=order.unit.code,
        )
    return insert_activation(
        scope=scope, old=old, zone=zone, frozen=frozen, at=at, **said_by(order, by), key=order.key
    )


def stands_already(old: Activation, order: SwitchOrder | SwitchSeveral) -> bool:
    """Return whether an activation is what the order asks for: its level, and its hazard if it names one."""
    return old.level == order.level and order.hazard in ("", old.hazard)


def said_by(order: SwitchOrder | SwitchSeveral, by: Actor) -> dict[str, Any]:
    """Return what an order says, as the fields of an activation: all but its key and its place."""
    return {
        "request_sha": order.sha(),
        "level": order.level,
        "ordered_by_id": by.user_id if not order.on_behalf_of else None,
        "ordered_by_name": order.on_behalf_of.strip() or by.name,
        "recorded_by_name": by.name,
        "basis_kind": order.basis_kind,
        "basis": order.basis.strip() or "-",
        "reason": order.reason.strip() or "-",
        "signal_ids": list(order.signal_ids),
        "hazard": order.hazard,
        "preview_sha": order.preview_sha,
    }


def next_activation(
    *,
    scope: ScopeState,
    old: Activation | None,
    zone: Unit,
    frozen: Frozen,
    at: datetime,
    **said: Any,
) -> Activation:
    """Return the next activation of a scope, not yet inserted, of the same run while an emergency goes on.

    ``said`` is the order; without a hazard it keeps the one of the run, else takes the default.
    """
    said["hazard"] = said.get("hazard") or (old.hazard if old is not None else "") or default_hazard()
    return Activation(
        world=scope.world,
        zone=zone,
        unit=scope.unit,
        epoch=scope.epoch + 1,
        run_id=(old.run_id or old.pk) if old is not None else None,
        posture_from=Posture.EMERGENCY if old is not None else Posture.ROUTINE,
        level_from=old.level if old is not None else None,
        structure_version=frozen.structure,
        duty_version=frozen.duties,
        policy_version=frozen.policy,
        at=at,
        **said,
    )


def insert_activation(**what: Any) -> Activation:
    """Insert what ``next_activation`` returns for these arguments."""
    made = next_activation(**what)
    made.save(force_insert=True)
    return made


def set_scopes(
    scopes: Sequence[ScopeState], activations: Sequence[Activation] | None, at: datetime, by: Actor
) -> None:
    """Raise the epochs of scopes and name their open activations, none when ``activations`` is None."""
    if not scopes:
        return
    for n, scope in enumerate(scopes):
        scope.epoch += 1
        scope.activation = activations[n] if activations is not None else None
        scope.changed_at = at
        scope.changed_by_name = by.name
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE command_scopestate s SET epoch = n.epoch, activation_id = n.activation, changed_at = %s,"
            " changed_by_name = %s FROM unnest(%s::bigint[], %s::int[], %s::bigint[]) AS n(id, epoch, activation)"
            " WHERE s.id = n.id",
            [
                at,
                by.name,
                [scope.pk for scope in scopes],
                [scope.epoch for scope in scopes],
                [scope.activation_id for scope in scopes],
            ],
        )


def set_scope(scope: ScopeState, activation: Activation | None, at: datetime, by: Actor) -> None:
    """Raise the epoch of a scope and name its open activation."""
    set_scopes([scope], [activation] if activation is not None else None, at, by)


def run_ids(*activations: Activation) -> list[int]:
    """Return the ids of all activations of the runs that activations belong to."""
    first = [one.run_id or one.pk for one in activations]
    return [*first, *Activation.objects.filter(run_id__in=first).values_list("id", flat=True)]
