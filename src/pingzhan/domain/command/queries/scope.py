"""The number of the last change of a scope, which an order sends back as its fence; what has a newer version."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from pingzhan.domain.command.enums import VersionState
from pingzhan.domain.command.models import Activation, DutyVersion, ScopeState
from pingzhan.domain.organisation.api import published_version
from pingzhan.domain.territory.models import Unit


def scope_epoch(unit: Unit, world: int = 0) -> int:
    """Return how many changes a scope has seen; 0 before the first."""
    epoch = ScopeState.objects.filter(world=world, unit=unit).values_list("epoch", flat=True).first()
    return epoch or 0


def stale_activations(zone: Unit, world: int = 0) -> list[Activation]:
    """Return the open activations of a zone whose structure or duties have been replaced since. Two queries.

    The newest structure is the published one; duties count only where a set is in force for it already.
    """
    structure = published_version(zone.pk)
    if structure is None:
        return []
    newer = DutyVersion.objects.filter(structure_version=structure, status=VersionState.PUBLISHED).exclude(
        pk=OuterRef("duty_version")
    )
    return list(
        Activation.objects.filter(world=world, zone=zone, ended_at__isnull=True)
        .filter(~Q(structure_version=structure) | Exists(newer))
        .select_related("unit", "zone", "structure_version", "duty_version", "policy_version")
        .order_by("id")
    )
