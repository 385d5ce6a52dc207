"""Changes of sites, shifts and teams. The enterprise itself may make them, and the zone for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from pingzhan.domain.territory import rules
from pingzhan.domain.territory.actions.common import checked, refuse_in_use
from pingzhan.domain.territory.actions.enterprises import refuse_closed_unit
from pingzhan.domain.territory.actions.units import place_unit
from pingzhan.domain.territory.enums import NESTED_KINDS, SiteKind, UnitKind
from pingzhan.domain.territory.models import Shift, Site, Team, Unit
from pingzhan.domain.territory.plans import check_polygon
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.kernel.folding import compact, fold

Row = TypeVar("Row", Site, Shift, Team)

MAX_ROOMS = 500
"""Rooms made by one call; a larger building is made floor by floor."""


@transaction.atomic
def create_site(
    *,
    enterprise: Unit,
    kind: SiteKind,
    code: str,
    name: str,
    by: Actor,
    parent: Site | None = None,
    capacity: int | None = None,
    geometry: dict[str, Any] | None = None,
) -> Site:
    """Create a site of an enterprise. ``code`` is unique within it; a room needs the dormitory it is in.

    Raises Refused without the right, Invalid for a code in use or a parent that does not fit.
    """
    _open_for(enterprise, by)
    _check_parent(enterprise, kind, parent)
    if geometry is not None:
        check_polygon(geometry)
    site = Site(
        enterprise=enterprise,
        kind=kind,
        parent=parent,
        code=compact(code).upper(),
        name=fold(name),
        capacity=capacity,
        geometry=geometry,
    )
    checked(site, site.code).save(force_insert=True)
    _record("territory.create_site", site, by, {"kind": kind.value})
    return site


@transaction.atomic
def create_rooms(*, dormitory: Site, codes: Sequence[str], capacity: int | None, by: Actor) -> list[Site]:
    """Create the rooms of a dormitory at once, each named by its code.

    All or none: raises Invalid naming the codes that are in use or given twice.
    """
    enterprise = dormitory.enterprise
    _open_for(enterprise, by)
    _check_parent(enterprise, SiteKind.ROOM, dormitory)
    wanted = [compact(code).upper() for code in codes if code.strip()]
    if not wanted or len(wanted) > MAX_ROOMS:
        raise Invalid(_("一次可新建 1 至 %(max)d 个房间。") % {"max": MAX_ROOMS}, place=dormitory.code)
    used = set(Site.objects.filter(enterprise=enterprise, code__in=wanted).values_list("code", flat=True))
    wrong = used | {code for code in wanted if wanted.count(code) > 1}
    if wrong:
        raise Invalid(
            _("房间编号已被使用或重复：%(codes)s。") % {"codes": "、".join(sorted(wrong))},
            place=dormitory.code,
        )
    rooms = Site.objects.bulk_create(
        Site(
            enterprise=enterprise,
            kind=SiteKind.ROOM,
            parent=dormitory,
            code=code,
            name=code,
            capacity=capacity,
        )
        for code in wanted
    )
    _record("territory.create_rooms", dormitory, by, {"rooms": len(rooms)})
    return rooms


@transaction.atomic
def change_site(*, site: Site, changes: Mapping[str, Any], by: Actor) -> list[str]:
    """Change code, name, capacity, parent or geometry; return the fields that really differ.

    The kind stays: a canteen that becomes a warehouse is closed and made anew, so old records stay true.
    """
    row = _locked(Site.objects.all(), site.pk)
    _open_for(row.enterprise, by)
    if "parent" in changes:
        _check_parent(row.enterprise, SiteKind(row.kind), changes["parent"])
    if changes.get("geometry") is not None:
        check_polygon(changes["geometry"])
    differing = _apply(row, changes, {"code", "name", "capacity", "parent", "geometry"})
    if differing:
        checked(row, row.code).save(update_fields=differing)
        if row.unit is not None and "name" in differing:
            Unit.objects.filter(pk=row.unit.pk).update(name=row.name)
        _record("territory.change_site", row, by, {"fields": sorted(differing)})
    return differing


@transaction.atomic
def close_site(*, site: Site, by: Actor) -> Site:
    """Take a site out of use. Refused with the reasons while rooms, teams or people still use it."""
    row = _locked(Site.objects.all(), site.pk)
    rules.require_edit(by, row.enterprise)
    _refuse_inactive(row)
    rooms = row.rooms.filter(active=True).count()
    teams = row.teams.filter(active=True).count()
    own = []
    if rooms:
        own.append(_("其中还有 %(n)d 个在用的房间。") % {"n": rooms})
    if teams:
        own.append(_("还有 %(n)d 个班组在这里上班。") % {"n": teams})
    if own:
        raise Conflict(
            _("%(name)s现在不能停用。") % {"name": row.name} + "".join(own),
            hint=_("请先停用或调整这些房间和班组。"),
            place=row.code,
            code="in_use",
        )
    refuse_in_use("site", [row.pk], _("%(name)s现在不能停用。") % {"name": row.name}, row.code)
    return _close(row, "territory.close_site", by)


@transaction.atomic
def reopen_site(*, site: Site, by: Actor) -> Site:
    """Take a closed site into use again; its dormitory has to be in use."""
    row = _locked(Site.objects.all(), site.pk)
    _open_for(row.enterprise, by)
    if row.active:
        raise Conflict(_("%(name)s本来就在用。") % {"name": row.name}, place=row.code)
    if row.parent is not None and not row.parent.active:
        raise Conflict(_("所在的宿舍楼已经停用。"), place=row.code)
    row.active = True
    row.save(update_fields=["active"])
    _record("territory.reopen_site", row, by, {})
    return row


@transaction.atomic
def make_scope(*, site: Site, by: Actor) -> Unit:
    """Let orders be given for this site alone: it becomes a unit below its enterprise. Only the zone may.

    Returns the unit, which keeps the site's name; doing it twice returns the same one.
    """
    row = _locked(Site.objects.all(), site.pk)
    rules.require_zone_edit(by, row.enterprise)
    if row.unit is not None:
        return row.unit
    _refuse_inactive(row)
    unit = place_unit(
        kind=UnitKind.SITE,
        code=f"{row.enterprise.code}-{row.code}",
        name=row.name,
        parent=row.enterprise,
    )
    row.unit = unit
    row.save(update_fields=["unit"])
    _record("territory.make_scope", row, by, {"unit": unit.pk})
    return unit


@transaction.atomic
def create_shift(
    *, enterprise: Unit, name: str, start: time, end: time, by: Actor, headcount: int = 0
) -> Shift:
    """Create a shift, half-open in local time; an end before the start lies on the next day."""
    _open_for(enterprise, by)
    shift = Shift(enterprise=enterprise, name=fold(name), start=start, end=end, headcount=headcount)
    checked(shift, shift.name).save(force_insert=True)
    _record("territory.create_shift", shift, by, {})
    return shift


@transaction.atomic
def change_shift(*, shift: Shift, changes: Mapping[str, Any], by: Actor) -> list[str]:
    """Change name, start, end or headcount of a shift; return the fields that really differ."""
    row = _locked(Shift.objects.all(), shift.pk)
    _open_for(row.enterprise, by)
    _refuse_inactive(row)
    differing = _apply(row, changes, {"name", "start", "end", "headcount"})
    if differing:
        checked(row, row.name).save(update_fields=differing)
        _record("territory.change_shift", row, by, {"fields": sorted(differing)})
    return differing


@transaction.atomic
def close_shift(*, shift: Shift, by: Actor) -> Shift:
    """Take a shift out of use. Refused while teams or other modules still use it."""
    row = _locked(Shift.objects.all(), shift.pk)
    rules.require_edit(by, row.enterprise)
    _refuse_inactive(row)
    sentence = _("%(name)s现在不能停用。") % {"name": row.name}
    teams = row.teams.filter(active=True).count()
    if teams:
        raise Conflict(
            sentence + _("还有 %(n)d 个班组上这个班。") % {"n": teams}, place=row.name, code="in_use"
        )
    refuse_in_use("shift", [row.pk], sentence, row.name)
    return _close(row, "territory.close_shift", by)


@transaction.atomic
def create_team(
    *, enterprise: Unit, name: str, by: Actor, workshop: Site | None = None, shift: Shift | None = None
) -> Team:
    """Create a team; its workshop and shift, when given, are of the same enterprise and in use."""
    _open_for(enterprise, by)
    _check_team(enterprise, workshop, shift)
    team = Team(enterprise=enterprise, name=fold(name), workshop=workshop, shift=shift)
    checked(team, team.name).save(force_insert=True)
    _record("territory.create_team", team, by, {})
    return team


@transaction.atomic
def change_team(*, team: Team, changes: Mapping[str, Any], by: Actor) -> list[str]:
    """Change name, workshop or shift of a team; return the fields that really differ."""
    row = _locked(Team.objects.all(), team.pk)
    _open_for(row.enterprise, by)
    _refuse_inactive(row)
    _check_team(row.enterprise, changes.get("workshop"), changes.get("shift"))
    differing = _apply(row, changes, {"name", "workshop", "shift"})
    if differing:
        checked(row, row.name).save(update_fields=differing)
        _record("territory.change_team", row, by, {"fields": sorted(differing)})
    return differing


@transaction.atomic
def close_team(*, team: Team, by: Actor) -> Team:
    """Take a team out of use. Refused with the reasons while people are still in it."""
    row = _locked(Team.objects.all(), team.pk)
    rules.require_edit(by, row.enterprise)
    _refuse_inactive(row)
    refuse_in_use("team", [row.pk], _("%(name)s现在不能停用。") % {"name": row.name}, row.name)
    return _close(row, "territory.close_team", by)


def _open_for(enterprise: Unit, by: Actor) -> None:
    rules.require_edit(by, enterprise)
    if enterprise.kind != UnitKind.ENTERPRISE:
        raise Invalid(_("场所、班次和班组只能属于企业。"), place=enterprise.code)
    refuse_closed_unit(enterprise)


def _check_parent(enterprise: Unit, kind: SiteKind, parent: Site | None) -> None:
    if parent is None:
        if kind == SiteKind.ROOM:
            raise Invalid(_("宿舍房间必须属于一栋宿舍。"), hint=_("请选择所在的宿舍楼。"))
        return
    if kind not in NESTED_KINDS:
        raise Invalid(_("只有宿舍房间和隔离室可以属于一栋宿舍。"))
    if parent.enterprise_id != enterprise.pk or parent.kind != SiteKind.DORMITORY:
        raise Invalid(_("所在楼栋应是本企业的宿舍楼。"), place=parent.code)
    if not parent.active:
        raise Conflict(_("所在的宿舍楼已经停用。"), place=parent.code)


def _check_team(enterprise: Unit, workshop: Site | None, shift: Shift | None) -> None:
    if workshop is not None and (
        workshop.enterprise_id != enterprise.pk or workshop.kind == SiteKind.ROOM or not workshop.active
    ):
        raise Invalid(_("班组的车间应是本企业在用的场所。"), place=workshop.code)
    if shift is not None and (shift.enterprise_id != enterprise.pk or not shift.active):
        raise Invalid(_("班组的班次应是本企业在用的班次。"), place=shift.name)


def _apply(row: models.Model, changes: Mapping[str, Any], allowed: set[str]) -> list[str]:
    unknown = set(changes) - allowed
    if unknown:
        raise Invalid(_("这些内容不能修改：%(names)s。") % {"names": "、".join(sorted(unknown))})
    differing = []
    for name, value in changes.items():
        new = value
        if isinstance(value, str):
            new = compact(value).upper() if name == "code" else fold(value)
        if getattr(row, name) != new:
            setattr(row, name, new)
            differing.append(name)
    return differing


def _locked(rows: models.QuerySet[Row], pk: int) -> Row:
    row = rows.select_for_update(of=("self",), no_key=True).select_related("enterprise").filter(pk=pk).first()
    if row is None:
        raise NotFound(_("没有这个场所、班次或班组。"))
    return row


def _refuse_inactive(row: Site | Shift | Team) -> None:
    if not row.active:
        raise Conflict(_("%(name)s已经停用。") % {"name": row.name}, place=row.name, code="closed")


def _close(row: Row, verb: str, by: Actor) -> Row:
    row.active = False
    row.save(update_fields=["active"])
    _record(verb, row, by, {})
    return row


def _record(verb: str, row: Site | Shift | Team, by: Actor, body: dict[str, Any]) -> None:
    kind = type(row)._meta.model_name or ""
    record(verb, by=by, subject=(kind, row.pk), unit_path=row.enterprise.path, body=body)
