"""Who may see and who may change the tree of places and the register of enterprises."""

from __future__ import annotations

from django.db.models import QuerySet

from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Enterprise, Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission


def can_see(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may see this unit."""
    return actor.has(Permission.VIEW_STRUCTURE, unit.path)


def visible_to(actor: Actor) -> QuerySet[Unit]:
    """Return the units the actor may see: everything at or below a unit where he may view."""
    return Unit.objects.filter(within("path", actor.paths(Permission.VIEW_STRUCTURE)))


def can_edit(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may change this unit or put others below it."""
    return actor.has(Permission.EDIT_TERRITORY, unit.path)


def enterprises_visible_to(actor: Actor) -> QuerySet[Enterprise]:
    """Return the files the actor may see: his own enterprise, those he answers for, or the whole zone."""
    return Enterprise.objects.filter(within("unit__path", actor.paths(Permission.VIEW_ENTERPRISES)))


def can_see_enterprise(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may see the file of this enterprise."""
    return actor.has(Permission.VIEW_ENTERPRISES, unit.path)


def can_edit_enterprise(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may change the file, sites, shifts and teams; the enterprise itself may."""
    return actor.has(Permission.EDIT_ENTERPRISE, unit.path)


def require_edit(actor: Actor, unit: Unit) -> None:
    """Raise Refused unless can_edit_enterprise."""
    require(actor, Permission.EDIT_ENTERPRISE, unit.path)


def above(unit: Unit) -> str:
    """Return the path of the unit above, so that a right for the enterprise alone does not suffice."""
    return unit.path[: unit.path.rstrip("/").rindex("/") + 1]


def can_zone_edit(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may change what the zone decides: name, code, risk class, status."""
    return actor.has(Permission.EDIT_ENTERPRISE, above(unit))


def require_zone_edit(actor: Actor, unit: Unit) -> None:
    """Raise Refused unless can_zone_edit."""
    require(actor, Permission.EDIT_ENTERPRISE, above(unit))


def can_register(actor: Actor, parent: Unit) -> bool:
    """Return whether the actor may register enterprises below this zone or area.

    The right for an enterprise ends at that enterprise, so a contact never registers another one.
    """
    return parent.kind in (UnitKind.ZONE, UnitKind.AREA) and actor.has(
        Permission.EDIT_ENTERPRISE, parent.path
    )


def require_register(actor: Actor, parent: Unit) -> None:
    """Raise Refused without the right for the parent."""
    require(actor, Permission.EDIT_ENTERPRISE, parent.path)
