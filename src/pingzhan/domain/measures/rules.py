"""Who may see, draft, publish and put in force; single checks beside list filters.

A measure set is for everybody who has to follow it: it is read by whoever holds the right to draft, to publish,
or to see ledgers anywhere in the zone, the contact of an enterprise included.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from pingzhan.domain.measures.models import Force, MeasureSet, Restriction, SetVersion
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import NotFound

READERS = (Permission.MANAGE_MEASURES, Permission.PUBLISH_MEASURES, Permission.VIEW_LEDGERS)


def zone_ids(actor: Actor) -> list[int] | None:
    """Return the zones whose measures the actor may read, None for all of them."""
    paths = [path for one in READERS for path in actor.paths(one)]
    if "/" in paths:
        return None
    return sorted({int(path.split("/")[1]) for path in paths})


def _in_zones(actor: Actor, field: str) -> Q:
    zones = zone_ids(actor)
    return ~Q(pk__in=[]) if zones is None else Q(**{f"{field}__in": zones})


def sets_visible_to(actor: Actor) -> QuerySet[MeasureSet]:
    """Return the sets of the zones the actor may read."""
    return MeasureSet.objects.filter(_in_zones(actor, "zone"))


def versions_visible_to(actor: Actor) -> QuerySet[SetVersion]:
    """Return the versions the actor may read: all but drafts, and drafts for who drafts or publishes there."""
    found = SetVersion.objects.filter(_in_zones(actor, "set__zone"))
    paths = [*actor.paths(Permission.MANAGE_MEASURES), *actor.paths(Permission.PUBLISH_MEASURES)]
    if "/" in paths:
        return found
    zones = {int(path.split("/")[1]) for path in paths}
    return found.filter(Q(state="published") | Q(set__zone__in=zones))


def forces_visible_to(actor: Actor) -> QuerySet[Force]:
    """Return what is or was in force in the zones the actor may read."""
    return Force.objects.filter(_in_zones(actor, "slot__zone"))


def restrictions_visible_to(actor: Actor) -> QuerySet[Restriction]:
    """Return the legal records of restrictions in the zones the actor may read."""
    return Restriction.objects.filter(_in_zones(actor, "force__slot__zone"))


def can_draft(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may draft and edit sets of the zone."""
    return actor.has(Permission.MANAGE_MEASURES, zone.path)


def can_publish(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may publish, put in force, record decisions and withdraw in the zone."""
    return actor.has(Permission.PUBLISH_MEASURES, zone.path)


def find_version(actor: Actor, version_id: int) -> SetVersion:
    """Return a version the actor may read; NotFound otherwise, in the same words as for one that is not there."""
    found = (
        versions_visible_to(actor).select_related("set__zone", "based_on__set").filter(pk=version_id).first()
    )
    if found is None:
        raise NotFound(_("没有这一版措施集。"), code="version_gone")
    return found


def find_force(actor: Actor, force_id: int) -> Force:
    """Return a time in force the actor may read; NotFound otherwise."""
    found = forces_visible_to(actor).select_related("slot__zone", "version__set").filter(pk=force_id).first()
    if found is None:
        raise NotFound(_("没有这次执行记录。"), code="force_gone")
    return found


def find_restriction(actor: Actor, restriction_id: int) -> Restriction:
    """Return the legal record of a restriction the actor may read; NotFound otherwise."""
    found = (
        restrictions_visible_to(actor)
        .select_related("measure", "force__slot__zone", "force__version__set")
        .filter(pk=restriction_id)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这条限制性措施的记录。"), code="restriction_gone")
    return found
