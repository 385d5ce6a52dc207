"""The areas of an enterprise: added, changed, retired, or proposed from its sites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.sanitation import rules
from pingzhan.domain.sanitation.actions import checks
from pingzhan.domain.sanitation.enums import CLOSED_KINDS, KEY_KINDS, STRENGTHS, Agent, AreaKind
from pingzhan.domain.sanitation.models import Area
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site, Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.validity import checked
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

_PROPOSED = {
    SiteKind.WORKSHOP: AreaKind.WORKSHOP,
    SiteKind.CANTEEN: AreaKind.CANTEEN,
    SiteKind.DORMITORY: AreaKind.DORMITORY,
    SiteKind.GATE: AreaKind.GATE,
    SiteKind.ISOLATION: AreaKind.ISOLATION,
    SiteKind.WAREHOUSE: AreaKind.WAREHOUSE,
}
MOST_TIMES = 8


@dataclass(frozen=True, slots=True)
class AreaData:
    """What is said of an area; ``strength`` None is the usual one of the agent."""

    name: str
    kind: AreaKind
    site: Site | None = None
    is_key: bool = False
    by_shift: bool = True
    airs: bool = True
    own_times: tuple[time, ...] = ()
    air_times: tuple[time, ...] = ()
    air_minutes: int | None = None
    agent: Agent = Agent.CHLORINE
    strength: Decimal | None = None


def _filled(area: Area, data: AreaData) -> Area:
    bound = STRENGTHS.get(data.agent)
    strength = data.strength if data.strength is not None or bound is None else bound.usual
    area.name = checks.read_words(data.name, place="name", required=_("请填写区域名称。"))
    area.kind = data.kind
    area.site = data.site
    if data.site is not None and data.site.enterprise_id != area.enterprise_id:
        raise Invalid(_("所选场所不是本企业的。"), place="site")
    area.is_key, area.by_shift, area.airs = data.is_key, data.by_shift, data.airs
    area.own_times = _times(data.own_times, place="own_times")
    area.air_times = _times(data.air_times, place="air_times")
    area.air_minutes = checks.read_minutes(data.air_minutes, required=False)
    area.agent = data.agent
    area.strength = checks.read_strength(data.agent, strength)
    return area


def read_area(enterprise: Unit, data: AreaData) -> Area:
    """Return the area these data make, not stored. Raises Invalid with the place."""
    return _filled(Area(enterprise=enterprise), data)


def _times(times: tuple[time, ...], *, place: str) -> list[time]:
    found = sorted({one.replace(second=0, microsecond=0) for one in times})
    if len(found) > MOST_TIMES:
        raise Invalid(_("一个区域每天最多 %(n)d 个时刻。") % {"n": MOST_TIMES}, place=place)
    return found


def _alone(enterprise: Unit) -> None:
    """Let nobody else name an area of the enterprise meanwhile."""
    Unit.objects.select_for_update(no_key=True).get(pk=enterprise.pk)


@transaction.atomic
def add_area(*, enterprise: Unit, data: AreaData, by: Actor) -> Area:
    """Register an area. Raises Refused, or Invalid with the place."""
    rules.require_keep(by, enterprise)
    checks.check_open(enterprise)
    _alone(enterprise)
    area = _filled(Area(enterprise=enterprise, made_by=by.name), data)
    checked(area, exclude=["created_at"])
    area.save(force_insert=True)
    record("sanitation.area_added", by=by, subject=("area", area.pk), unit_path=enterprise.path)
    return area


def _lock(area_id: int, by: Actor) -> Area:
    found = (
        rules.areas_visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(pk=area_id)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这个区域，或您无权查看。"))
    rules.require_keep(by, found.enterprise)
    if found.retired_at is not None:
        raise Conflict(_("这个区域已经停用。"), code="retired")
    return found


@transaction.atomic
def change_area(*, area_id: int, data: AreaData, by: Actor) -> Area:
    """Change what is said of an area; what was done there before stays as it was."""
    area = _lock(area_id, by)
    _alone(area.enterprise)
    _filled(area, data)
    checked(area, exclude=["created_at"])
    area.save()
    record("sanitation.area_changed", by=by, subject=("area", area.pk), unit_path=area.enterprise.path)
    return area


@transaction.atomic
def retire_area(*, area_id: int, by: Actor) -> Area:
    """Stop expecting anything of an area; its records stay."""
    area = _lock(area_id, by)
    Area.objects.filter(pk=area.pk).update(retired_at=Now())
    record("sanitation.area_retired", by=by, subject=("area", area.pk), unit_path=area.enterprise.path)
    return area


@transaction.atomic
def propose_areas(*, enterprise: Unit, by: Actor) -> int:
    """Register an area for each site in use that has none, and the toilets; return how many.

    A first set to be corrected, so that an enterprise starts with one tap.
    """
    rules.require_keep(by, enterprise)
    checks.check_open(enterprise)
    _alone(enterprise)
    known = set(
        Area.objects.filter(enterprise=enterprise, retired_at__isnull=True).values_list("name", flat=True)
    )
    sited = set(
        Area.objects.filter(enterprise=enterprise, retired_at__isnull=True, site__isnull=False).values_list(
            "site_id", flat=True
        )
    )
    wanted: list[tuple[AreaKind, str, Site | None]] = [
        (_PROPOSED[SiteKind(site.kind)], site.name, site)
        for site in Site.objects.filter(enterprise=enterprise, active=True, kind__in=list(_PROPOSED))
        if site.pk not in sited
    ]
    wanted += [
        (AreaKind.TOILET, str(AreaKind.TOILET.label), None),
        (AreaKind.OFFICE, str(AreaKind.OFFICE.label), None),
    ]
    made = 0
    for kind, name, site in wanted:
        if name in known:
            continue
        known.add(name)
        data = AreaData(name, kind, site, is_key=kind in KEY_KINDS, airs=kind not in CLOSED_KINDS)
        area = _filled(Area(enterprise=enterprise, made_by=by.name), data)
        area.save(force_insert=True)
        made += 1
    if made:
        record(
            "sanitation.areas_proposed",
            by=by,
            subject=("unit", enterprise.pk),
            unit_path=enterprise.path,
            body={"areas": made},
        )
    return made
