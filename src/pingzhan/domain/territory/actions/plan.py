"""Changes of the park plan."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from pingzhan.domain.territory import plans
from pingzhan.domain.territory.models import ParkPlan, Unit
from pingzhan.domain.territory.queries.tree import subtree
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record


@transaction.atomic
def import_plan(*, zone: Unit, geojson: Any, by: Actor) -> ParkPlan:
    """Put a park plan in force for a zone, replacing the former one.

    ``geojson`` is the parsed FeatureCollection in local metres; a feature's ``code`` property ties it to a
    unit of the zone. Raises Invalid naming the feature that does not fit.
    """
    require(by, Permission.EDIT_TERRITORY, zone.path)
    codes = set(subtree(zone).values_list("code", flat=True))
    counts = plans.check_plan(geojson, codes=codes)
    plan, _created = ParkPlan.objects.update_or_create(
        zone=zone, defaults={"geojson": geojson, "updated": Now()}
    )
    plan.refresh_from_db()
    record("territory.import_plan", by=by, subject=("unit", zone.pk), unit_path=zone.path, body=counts)
    return plan
