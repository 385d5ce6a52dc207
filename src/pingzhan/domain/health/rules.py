"""Who may see and keep what is known of workers' health."""

from __future__ import annotations

from django.db.models import QuerySet

from pingzhan.domain.health.models import Case, SelfReport
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission


def can_see(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may see who is ill at an enterprise."""
    return actor.has(Permission.VIEW_HEALTH, unit.path)


def can_keep(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may enter temperatures and symptoms of an enterprise."""
    return actor.has(Permission.KEEP_LEDGERS, unit.path)


def require_keep(actor: Actor, unit: Unit) -> None:
    """Raise Refused unless the actor may keep this enterprise's ledgers."""
    require(actor, Permission.KEEP_LEDGERS, unit.path)


def visible_to(actor: Actor) -> QuerySet[Case]:
    """Return the cases the actor may see."""
    return Case.objects.filter(within("enterprise__path", actor.paths(Permission.VIEW_HEALTH)))


def reports_visible_to(actor: Actor) -> QuerySet[SelfReport]:
    """Return the workers' own reports the actor may see."""
    return SelfReport.objects.filter(within("enterprise__path", actor.paths(Permission.VIEW_HEALTH)))
