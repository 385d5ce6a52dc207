"""Who may see and who may keep the books of the gate.

KEEP_GATE (guard and contact of an enterprise) registers who and what passes; KEEP_LEDGERS (contact) decides on
appointments, closed management and goods; VIEW_LEDGERS (contact, responsible official, desk) reads.
"""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from pingzhan.domain.gate.models import Appointment, GoodsLot, Meeting, Permit, VehicleEntry, Visit
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission

M = TypeVar("M", bound=Model)
GATE_READERS = (Permission.KEEP_GATE, Permission.VIEW_LEDGERS)


def _seen(field: str, actor: Actor, permissions: tuple[Permission, ...]) -> Q:
    condition = Q(pk__in=[])
    for permission in permissions:
        condition |= within(field, actor.paths(permission))
    return condition


def gate_firms(actor: Actor) -> QuerySet[Unit]:
    """Return the enterprises whose gate the actor may look at, by name."""
    return Unit.objects.filter(_seen("path", actor, GATE_READERS), kind=UnitKind.ENTERPRISE).order_by(
        "name", "pk"
    )


def goods_firms(actor: Actor) -> QuerySet[Unit]:
    """Return the enterprises whose goods the actor may look at, by name."""
    return Unit.objects.filter(
        _seen("path", actor, (Permission.VIEW_LEDGERS,)), kind=UnitKind.ENTERPRISE
    ).order_by("name", "pk")


def can_see_gate(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may look at the gate of an enterprise."""
    return any(actor.has(permission, unit.path) for permission in GATE_READERS)


def can_keep_gate(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may register visitors and vehicles of an enterprise."""
    return actor.has(Permission.KEEP_GATE, unit.path)


def can_keep(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may decide on appointments, closed management, meetings and goods."""
    return actor.has(Permission.KEEP_LEDGERS, unit.path)


def require_gate(actor: Actor, unit: Unit) -> None:
    """Raise Refused unless the actor may register at this gate."""
    require(actor, Permission.KEEP_GATE, unit.path)


def require_keep(actor: Actor, unit: Unit) -> None:
    """Raise Refused unless the actor may keep this enterprise's ledgers."""
    require(actor, Permission.KEEP_LEDGERS, unit.path)


def visits_visible_to(actor: Actor) -> QuerySet[Visit]:
    """Return the visits the actor may see."""
    return Visit.objects.filter(_seen("enterprise__path", actor, GATE_READERS))


def appointments_visible_to(actor: Actor) -> QuerySet[Appointment]:
    """Return the appointments the actor may see."""
    return Appointment.objects.filter(_seen("enterprise__path", actor, GATE_READERS))


def vehicles_visible_to(actor: Actor) -> QuerySet[VehicleEntry]:
    """Return the vehicle entries the actor may see."""
    return VehicleEntry.objects.filter(_seen("enterprise__path", actor, GATE_READERS))


def permits_visible_to(actor: Actor) -> QuerySet[Permit]:
    """Return the rows of permitted lists the actor may see."""
    return Permit.objects.filter(_seen("enterprise__path", actor, GATE_READERS))


def meetings_visible_to(actor: Actor) -> QuerySet[Meeting]:
    """Return the meetings the actor may see."""
    return Meeting.objects.filter(_seen("enterprise__path", actor, (Permission.VIEW_LEDGERS,)))


def lots_visible_to(actor: Actor) -> QuerySet[GoodsLot]:
    """Return the lots of goods the actor may see."""
    return GoodsLot.objects.filter(_seen("enterprise__path", actor, (Permission.VIEW_LEDGERS,)))
