"""Who may see and who may change the tree of places."""

from __future__ import annotations

from django.db.models import QuerySet

from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, within
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
