"""Names of workers for these pages: whole and on record for whoever may see who is ill, else masked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from pingzhan.domain.health import api as health
from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.privacy.masks import mask_name


@dataclass(frozen=True, slots=True)
class Who:
    """A worker in a list."""

    pk: int
    name: str
    number: str


def named(employment_ids: Iterable[int], unit: Unit, by: Actor) -> dict[int, Who]:
    """Return names and employee numbers of workers of an enterprise. Two queries, and the record of an official."""
    rows = list(Employment.objects.filter(pk__in=list(employment_ids)).select_related("individual"))
    texts = people.opened([one.individual for one in rows], fields=("name",))
    whole = health.note_names_read(enterprise=unit, persons=len(rows), by=by)
    found = {}
    for one in rows:
        name = texts[one.individual_id].name
        shown = name if whole else mask_name(name)
        found[one.pk] = Who(one.pk, shown or _("已销毁"), one.employee_no)
    return found
