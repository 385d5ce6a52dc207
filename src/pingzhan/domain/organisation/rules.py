"""Who may see, edit and publish a structure, and register who is away."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from pingzhan.domain.organisation.enums import VersionStatus
from pingzhan.domain.organisation.models import Contact, Person, StructureVersion
from pingzhan.domain.organisation.queries.contacts import masked, sealed_field
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.privacy.reveal import Revealable
from pingzhan.kernel.errors import NotFound


def can_view(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may see the structure of a zone."""
    return actor.has(Permission.VIEW_STRUCTURE, zone.path)


def can_edit(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may make and change drafts of a zone."""
    return actor.has(Permission.EDIT_STRUCTURE, zone.path)


def can_publish(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may publish a version and waive a finding of a zone."""
    return actor.has(Permission.PUBLISH_STRUCTURE, zone.path)


def visible_to(actor: Actor) -> QuerySet[StructureVersion]:
    """Return the versions the actor may see: published and retired ones, drafts only for those who edit or
    publish them."""
    versions = StructureVersion.objects.filter(within("zone__path", actor.paths(Permission.VIEW_STRUCTURE)))
    drafts = within("zone__path", actor.paths(Permission.EDIT_STRUCTURE)) | within(
        "zone__path", actor.paths(Permission.PUBLISH_STRUCTURE)
    )
    return versions.exclude(status=VersionStatus.DRAFT) | versions.filter(drafts)


def persons_visible_to(actor: Actor) -> QuerySet[Person]:
    """Return the persons whose home unit lies where the actor may see the structure."""
    return Person.objects.filter(within("home_unit__path", actor.paths(Permission.VIEW_STRUCTURE)))


def require_edit(actor: Actor, zone: Unit) -> None:
    """Raise Refused unless the actor may edit drafts of the zone."""
    require(actor, Permission.EDIT_STRUCTURE, zone.path)


def require_publish(actor: Actor, zone: Unit) -> None:
    """Raise Refused unless the actor may publish for the zone."""
    require(actor, Permission.PUBLISH_STRUCTURE, zone.path)


def require_absence(actor: Actor, person: Person) -> None:
    """Raise Refused unless the actor may register absences where the person belongs."""
    require(actor, Permission.REGISTER_ABSENCE, person.home_unit.path)


def can_override_pair(actor: Actor, person: Person) -> bool:
    """Return whether the actor may let both holders of a post be away at once, where the person belongs."""
    return actor.has(Permission.APPROVE_ABSENCE, person.home_unit.path)


def revealable_contact(actor: Actor, pk: int) -> Revealable:
    """Return what may be opened of a contact whose person the actor may see; NotFound otherwise."""
    found = (
        Contact.objects.filter(pk=pk, person__in=persons_visible_to(actor))
        .select_related("person__home_unit")
        .first()
    )
    if found is None or found.person.subject_id is None:
        raise NotFound(_("这一联系方式已不存在。"))
    field = sealed_field(found.channel)
    return Revealable(
        subject_id=found.person.subject_id,
        fields={field: found.sealed},
        unit_path=found.person.home_unit.path,
        masked={field: masked([found])[found.pk]},
    )
