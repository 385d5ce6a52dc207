"""Incidents that are not closed, for the hand-over of the command's duty."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.premises.models import Incident
from pingzhan.domain.premises.notices import page_of
from pingzhan.domain.premises.queries.lists import find_incidents
from pingzhan.domain.roster.api import Matter, register_handover_source
from pingzhan.domain.territory.models import Unit


def pending(zone: Unit, since: datetime, at: datetime) -> Iterable[Matter]:
    """Return a line for each incident of the zone that is open at the hand-over."""
    del since, at
    rows = find_incidents(Incident.objects.filter(enterprise__path__startswith=zone.path), state="open")
    for row in rows:
        text = _("%(unit)s：%(kind)s，%(state)s。") % {
            "unit": row.enterprise.name,
            "kind": row.get_kind_display(),
            "state": row.get_state_display(),
        }
        yield Matter(f"incident:{row.pk}", text, page_of(row.pk))


def register() -> None:
    """Make the source known."""
    register_handover_source("premises.incidents", gettext_lazy("企业事件报告"), pending)
