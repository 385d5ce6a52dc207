"""Who may see and who may change workers.

Rights are asked for the enterprise of an employment: whoever may see one employment of a person sees his file,
but only his employments at the enterprises that he may see.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from pingzhan.domain.people.models import Employment, Individual
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Refused


def can_see(actor: Actor, employment: Employment) -> bool:
    """Return whether the actor may see this employment."""
    return actor.has(Permission.VIEW_WORKERS, employment.enterprise.path)


def visible_to(actor: Actor) -> QuerySet[Employment]:
    """Return the employments the actor may see: those at enterprises at or below a unit of his."""
    paths = actor.paths(Permission.VIEW_WORKERS)
    found = Employment.objects.all()
    return found if "/" in paths else found.filter(within("enterprise__path", paths))


def visible_individuals(actor: Actor) -> QuerySet[Individual]:
    """Return the persons of whom the actor may see at least one employment."""
    seen = visible_to(actor).filter(individual=OuterRef("pk"))
    return Individual.objects.filter(Exists(seen), merged_into__isnull=True)


def can_edit(actor: Actor, enterprise: Unit) -> bool:
    """Return whether the actor may register and change workers of this enterprise."""
    return actor.has(Permission.EDIT_WORKERS, enterprise.path)


def editable_by(actor: Actor) -> QuerySet[Employment]:
    """Return the employments the actor may change."""
    return Employment.objects.filter(within("enterprise__path", actor.paths(Permission.EDIT_WORKERS)))


def require_edit(actor: Actor, enterprise: Unit) -> None:
    """Raise Refused when the actor may not change workers of this enterprise."""
    require(actor, Permission.EDIT_WORKERS, enterprise.path)


def can_edit_person(actor: Actor, individual: Individual) -> bool:
    """Return whether the actor may change name, number, phone and address of a person.

    An enterprise that a person has left no longer changes his data; any enterprise he works at may.
    """
    return editable_by(actor).filter(individual=individual, left__isnull=True).exists()


def require_edit_person(actor: Actor, individual: Individual) -> None:
    """Raise Refused when the actor may not change the person's data."""
    require(actor, Permission.EDIT_WORKERS)
    if not can_edit_person(actor, individual):
        raise Refused(
            _("您不能修改这个人的个人信息。"),
            hint=_("个人信息由他现在所在的企业维护。"),
            code="refused_scope",
        )


def can_merge(actor: Actor, first: Individual, second: Individual) -> bool:
    """Return whether the actor may merge two persons: all employments of both must lie in his units."""
    if not actor.has(Permission.EDIT_WORKERS):
        return False
    both = Employment.objects.filter(individual__in=[first.pk, second.pk])
    return (
        both.exists()
        and not both.exclude(within("enterprise__path", actor.paths(Permission.EDIT_WORKERS))).exists()
    )


def require_merge(actor: Actor, first: Individual, second: Individual) -> None:
    """Raise Refused when the actor may not merge the two."""
    require(actor, Permission.EDIT_WORKERS)
    if not can_merge(actor, first, second):
        raise Refused(
            _("这两个人不都在您的单位，不能由您合并。"),
            hint=_("请由两家企业共同的上级单位办理。"),
            code="refused_scope",
        )
