"""Who may see an import and go on with it: its starter, and whoever may make the same import there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.imports.spec import import_of, specs
from pingzhan.kernel.errors import NotFound

if TYPE_CHECKING:
    from pingzhan.foundation.imports.models import ImportJob


def can_see(actor: Actor, job: ImportJob) -> bool:
    """Return whether the actor may look at an import.

    The right of today counts: a starter who has lost it sees neither rows nor files any more.
    """
    if not actor.is_signed_in and actor.kind != "system":
        return False
    try:
        spec = import_of(job.spec)
    except NotFound:
        return False
    return spec.may(actor, job.unit_path)


def visible(actor: Actor) -> Q:
    """Return the condition of the imports that can_see() allows."""
    condition = Q(pk__in=[])
    if not actor.is_signed_in and actor.kind != "system":
        return condition
    for spec in specs():
        paths = [scope.path for scope in spec.scopes(actor) if spec.may(actor, scope.path)]
        condition |= Q(spec=spec.key, unit_path__in=paths)
    return condition
