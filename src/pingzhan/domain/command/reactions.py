"""What the command module does when structure or people change, and once a minute in any case.

A reaction that fails is logged by the sender and does not undo the change it reacts to; the loop repeats it
within a minute.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pingzhan.domain.command.actions.readiness import TOPIC, keep_all
from pingzhan.domain.command.actions.seats import reconcile_all, reconcile_zone, worlds_of
from pingzhan.domain.organisation.api import published_version
from pingzhan.domain.organisation.events import PeopleChanged, StructurePublished
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.live import announce


def on_structure_published(*, event: StructurePublished, **_kwargs: Any) -> None:
    """Open the routine seats of a new structure; scopes in an emergency keep the version of their order."""
    _reconcile(Unit.objects.get(pk=event.zone_id), _("发布新的组织架构"))


def on_people_changed(*, event: PeopleChanged, **_kwargs: Any) -> None:
    """Move seats after an absence, a contact or a responsibility changed; the readiness is computed anew."""
    announce(TOPIC, {"zone": event.unit_path})
    zone_id = int(event.unit_path.split("/")[1])
    zone = Unit.objects.filter(pk=zone_id).first()
    if zone is not None and published_version(zone.pk) is not None:
        _reconcile(zone, _("人员变动"))


def _reconcile(zone: Unit, cause: str) -> None:
    for world in worlds_of(zone.pk):
        reconcile_zone(zone=zone, world=world, cause=cause, by=system_actor(_("系统")))


def reconcile_loop() -> None:
    """Reconcile all zones; one pass costs a fraction of a second and changes nothing when nothing changed."""
    reconcile_all(by=system_actor(_("系统")))


def readiness_loop() -> None:
    """Keep the readiness of each zone after a change of what it depends on, and every night."""
    keep_all()
