"""Enterprises, sites, shifts and teams as files: the columns of the imports, so what went out can come in again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from pingzhan.domain.territory import rules
from pingzhan.domain.territory.importers.enterprises import ENTERPRISES, value_of
from pingzhan.domain.territory.importers.parts import SITES, TEAMS
from pingzhan.domain.territory.importers.shifts import SHIFTS
from pingzhan.domain.territory.models import Enterprise, Shift, Site, Team
from pingzhan.domain.territory.queries.register import EnterpriseFilter, find
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, Value, register_listing
from pingzhan.foundation.imports.cells import as_shown
from pingzhan.foundation.imports.spec import Column, ImportSpec, Kind


def filter_of(params: Params) -> EnterpriseFilter:
    """Return the filter that the parameters of the list's page mean; a wrong value limits nothing."""
    flag = params.get("flag", "")
    return EnterpriseFilter(
        words=params.get("q", "")[:60],
        area=params.get("area", ""),
        industry=params.get("industry", ""),
        risk=params.get("risk", ""),
        status=params.get("status", ""),
        flags=[flag] if flag else [],
        order=params.get("order", "") or "name",
    )


def _enterprises(actor: Actor, params: Params) -> QuerySet[Enterprise]:
    return find(rules.enterprises_visible_to(actor), filter_of(params))


def _of_enterprise(params: Params) -> dict[str, Any]:
    return {"enterprise__code": params.get("enterprise", ""), "active": True}


def _sites(actor: Actor, params: Params) -> QuerySet[Site]:
    seen = within("enterprise__path", actor.paths(Permission.VIEW_ENTERPRISES))
    rows = Site.objects.filter(seen, **_of_enterprise(params)).select_related("parent")
    # What lies in a dormitory comes after the dormitories, as the import wants it.
    return rows.alias(nested=Q(parent__isnull=False)).order_by("nested", "code")


def _shifts(actor: Actor, params: Params) -> QuerySet[Shift]:
    seen = within("enterprise__path", actor.paths(Permission.VIEW_ENTERPRISES))
    return Shift.objects.filter(seen, **_of_enterprise(params)).order_by("start", "name")


def _teams(actor: Actor, params: Params) -> QuerySet[Team]:
    seen = within("enterprise__path", actor.paths(Permission.VIEW_ENTERPRISES))
    rows = Team.objects.filter(seen, **_of_enterprise(params))
    return rows.select_related("workshop", "shift").order_by("name")


def _may(actor: Actor) -> bool:
    return actor.has(Permission.VIEW_ENTERPRISES)


def _enterprise_value(key: str) -> Callable[[Any], Any]:
    if key == "area":
        return lambda file: file.unit.parent.name
    if key == "code":
        return lambda file: file.unit.code
    return lambda file: value_of(file, key)


def _row_value(key: str) -> Callable[[Any], Any]:
    if key in ("parent", "workshop"):
        return lambda row: getattr(row, key).code if getattr(row, key) else None
    if key == "over":
        return lambda row: row.crosses_midnight
    if key == "shift":
        return lambda row: row.shift.name if row.shift else None
    return lambda row: getattr(row, key)


def _out(column: Column, get: Callable[[Any], Any]) -> OutColumn:
    def value(row: Any) -> Value:
        found = get(row)
        if found in (None, ""):
            return None
        return found if column.kind is Kind.INTEGER else as_shown(column, found)

    return OutColumn(column.key, column.title, value, width=column.width)


def _listing(
    spec: ImportSpec,
    get: Callable[[str], Callable[[Any], Any]],
    rows: Callable[[Actor, Params], QuerySet[Any]],
) -> Listing:
    columns = tuple(_out(column, get(column.key)) for column in spec.columns)
    return Listing(key=spec.key, title=spec.title, columns=columns, queryset=rows, may=_may)


LISTINGS = (
    _listing(ENTERPRISES, _enterprise_value, _enterprises),
    _listing(SITES, _row_value, _sites),
    _listing(SHIFTS, _row_value, _shifts),
    _listing(TEAMS, _row_value, _teams),
)


def register() -> None:
    """Make the lists exportable."""
    for listing in LISTINGS:
        register_listing(listing)
