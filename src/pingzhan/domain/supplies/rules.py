"""Who may see and who may keep the store of an enterprise: VIEW_LEDGERS reads, KEEP_LEDGERS writes."""

from __future__ import annotations

from django.db.models import QuerySet

from pingzhan.domain.supplies.models import Batch, Entry, Purchase, StockCheck
from pingzhan.domain.territory.enums import EnterpriseStatus, UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission


def firms_visible_to(actor: Actor) -> QuerySet[Unit]:
    """Return the open enterprises whose store the actor may look at, by name."""
    return (
        Unit.objects.filter(
            within("path", actor.paths(Permission.VIEW_LEDGERS)),
            kind=UnitKind.ENTERPRISE,
        )
        .exclude(enterprise__status=EnterpriseStatus.CLOSED)
        .order_by("name", "pk")
    )


def can_keep(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may write in the book of an enterprise."""
    return actor.has(Permission.KEEP_LEDGERS, unit.path)


def require_keep(actor: Actor, unit: Unit) -> None:
    """Raise Refused unless the actor may write in the book of an enterprise."""
    require(actor, Permission.KEEP_LEDGERS, unit.path)


def batches_visible_to(actor: Actor) -> QuerySet[Batch]:
    """Return the batches the actor may see."""
    return Batch.objects.filter(within("enterprise__path", actor.paths(Permission.VIEW_LEDGERS)))


def entries_visible_to(actor: Actor) -> QuerySet[Entry]:
    """Return the entries the actor may see."""
    return Entry.objects.filter(within("enterprise__path", actor.paths(Permission.VIEW_LEDGERS)))


def checks_visible_to(actor: Actor) -> QuerySet[StockCheck]:
    """Return the checks the actor may see."""
    return StockCheck.objects.filter(within("enterprise__path", actor.paths(Permission.VIEW_LEDGERS)))


def purchases_visible_to(actor: Actor) -> QuerySet[Purchase]:
    """Return the purchases the actor may see."""
    return Purchase.objects.filter(within("enterprise__path", actor.paths(Permission.VIEW_LEDGERS)))


def may_read_photos(actor: Actor, entry_id: int) -> bool:
    """Return whether the actor may open the photographs of an entry."""
    return entries_visible_to(actor).filter(pk=entry_id).exists()


def may_read_check_photos(actor: Actor, check_id: int) -> bool:
    """Return whether the actor may open the photographs of a check."""
    return checks_visible_to(actor).filter(pk=check_id).exists()
