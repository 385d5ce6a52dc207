"""Who sees what is due and what became of it, and who may waive it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from pingzhan.domain.obligations.models import Declaration, Obligation, Waiver
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import NotFound

P = Permission


def can_see(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may see what this unit owes and has done."""
    return actor.has(P.VIEW_LEDGERS, unit.path)


def visible_to(actor: Actor) -> QuerySet[Obligation]:
    """Return the obligations the actor may see: those of units at or below one of his."""
    return Obligation.objects.filter(within("unit__path", actor.paths(P.VIEW_LEDGERS)))


def units_visible_to(actor: Actor) -> QuerySet[Unit]:
    """Return the zones and enterprises whose obligations the actor may see."""
    return Unit.objects.filter(
        within("path", actor.paths(P.VIEW_LEDGERS)), kind__in=(UnitKind.ZONE, UnitKind.ENTERPRISE)
    )


def require_see(actor: Actor, unit: Unit) -> None:
    """Raise NotFound for a unit of somebody else, Refused for who may see no ledger at all."""
    if not can_see(actor, unit):
        require(actor, P.VIEW_LEDGERS)
        raise NotFound(_("没有这个单位，或者不在您的范围内。"))


def can_waive(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may waive obligations of this unit, or take a waiver back."""
    return actor.has(P.WAIVE_OBLIGATIONS, unit.path)


def can_declare(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may declare what this unit owes done.

    For an enterprise its contact (KEEP_LEDGERS); for the zone those who answer for its duties: they who may
    waive them (WAIVE_OBLIGATIONS) may also say that they were met.
    """
    return actor.has(_declares(unit), unit.path)


def require_declare(actor: Actor, unit: Unit) -> None:
    """Raise NotFound for a unit whose duties the actor does not even see, Refused without the right."""
    if not can_declare(actor, unit):
        require_see(actor, unit)
        require(actor, _declares(unit), unit.path)


def _declares(unit: Unit) -> P:
    return P.WAIVE_OBLIGATIONS if unit.kind == UnitKind.ZONE else P.KEEP_LEDGERS


def declarations_visible_to(actor: Actor) -> QuerySet[Declaration]:
    """Return the declarations the actor may see."""
    return Declaration.objects.filter(within("unit__path", actor.paths(P.VIEW_LEDGERS)))


def may_read_photos(actor: Actor, declaration_id: int) -> bool:
    """Return whether the actor may open the photographs of a declaration."""
    return declarations_visible_to(actor).filter(pk=declaration_id).exists()


def waivers_visible_to(actor: Actor) -> QuerySet[Waiver]:
    """Return the waivers the actor may see."""
    return Waiver.objects.filter(within("unit__path", actor.paths(P.VIEW_LEDGERS)))


def require_waive(actor: Actor, unit: Unit) -> None:
    """Raise Refused unless the actor may waive obligations of this unit."""
    require(actor, P.WAIVE_OBLIGATIONS, unit.path)
