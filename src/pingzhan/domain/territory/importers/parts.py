"""The imports of sites and of teams into one enterprise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.territory.actions.bulk import SiteSpec, TeamSpec
from pingzhan.domain.territory.actions.imports import store_sites, store_teams
from pingzhan.domain.territory.enums import NESTED_KINDS, SiteKind
from pingzhan.domain.territory.importers.scopes import FirmScopes, enterprise_of
from pingzhan.domain.territory.models import Shift, Site, Team
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.imports.spec import (
    Column,
    Context,
    ImportSpec,
    Judged,
    Kind,
    Outcome,
    Row,
    Scope,
    Verdict,
)

SITE_COLUMNS = (
    Column("code", gettext_lazy("编号"), Kind.CODE, required=True, width=12, example="D1-101", max_length=20),
    Column("name", gettext_lazy("名称"), required=True, width=20, example="101 室", max_length=60),
    Column(
        "kind",
        gettext_lazy("类别"),
        Kind.CHOICE,
        required=True,
        width=12,
        choices=tuple(SiteKind.choices),
        note=gettext_lazy("登记后不能更改。"),
    ),
    Column(
        "parent",
        gettext_lazy("所在楼栋"),
        Kind.CODE,
        width=12,
        aliases=("宿舍楼", "楼栋"),
        note=gettext_lazy("宿舍楼的编号；宿舍房间必填。"),
        max_length=20,
    ),
    Column(
        "capacity",
        gettext_lazy("容量"),
        Kind.INTEGER,
        width=10,
        aliases=("床位数", "座位数"),
        minimum=0,
        maximum=100_000,
    ),
)

TEAM_COLUMNS = (
    Column(
        "name", gettext_lazy("班组"), required=True, width=20, aliases=("名称", "班组名称"), max_length=40
    ),
    Column(
        "workshop",
        gettext_lazy("车间"),
        width=16,
        note=gettext_lazy("本企业场所的编号或名称。"),
        max_length=60,
    ),
    Column("shift", gettext_lazy("班次"), width=14, note=gettext_lazy("本企业班次的名称。"), max_length=40),
)


PARTS = FirmScopes(Permission.EDIT_ENTERPRISE)


def prepare_sites(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the sites of the enterprise; one query for the batch.

    A room may name a dormitory that stands in the same file, not behind it by more than one batch.
    """
    known = {
        site.code: site
        for site in Site.objects.filter(enterprise=enterprise_of(ctx)).select_related("parent")
    }
    dormitories: set[str] = ctx.cache.setdefault("dormitories", set())
    if ctx.storing:
        dormitories.clear()
    dormitories |= {row.values["code"] for row in rows if row.values["kind"] == SiteKind.DORMITORY}
    usable = dormitories | {
        site.code for site in known.values() if site.kind == SiteKind.DORMITORY and site.active
    }
    return [_site(row, known.get(row.values["code"]), usable, ctx) for row in rows]


def _site(row: Row, site: Site | None, dormitories: set[str], ctx: Context) -> Verdict:
    kind, parent = SiteKind(row.values["kind"]), row.values["parent"] or ""
    if "parent" in ctx.absent and site is not None and site.parent is not None:
        parent = site.parent.code
    if kind == SiteKind.ROOM and not parent:
        return Verdict.refused("parent", _("宿舍房间必须属于一栋宿舍。"))
    if parent and kind not in NESTED_KINDS:
        return Verdict.refused("parent", _("只有宿舍房间和隔离室可以属于一栋宿舍。"))
    if parent and parent not in dormitories:
        return Verdict.refused(
            "parent", _("没有编号为“%(code)s”的宿舍楼，请先登记，或放在房间之前。") % {"code": parent}
        )
    capacity = row.values["capacity"]
    if "capacity" in ctx.absent and site is not None:
        capacity = site.capacity
    spec = SiteSpec(kind, row.values["code"], row.values["name"], parent, capacity)
    if site is None:
        return Verdict(Outcome.NEW, carry=spec)
    if not site.active:
        return Verdict.refused("code", _("这个场所已经停用。"))
    if site.kind != kind:
        return Verdict.refused(
            "kind", _("已登记为“%(kind)s”，类别不能更改。") % {"kind": SiteKind(site.kind).label}
        )
    old = {
        "name": site.name,
        "parent": site.parent.code if site.parent else "",
        "capacity": site.capacity,
    }
    new = {"name": spec.name, "parent": parent, "capacity": capacity}
    return compared(old, new, spec)


