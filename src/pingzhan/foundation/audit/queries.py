"""What the 留痕 page asks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils import timezone

if TYPE_CHECKING:
    from pingzhan.foundation.audit.models import AuditRecord

PER_PAGE = 50


@dataclass(frozen=True)
class TrailFilter:
    """What to show; an empty field does not restrict. ``actor`` is part of a name, ``day`` a local day.

    ``unit_path`` shows the unit and all below it.
    """

    verb: str = ""
    actor: str = ""
    unit_path: str = ""
    day: date | None = None
    world: int | None = None
    subject_kind: str = ""
    subject_id: str = ""
    operation: str = ""


def trail(*, paths: Collection[str], only: TrailFilter | None = None) -> QuerySet[AuditRecord]:
    """Return the records of the units under ``paths``, newest first.

    ``paths`` is ``actor.paths(Permission.VIEW_AUDIT)``: nothing held, nothing shown.
    """
    from pingzhan.foundation.audit.models import AuditRecord

    wanted = only or TrailFilter()
    covered = Q(pk__in=[])
    for path in paths:
        covered |= Q(unit_path__startswith=path)
    found = AuditRecord.objects.filter(covered)
    if wanted.verb:
        found = found.filter(verb=wanted.verb)
    if wanted.actor:
        found = found.filter(actor_name__icontains=wanted.actor)
    if wanted.unit_path:
        found = found.filter(unit_path__startswith=wanted.unit_path)
    if wanted.day is not None:
        start = datetime.combine(wanted.day, time.min, tzinfo=timezone.get_current_timezone())
        found = found.filter(at__gte=start, at__lt=start + timedelta(days=1))
    if wanted.world is not None:
        found = found.filter(world=wanted.world)
    if wanted.subject_kind:
        found = found.filter(subject_kind=wanted.subject_kind, subject_id=wanted.subject_id)
    if wanted.operation:
        found = found.filter(operation=wanted.operation)
    return found.order_by("-id")


def trail_page(
    *,
    paths: Collection[str],
    only: TrailFilter | None = None,
    number: int | str = 1,
    per_page: int = PER_PAGE,
) -> Page[AuditRecord]:
    """Return one page of the trail (two queries); a page number out of range gives the nearest page."""
    return Paginator(trail(paths=paths, only=only), per_page).get_page(number)
