"""The ledger of returns and the list of key regions as files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.returnees import rules
from pingzhan.domain.returnees.models import Application, Region
from pingzhan.domain.returnees.queries import (
    RegionFilter,
    ReturneeFilter,
    ReturneeRow,
    find_returnees,
    page_rows,
    region_list,
)
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing
from pingzhan.foundation.privacy.masks import mask_name


def filter_of(params: Params) -> ReturneeFilter:
    """Return the filter that the page's own parameters mean."""
    unit = params.get("unit", "")
    return ReturneeFilter(
        unit_id=int(unit) if unit.isdecimal() and len(unit) < 19 else None,
        outcome=params.get("outcome", ""),
        state=params.get("state", ""),
        show=params.get("show") or "open",
    )


def region_filter_of(params: Params) -> RegionFilter:
    """Return the filter that the page of the list means."""
    try:
        on = date.fromisoformat(params.get("on", ""))
    except ValueError:
        on = None
    return RegionFilter(params.get("q", "").strip(), params.get("level", ""), on)


def _returns(actor: Actor, params: Params) -> QuerySet[Application]:
    return find_returnees(rules.visible_to(actor), filter_of(params)).select_related(
        "enterprise", "employment__individual"
    )


def _regions(actor: Actor, params: Params) -> QuerySet[Region]:
    return region_list(rules.visible_regions(actor), region_filter_of(params)).select_related("zone")


def _load(rows: Sequence[Application]) -> Sequence[ReturneeRow]:
    return page_rows(rows, named=lambda _path: True)


def _may(actor: Actor) -> bool:
    return actor.has(Permission.VIEW_LEDGERS)


def _may_regions(actor: Actor) -> bool:
    return actor.has(Permission.VIEW_LEDGERS) or actor.has(Permission.MANAGE_MEASURES)


def _label(field: str) -> Any:
    return lambda one: str(getattr(one.row, f"get_{field}_display")()) or None


RETURNS = Listing(
    key="returnees.applications",
    title=_("返岗台账"),
    columns=(
        OutColumn("enterprise", _("企业"), lambda one: one.row.enterprise.name, width=28),
        OutColumn("employee_no", _("工号"), lambda one: one.employee_no or None, width=12),
        OutColumn("name", _("姓名"), lambda one: one.name, personal=True, mask=mask_name, width=12),
        OutColumn("return_on", _("返岗日期"), lambda one: one.row.return_on, width=14),
        OutColumn("from", _("来自"), lambda one: one.row.from_name or None, width=28),
        OutColumn("outcome", _("判定"), _label("outcome"), width=12),
        OutColumn("earliest", _("最早上岗日期"), lambda one: one.row.earliest, width=14),
        OutColumn("state", _("进度"), _label("state"), width=14),
        OutColumn("declared_by", _("填报人"), _label("declared_by"), width=16),
    ),
    queryset=_returns,
    may=_may,
    load=_load,
)
REGIONS = Listing(
    key="returnees.regions",
    title=_("重点地区名单"),
    columns=(
        OutColumn("code", _("区划代码"), lambda one: one.code, width=14),
        OutColumn("name", _("地区"), lambda one: one.name, width=28),
        OutColumn("level", _("等级"), lambda one: str(one.get_level_display()), width=12),
        OutColumn("begin", _("起"), lambda one: one.begin, width=12),
        OutColumn("end", _("止"), lambda one: one.end, width=12),
        OutColumn("source", _("依据"), lambda one: one.source or None, width=30),
    ),
    queryset=_regions,
    may=_may_regions,
)


def register() -> None:
    """Make both lists known."""
    register_listing(RETURNS)
    register_listing(REGIONS)