def compared(old: dict[str, Any], new: dict[str, Any], carry: Any) -> Verdict:
    """Return whether a stored row would change, with what; None and an empty text are the same."""
    changes = {
        name: ("" if old[name] is None else str(old[name]), "" if value is None else str(value))
        for name, value in new.items()
        if value != old[name]
    }
    return Verdict(Outcome.CHANGED if changes else Outcome.SAME, changes=changes, carry=carry)


def save_sites(judged: Sequence[Judged], ctx: Context) -> None:
    """Write the sites that were chosen."""
    store_sites(enterprise=enterprise_of(ctx), by=ctx.by, **split(judged))


def split(judged: Sequence[Judged]) -> dict[str, list[Any]]:
    """Return what is to be written, as the actions take it: ``new`` and ``changed``."""
    return {
        "new": [one.verdict.carry for one in judged if one.verdict.outcome is Outcome.NEW],
        "changed": [one.verdict.carry for one in judged if one.verdict.outcome is Outcome.CHANGED],
    }


def prepare_teams(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the teams in use; three queries for the batch."""
    enterprise = enterprise_of(ctx)
    known = {
        team.name: team
        for team in Team.objects.filter(enterprise=enterprise, active=True).select_related(
            "workshop", "shift"
        )
    }
    places: dict[str, str] = {}
    for site in Site.objects.filter(enterprise=enterprise, active=True).exclude(kind=SiteKind.ROOM):
        places[site.code] = site.code
        places.setdefault(site.name, site.code)
    shifts = set(Shift.objects.filter(enterprise=enterprise, active=True).values_list("name", flat=True))
    return [_team(row, known.get(row.values["name"]), places, shifts, ctx) for row in rows]


def _team(row: Row, team: Team | None, places: dict[str, str], shifts: set[str], ctx: Context) -> Verdict:
    old = {
        "workshop": team.workshop.code if team is not None and team.workshop else "",
        "shift": team.shift.name if team is not None and team.shift else "",
    }
    workshop, shift = row.values["workshop"] or "", row.values["shift"] or ""
    if workshop and workshop not in places:
        return Verdict.refused("workshop", _("本企业没有在用的场所“%(name)s”。") % {"name": workshop})
    if shift and shift not in shifts:
        return Verdict.refused("shift", _("本企业没有在用的班次“%(name)s”。") % {"name": shift})
    new = {
        "workshop": old["workshop"] if "workshop" in ctx.absent else places.get(workshop, ""),
        "shift": old["shift"] if "shift" in ctx.absent else shift,
    }
    spec = TeamSpec(row.values["name"], new["workshop"], new["shift"])
    if team is None:
        return Verdict(Outcome.NEW, carry=spec)
    return compared(old, new, spec)


def save_teams(judged: Sequence[Judged], ctx: Context) -> None:
    """Write the teams that were chosen."""
    store_teams(enterprise=enterprise_of(ctx), by=ctx.by, **split(judged))


def done_url(tab: str) -> Any:
    """Return what gives the address of a tab of the enterprise's page."""

    def url(scope: Scope) -> str:
        return f"/enterprises/{scope.path.rstrip('/').rsplit('/', 1)[-1]}/?tab={tab}"

    return url


SITES = ImportSpec(
    key="territory.sites",
    title=gettext_lazy("企业场所"),
    columns=SITE_COLUMNS,
    natural_key=("code",),
    may=PARTS.may_fill,
    scopes=PARTS.scopes,
    prepare=prepare_sites,
    store=save_sites,
    done_url=done_url("sites"),
    note=gettext_lazy("按编号核对。宿舍楼放在它的房间之前。"),
    max_rows=20_000,
)

TEAMS = ImportSpec(
    key="territory.teams",
    title=gettext_lazy("企业班组"),
    columns=TEAM_COLUMNS,
    natural_key=("name",),
    may=PARTS.may_fill,
    scopes=PARTS.scopes,
    prepare=prepare_teams,
    store=save_teams,
    done_url=done_url("shifts"),
    note=gettext_lazy("按班组名称核对。车间和班次须先登记。"),
    max_rows=20_000,
)
