"""The locked row of a scope, its fence, and the activations that begin and end under it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from pingzhan.domain.command import wording
from pingzhan.domain.command.actions import duties as duty_actions
from pingzhan.domain.command.enums import EndKind, Posture
from pingzhan.domain.command.models import Activation, ScopeState
from pingzhan.domain.command.orders import SwitchOrder
from pingzhan.domain.organisation.api import published_version
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Conflict, Invalid


def lock_scope(world: int, unit: Unit) -> ScopeState:
    """Return the row of a scope, locked until commit; made on first use."""
    ScopeState.objects.bulk_create([ScopeState(world=world, unit=unit)], ignore_conflicts=True)
    return (
        ScopeState.objects.select_for_update(of=("self",), no_key=True)
        .select_related("activation")
        .get(world=world, unit=unit)
    )


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
    """End an activation by its id."""
    ended = Activation.objects.filter(pk=old.pk, ended_at__isnull=True).update(
        ended_at=at,
        ended_by_id=by.user_id,
        ended_by_name=by.name,
        end_kind=kind,
        end_reason=reason,
        end_key=key,
        end_sha=sha,
    )
    if ended != 1:
        raise RuntimeError(f"activation {old.pk} was ended by somebody without the lock")


def open_activation(
    order: SwitchOrder, *, scope: ScopeState, old: Activation | None, zone: Unit, at: datetime, by: Actor
) -> Activation:
    """Insert the activation with the versions in force frozen into it."""
    structure = published_version(zone.pk)
    if structure is None:
        raise Invalid(
            _("%(zone)s还没有发布组织架构，不能转换。") % {"zone": zone.name},
            hint=_("请先在“组织架构”中导入通知并发布。"),
            code="no_structure",
            place=zone.code,
        )
    duties = duty_actions.ensure_duties(structure)
    if old is not None and (old.level, old.structure_version_id, old.duty_version_id) == (
        order.level,
        structure.pk,
        duties.pk,
    ):
        raise Conflict(
            _("%(unit)s已是%(posture)s，由%(name)s于%(at)s下达。")
            % {
                "unit": order.unit.name,
                "posture": wording.posture_name(old.level),
                "name": old.ordered_by_name,
                "at": wording.moment(old.at),
            },
            hint=_("如需改变等级，请选择另一等级。"),
            code="already",
            place=order.unit.code,
        )
    return Activation.objects.create(
        key=order.key,
        request_sha=order.sha(),
        world=order.world,
        zone=zone,
        unit=order.unit,
        epoch=scope.epoch + 1,
        run_id=(old.run_id or old.pk) if old is not None else None,
        posture_from=Posture.EMERGENCY if old is not None else Posture.ROUTINE,
        level_from=old.level if old is not None else None,
        level=order.level,
        structure_version=structure,
        duty_version=duties,
        policy_version=duty_actions.ensure_policy(),
        ordered_by_id=by.user_id if not order.on_behalf_of else None,
        ordered_by_name=order.on_behalf_of.strip() or by.name,
        recorded_by_name=by.name,
        basis_kind=order.basis_kind,
        basis=order.basis.strip() or "-",
        reason=order.reason.strip() or "-",
        signal_ids=list(order.signal_ids),
        at=at,
        preview_sha=order.preview_sha,
    )


def set_scope(scope: ScopeState, activation: Activation | None, at: datetime, by: Actor) -> None:
    """Raise the epoch of a scope and name its open activation."""
    scope.epoch += 1
    scope.activation = activation
    scope.changed_at = at
    scope.changed_by_name = by.name
    scope.save(update_fields=["epoch", "activation", "changed_at", "changed_by_name"])
