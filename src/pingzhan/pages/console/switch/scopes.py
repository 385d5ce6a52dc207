"""The scopes a switch can be ordered for, with the posture each has now."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from pingzhan.domain.command import api as command
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.roles import Permission

KINDS = (UnitKind.ZONE, UnitKind.AREA, UnitKind.ENTERPRISE)
"""A switch is ordered for a zone, an area or an enterprise, never for a single canteen or gate."""

SHOWN = 60


@dataclass(frozen=True)
class ScopeRow:
    """A scope in the list: ``depth`` below the zone, ``under`` the area it lies in, ``level`` in force."""

    unit: Unit
    depth: int
    under: str
    level: int | None


def orderable(actor: Actor) -> QuerySet[Unit]:
    """Return the units this actor may switch."""
    return Unit.objects.filter(within("path", actor.paths(Permission.ORDER_SWITCH)), kind__in=KINDS)


def scope_rows(actor: Actor, words: str, chosen: int | None) -> tuple[list[ScopeRow], int]:
    """Return the scopes that fit the search words and how many more there are. Three queries.

    Without words the tree from the top; the chosen one is always among them.
    """
    found = orderable(actor).select_related("parent").order_by("path")
    if words:
        fits = Q(name__icontains=words) | Q(code__icontains=words)
        if chosen is not None:
            fits |= Q(pk=chosen)
        found = found.filter(fits)
    elif chosen is not None and not found.filter(pk=chosen).exists():
        chosen = None
    units = list(found[: SHOWN + 1])
    more = 0
    if len(units) > SHOWN:
        more = found.count() - SHOWN
        units = units[:SHOWN]
        if chosen is not None and all(one.pk != chosen for one in units):
            units += list(found.filter(pk=chosen))
    postures = command.posture_of([one.pk for one in units])
    top = min((one.path.count("/") for one in units), default=0)
    return (
        [
            ScopeRow(
                one,
                0 if words else min(one.path.count("/") - top, 2),
                one.parent.name if words and one.parent is not None else "",
                postures[one.pk].level,
            )
            for one in units
        ],
        more,
    )


@dataclass(frozen=True)
class FirmRow:
    """An enterprise to choose: the area it lies in, and the level in force there, None in routine."""

    unit: Unit
    area: Unit | None
    level: int | None


def firm_rows(actor: Actor, zone: Unit) -> list[FirmRow]:
    """Return the enterprises of a zone that this actor may switch, by area and code. Two queries."""
    found = list(
        orderable(actor)
        .filter(kind=UnitKind.ENTERPRISE, path__startswith=zone.path)
        .select_related("parent")
        .order_by("parent__code", "code")
    )
    postures = command.posture_of([one.pk for one in found])
    return [
        FirmRow(
            one,
            one.parent if one.parent is not None and one.parent.kind == UnitKind.AREA else None,
            postures[one.pk].level,
        )
        for one in found
    ]
