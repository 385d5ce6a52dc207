"""Who may see and who may keep meals and the checks of canteens.

KEEP_LEDGERS (contact of an enterprise) plans and registers; VIEW_LEDGERS (contact, responsible official, desk) reads.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from pingzhan.domain.sanitation.models import CanteenMeal, KitchenCheck, SittingPlan
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site, Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission


def can_keep_canteen(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may plan meals and register checks of this enterprise."""
    return actor.has(Permission.KEEP_LEDGERS, unit.path)


def require_canteen(actor: Actor, unit: Unit) -> None:
    """Raise Refused unless can_keep_canteen."""
    require(actor, Permission.KEEP_LEDGERS, unit.path)


def meals_visible_to(actor: Actor) -> QuerySet[CanteenMeal]:
    """Return the meals the actor may see."""
    return CanteenMeal.objects.filter(within("enterprise__path", actor.paths(Permission.VIEW_LEDGERS)))


def plans_visible_to(actor: Actor) -> QuerySet[SittingPlan]:
    """Return the plans the actor may see."""
    return SittingPlan.objects.filter(within("enterprise__path", actor.paths(Permission.VIEW_LEDGERS)))


def checks_visible_to(actor: Actor) -> QuerySet[KitchenCheck]:
    """Return the checks of canteens the actor may see."""
    return KitchenCheck.objects.filter(within("enterprise__path", actor.paths(Permission.VIEW_LEDGERS)))


def canteen_firms(actor: Actor) -> QuerySet[Unit]:
    """Return the enterprises with a canteen whose ledgers the actor may see, by name.

    Those that only say that they have one count too: measures of canteens are due there before its place is known.
    """
    sites = Site.objects.filter(kind=SiteKind.CANTEEN, active=True).values("enterprise")
    return Unit.objects.filter(
        Q(pk__in=sites) | Q(enterprise__canteen=True),
        within("path", actor.paths(Permission.VIEW_LEDGERS)),
        enterprise__isnull=False,
    ).order_by("name", "pk")
