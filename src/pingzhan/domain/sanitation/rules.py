"""Who may see and who may keep the ledger of cleaning: VIEW_LEDGERS reads, KEEP_LEDGERS (contact) writes."""

from __future__ import annotations

from django.db.models import QuerySet

from pingzhan.domain.sanitation.models import Area, Entry, Record
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission


def firms_visible_to(actor: Actor) -> QuerySet[Unit]:
    """Return the enterprises whose ledger the actor may read, by name."""
    return Unit.objects.filter(
        within("path", actor.paths(Permission.VIEW_LEDGERS)), kind=UnitKind.ENTERPRISE
    ).order_by("name", "pk")


def areas_visible_to(actor: Actor) -> QuerySet[Area]:
    """Return the areas the actor may see, retired ones included."""
    return Area.objects.filter(within("enterprise__path", actor.paths(Permission.VIEW_LEDGERS)))


def entries_visible_to(actor: Actor) -> QuerySet[Entry]:
    """Return the submissions the actor may see."""
    return Entry.objects.filter(within("enterprise__path", actor.paths(Permission.VIEW_LEDGERS)))


def records_visible_to(actor: Actor) -> QuerySet[Record]:
    """Return the records the actor may see, voided ones included."""
    return Record.objects.filter(within("enterprise__path", actor.paths(Permission.VIEW_LEDGERS)))


def can_keep(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may write this enterprise's ledger."""
    return actor.has(Permission.KEEP_LEDGERS, unit.path)


def require_keep(actor: Actor, unit: Unit) -> None:
    """Raise Refused unless the actor may write this enterprise's ledger."""
    require(actor, Permission.KEEP_LEDGERS, unit.path)
