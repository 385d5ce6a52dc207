"""The chain of command this minute: who commands, whether acting, who is next in line."""

from __future__ import annotations

from dataclasses import dataclass

from pingzhan.domain.command.models import CommandTenure
from pingzhan.domain.command.queries.desk import Lead, leads
from pingzhan.domain.territory.models import Unit


@dataclass(frozen=True)
class Chain:
    """``commander`` is None only while the structure names nobody; ``upper``: the level above commands."""

    commander: Lead | None
    acting: bool
    upper: bool
    next: tuple[Lead, ...]


def chain_of_command(zone: Unit, world: int = 0) -> Chain:
    """Return who commands a zone, and who follows, in order. At most four queries."""
    found = leads(zone, world)
    first = found[0] if found else None
    return Chain(first, bool(first and first.acting), bool(first and first.upper), tuple(found[1:]))


def tenures_in_force(zone: Unit, world: int = 0) -> list[CommandTenure]:
    """Return who commands each scope of a zone now, the widest scope first. One query."""
    return list(
        CommandTenure.objects.filter(world=world, unit__path__startswith=zone.path, ended_at__isnull=True)
        .select_related("unit", "person", "activation")
        .order_by("unit__path")
    )
