"""Reads of the park plan and of its former versions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps

from pingzhan.domain.territory import plans
from pingzhan.domain.territory.models import ParkPlan, Unit
from pingzhan.domain.territory.queries.tree import subtree


@dataclass(frozen=True)
class PlanVersion:
    """One version of a plan: when, by whom, what changed, how many features it had."""

    n: int
    at: datetime
    by_name: str
    note: str
    features: int


def plan_versions(zone: Unit, most: int = 30) -> list[PlanVersion]:
    """Return the newest versions of a zone's plan, the one in force first. One query."""
    history = apps.get_model("territory", "ParkPlanHistory")
    rows = (
        history._default_manager.filter(zone_id=zone.pk)
        .exclude(pgh_label="delete")
        .order_by("-pgh_id")
        .extra(select={"features": "jsonb_array_length(geojson -> 'features')"})
        .values_list("n", "updated", "by_name", "note", "features")[:most]
    )
    return [PlanVersion(*row) for row in rows]


def sort_plan(zone: Unit, geojson: Any) -> tuple[dict[str, Any] | None, list[plans.Fault]]:
    """Return a plan of the features that fit this zone (None when none does) and the faults of the others.

    Raises Invalid for what is no plan as a whole.
    """
    return plans.sort_plan(geojson, codes=set(subtree(zone).values_list("code", flat=True)))


def outline_of(plan: ParkPlan | None, code: str) -> list[tuple[float, float]]:
    """Return the corners of the plot drawn for a unit code, without the closing one; empty when none is."""
    for one in plan.geojson["features"] if plan else ():
        if plans.code_of(one) == code and one["geometry"]["type"] == "Polygon":
            return [(float(p[0]), float(p[1])) for p in one["geometry"]["coordinates"][0][:-1]]
    return []


def shown_features(plan: ParkPlan | None, codes: Collection[str]) -> list[dict[str, Any]]:
    """Return the features tied to one of these codes, and those tied to no unit."""
    return [one for one in (plan.geojson["features"] if plan else ()) if plans.code_of(one) in {None, *codes}]
