"""What the module does by itself: places and postings follow people, plan and posture."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pingzhan.domain.command.models import Activation
from pingzhan.domain.frontline.actions.following import follow_zone
from pingzhan.domain.frontline.actions.places import refresh_places
from pingzhan.domain.frontline.events import PlanChanged
from pingzhan.domain.frontline.models import Posting
from pingzhan.domain.organisation.api import published_version
from pingzhan.domain.organisation.events import PeopleChanged, StructurePublished
from pingzhan.domain.territory.api import zones
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import system_actor

SECONDS = 60.0
"""How late an absence that begins by itself, or a follower that failed, is made good."""


def settle(zone: Unit) -> None:
    """Bring places and postings of a zone up to date in every world that has an emergency."""
    by = system_actor(_("系统"))
    refresh_places(zone=zone, by=by)
    worlds = set(
        Activation.objects.filter(zone=zone, ended_at__isnull=True).values_list("world", flat=True)
    ) | set(Posting.objects.filter(zone=zone, ended_at__isnull=True).values_list("world", flat=True))
    for world in sorted(worlds):
        follow_zone(zone=zone, world=world, by=by)


def minute() -> None:
    """Settle every zone with a structure in force; one pass changes nothing when nothing changed."""
    for zone in zones():
        if published_version(zone.pk) is not None:
            settle(zone)


def on_people_changed(*, event: PeopleChanged, **_kwargs: Any) -> None:
    """Settle after somebody came, left, was registered absent, or answers for another enterprise."""
    _settle(int(event.unit_path.split("/")[1]))


def on_structure_published(*, event: StructurePublished, **_kwargs: Any) -> None:
    """Settle after a new structure: people that only the draft named are in service now."""
    _settle(event.zone_id)


def on_plan_changed(*, event: PlanChanged, **_kwargs: Any) -> None:
    """Settle after a place was chosen by hand or a proposal adopted."""
    _settle(event.zone_id)


def _settle(zone_id: int) -> None:
    zone = Unit.objects.filter(pk=zone_id).first()
    if zone is not None and published_version(zone.pk) is not None:
        settle(zone)
