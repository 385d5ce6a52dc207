"""Changes of the park plan. Each makes a new version; the former ones stay in the plan's history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.territory import plans
from pingzhan.domain.territory.models import ParkPlan, Unit
from pingzhan.domain.territory.queries.tree import subtree
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound


@transaction.atomic
def import_plan(
    *, zone: Unit, geojson: Any, by: Actor, note: str = "", refused: int = 0, base: int | None = None
) -> ParkPlan:
    """Put a park plan in force for a zone, as a new version over the former one.

    ``geojson`` is the parsed FeatureCollection in local metres; a feature's ``code`` property ties it to a
    unit of the zone. ``refused`` is how many features of a file were left out; it is recorded. ``base`` is
    the version the change was made on: Conflict when another one is in force by now. Raises Invalid naming
    the feature that does not fit.
    """
    require(by, Permission.EDIT_TERRITORY, zone.path)
    codes = set(subtree(zone).values_list("code", flat=True))
    counts = plans.check_plan(geojson, codes=codes)
    # The zone's row is held, so that two first plans do not meet.
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=zone.pk)
    plan = ParkPlan.objects.select_for_update(of=("self",), no_key=True).filter(zone=zone).first()
    if base is not None and base != (plan.n if plan else 0):
        raise Conflict(
            _("平面图已被他人改动，现为第 %(n)d 版。") % {"n": plan.n if plan else 0},
            hint=_("请刷新页面，在现行版本上重新修改。"),
        )
    if plan is None:
        plan = ParkPlan(zone=zone, n=0)
    plan.geojson, plan.n, plan.note, plan.by_name = geojson, plan.n + 1, note.strip()[:200], by.name
    # The database clock; an expression is read back below.
    plan.updated = Now()
    plan.save()
    plan.refresh_from_db()
    record(
        "territory.import_plan",
        by=by,
        subject=("unit", zone.pk),
        unit_path=zone.path,
        body={**counts, "version": plan.n, **({"refused": refused} if refused else {})},
    )
    return plan


@transaction.atomic
def set_outline(
    *, unit: Unit, zone: Unit, points: Sequence[tuple[float, float]], base: int, by: Actor
) -> tuple[ParkPlan, list[str]]:
    """Draw or move the plot of a unit; no points takes it from the plan.

    Returns the new version and the names of the plots it now lies over. Raises Conflict when the plan is no
    longer version ``base`` (0: there is none yet), Invalid when the outline is none.
    """
    require(by, Permission.EDIT_TERRITORY, zone.path)
    if not unit.path.startswith(zone.path) or unit.pk == zone.pk:
        raise Invalid(_("只能画本开发区内的片区、企业和场所。"), place=unit.code)
    plan = ParkPlan.objects.filter(zone=zone).first()
    features = list(plan.geojson["features"]) if plan else []
    kept = [one for one in features if plans.code_of(one) != unit.code]
    over: list[str] = []
    if points:
        ring = plans.check_ring(points)
        over = plans.overlapping(ring, _plots(kept, unit.kind))
        feature = {
            "type": "Feature",
            "properties": {"code": unit.code, "name": unit.name, "kind": unit.kind},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        kept.append(feature)
        note = _("画了%(name)s") % {"name": unit.name}
    else:
        if len(kept) == len(features):
            raise Invalid(_("平面图上没有%(name)s。") % {"name": unit.name}, place=unit.code)
        if not kept:
            raise Invalid(_("平面图至少要留一个图形。"), place=unit.code)
        note = _("移除了%(name)s") % {"name": unit.name}
    geojson = {"type": "FeatureCollection", "features": kept}
    return import_plan(zone=zone, geojson=geojson, by=by, note=note, base=base), over


def _plots(features: Sequence[Any], kind: str) -> list[tuple[str, list[Any]]]:
    found = []
    for one in features:
        told = one.get("properties")
        told = told if isinstance(told, dict) else {}
        if one["geometry"]["type"] == "Polygon" and told.get("kind", kind) == kind:
            found.append((str(told.get("name") or told.get("code") or ""), one["geometry"]["coordinates"][0]))
    return found


@transaction.atomic
def restore_plan(*, zone: Unit, version: int, base: int, by: Actor) -> ParkPlan:
    """Put a former version in force again, as a new version. Codes of units that are gone are untied."""
    require(by, Permission.EDIT_TERRITORY, zone.path)
    history = apps.get_model("territory", "ParkPlanHistory")
    row = history._default_manager.filter(zone_id=zone.pk, n=version).order_by("-pgh_id").first()
    if row is None:
        raise NotFound(_("没有第 %(n)d 版平面图。") % {"n": version})
    codes = set(subtree(zone).values_list("code", flat=True))
    features = []
    for one in row.geojson["features"]:
        gone = plans.code_of(one) not in {None, *codes}
        told = one.get("properties")
        features.append(
            {**one, "properties": {k: v for k, v in told.items() if k != "code"}} if gone else one
        )
    return import_plan(
        zone=zone,
        geojson={"type": "FeatureCollection", "features": features},
        by=by,
        note=_("恢复第 %(n)d 版") % {"n": version},
        base=base,
    )
