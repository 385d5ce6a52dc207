"""Names of workers on these pages: whole for the enterprise, masked for who else sees its roster, none else."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Employment
from pingzhan.domain.premises import api as premises
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.privacy.masks import mask_name


def names_for(rows: Iterable[Employment], unit: Unit, by: Actor) -> dict[int, str]:
    """Return the names of workers of an enterprise by employment. Their individuals must be loaded. One query."""
    if not by.has(Permission.VIEW_WORKERS, unit.path):
        return {}
    found = list(rows)
    texts = people.opened([one.individual for one in found], fields=("name",))
    whole = premises.can_keep(by, unit)
    made = {}
    for one in found:
        name = texts[one.individual_id].name
        made[one.pk] = (name if whole else mask_name(name)) or _("已销毁")
    return made
