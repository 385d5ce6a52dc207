"""Whether an enterprise is under closed management now: said once, asked by everybody."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.functions import Now, TruncDate

from pingzhan.domain.gate.models import Closure
from pingzhan.domain.territory.models import Unit

LAPSED = Q(t1__isnull=True, until__lt=TruncDate(Now()))
"""Nobody ended it, but its last day is over; the days are local ones, the clock is the database's."""
IN_FORCE = Q(t1__isnull=True) & (Q(until__isnull=True) | Q(until__gte=TruncDate(Now())))
"""Closed management holds through the whole of its last day."""


def open_closure(enterprise: Unit) -> Closure | None:
    """Return the closed management that an enterprise is under, None when its gate is open."""
    return Closure.objects.filter(IN_FORCE, enterprise=enterprise).first()


def lapsed_closure(enterprise: Unit) -> Closure | None:
    """Return the closed management that ended by its own time and was not followed by another one."""
    return Closure.objects.filter(LAPSED, enterprise=enterprise).first()
