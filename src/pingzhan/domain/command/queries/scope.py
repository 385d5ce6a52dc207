"""The number of the last change of a scope, which an order sends back as its fence."""

from __future__ import annotations

from pingzhan.domain.command.models import ScopeState
from pingzhan.domain.territory.models import Unit


def scope_epoch(unit: Unit, world: int = 0) -> int:
    """Return how many changes a scope has seen; 0 before the first."""
    epoch = ScopeState.objects.filter(world=world, unit=unit).values_list("epoch", flat=True).first()
    return epoch or 0
