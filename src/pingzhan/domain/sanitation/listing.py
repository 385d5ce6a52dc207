"""Cleaning and airing, and the areas, as files; the first columns are those of the imports."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.sanitation import rules
from pingzhan.domain.sanitation.importers import areas
from pingzhan.domain.sanitation.importers.records import COLUMNS
from pingzhan.domain.sanitation.models import Area, Record
from pingzhan.domain.sanitation.queries.books import RecordFilter, find_records
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, Value, register_listing


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _records(actor: Actor, params: Params) -> QuerySet[Record]:
    wanted = RecordFilter(
        kind=params.get("kind", ""),
        words=params.get("q", "")[:60],
        first=_day(params.get("first", "")),
        last=_day(params.get("last", "")),
    )
    rows = rules.records_visible_to(actor)
    unit = params.get("unit", "")
    if unit.isdecimal():
        rows = rows.filter(enterprise=int(unit))
    return find_records(rows, wanted).select_related("enterprise", "area", "entry")


def _value(row: Record, key: str) -> Value:
    local = timezone.localtime(row.at)
    found: dict[str, Value] = {
        "area": row.area.name,
        "kind": row.get_kind_display(),
        "day": local.date(),
        "time": f"{local:%H:%M}",
        "agent": row.get_agent_display() or None,
        "note": row.note or None,
    }
    value: Value = found[key] if key in found else getattr(row, key)
    return value


def _state(row: Record) -> str:
    if row.voided_at is not None:
        return _("已作废：%(why)s") % {"why": row.void_reason}
    return _("有效") if row.is_enough else _("时间不足")


def _column(key: str, title: Any, width: int) -> OutColumn:
    return OutColumn(key, title, lambda row: _value(row, key), width=width)


def _sees(actor: Actor) -> bool:
    return actor.has(Permission.VIEW_LEDGERS)


RECORD_LIST = Listing(
    key="sanitation.records",
    title=gettext_lazy("消杀通风记录"),
    columns=(
        *(_column(one.key, one.title, one.width) for one in COLUMNS),
        OutColumn("enterprise", gettext_lazy("企业"), lambda row: row.enterprise.name, width=20),
        OutColumn("by", gettext_lazy("登记人"), lambda row: row.by_name, width=12),
        OutColumn("how", gettext_lazy("登记方式"), lambda row: row.entry.get_how_display(), width=12),
        OutColumn("state", gettext_lazy("状态"), _state, width=16),
    ),
    queryset=_records,
    may=_sees,
)


def _areas(actor: Actor, params: Params) -> QuerySet[Area]:
    rows = rules.areas_visible_to(actor).filter(retired_at__isnull=True)
    unit = params.get("unit", "")
    if unit.isdecimal():
        rows = rows.filter(enterprise=int(unit))
    return rows.select_related("enterprise", "site").order_by("enterprise__name", "-is_key", "kind", "name")


def _area_value(area: Area, key: str) -> Value:
    found: dict[str, Value] = {
        "kind": area.get_kind_display(),
        "agent": area.get_agent_display(),
        "retires": None,
    }
    value: Value = found[key] if key in found else areas.shown(area, key)
    return value


def _area_column(key: str, title: Any, width: int) -> OutColumn:
    return OutColumn(key, title, lambda area: _area_value(area, key), width=width)


AREA_LIST = Listing(
    key="sanitation.areas",
    title=gettext_lazy("消杀区域"),
    columns=(
        *(_area_column(one.key, one.title, one.width) for one in areas.COLUMNS),
        OutColumn("enterprise", gettext_lazy("企业"), lambda area: area.enterprise.name, width=20),
    ),
    queryset=_areas,
    may=_sees,
)


def register() -> None:
    """Make the lists exportable."""
    register_listing(RECORD_LIST)
    register_listing(AREA_LIST)
