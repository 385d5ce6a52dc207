"""Visits, vehicles and lots of goods as files; personal columns are masked for whoever may not have them whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from pingzhan.domain.gate import rules
from pingzhan.domain.gate.importers.appointments import APPOINTMENTS
from pingzhan.domain.gate.importers.lots import LOTS
from pingzhan.domain.gate.models import Appointment, GoodsLot, VehicleEntry, Visit
from pingzhan.domain.gate.queries.gate import Entry, entries, expected, of_days
from pingzhan.domain.gate.queries.goods import LotFilter, find_lots
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, Value, register_listing
from pingzhan.foundation.imports.spec import Column
from pingzhan.foundation.privacy.masks import mask_name, mask_phone


def _day(params: Params) -> date:
    try:
        return date.fromisoformat(params.get("day", ""))
    except ValueError:
        return timezone.localdate()


def narrowed(rows: QuerySet[Any], params: Params) -> QuerySet[Any]:
    """Return the rows of the enterprise an address names by ``unit``, all of them when it names none."""
    unit = params.get("unit", "")
    return rows.filter(enterprise=int(unit)) if unit.isdecimal() else rows


def _visits(actor: Actor, params: Params) -> QuerySet[Visit]:
    day = _day(params)
    rows = of_days(narrowed(rules.visits_visible_to(actor), params), day, day)
    return rows.filter(voided_at__isnull=True).select_related("enterprise")


def _vehicles(actor: Actor, params: Params) -> QuerySet[VehicleEntry]:
    day = _day(params)
    rows = of_days(narrowed(rules.vehicles_visible_to(actor), params), day, day)
    return rows.filter(voided_at__isnull=True).select_related("enterprise")


def _lots(actor: Actor, params: Params) -> QuerySet[GoodsLot]:
    wanted = LotFilter(
        words=params.get("q", "")[:60], goods_class=params.get("kind", ""), state=params.get("state", "")
    )
    rows = find_lots(narrowed(rules.lots_visible_to(actor), params), wanted)
    return rows.select_related("enterprise", "storage")


def _opened(rows: Sequence[Any]) -> Sequence[Entry]:
    return entries(rows)


def _sees_gate(actor: Actor) -> bool:
    return any(actor.has(permission) for permission in rules.GATE_READERS)


def _sees_goods(actor: Actor) -> bool:
    return actor.has(Permission.VIEW_LEDGERS)


VISITS = Listing(
    key="gate.visits",
    title=gettext_lazy("来访登记"),
    columns=(
        OutColumn("enterprise", gettext_lazy("企业"), lambda one: one.row.enterprise.name, width=20),
        OutColumn("name", gettext_lazy("姓名"), lambda one: one.texts.name, personal=True, mask=mask_name),
        OutColumn("phone", gettext_lazy("手机"), lambda one: one.texts.phone, personal=True, mask=mask_phone),
        OutColumn(
            "number", gettext_lazy("身份证号码"), lambda one: one.texts.number, personal=True, width=20
        ),
        OutColumn("host", gettext_lazy("找谁"), lambda one: one.texts.host, personal=True, mask=mask_name),
        OutColumn("reason", gettext_lazy("事由"), lambda one: one.row.get_reason_display()),
        OutColumn("persons", gettext_lazy("人数"), lambda one: one.row.persons, width=8),
        OutColumn("region", gettext_lazy("来自重点地区"), lambda one: one.region, width=20),
        OutColumn("t_in", gettext_lazy("进入"), lambda one: one.row.t_in, width=18),
        OutColumn("t_out", gettext_lazy("离开"), lambda one: one.row.t_out, width=18),
    ),
    queryset=_visits,
    may=_sees_gate,
    load=_opened,
)
VEHICLES = Listing(
    key="gate.vehicles",
    title=gettext_lazy("车辆进出登记"),
    columns=(
        OutColumn("enterprise", gettext_lazy("企业"), lambda one: one.row.enterprise.name, width=20),
        OutColumn("plate", gettext_lazy("车牌号"), lambda one: one.row.plate),
        OutColumn(
            "driver", gettext_lazy("司机"), lambda one: one.texts.driver, personal=True, mask=mask_name
        ),
        OutColumn("phone", gettext_lazy("手机"), lambda one: one.texts.phone, personal=True, mask=mask_phone),
        OutColumn("purpose", gettext_lazy("来意"), lambda one: one.row.get_purpose_display()),
        OutColumn("cargo", gettext_lazy("所载货物"), lambda one: one.row.cargo),
        OutColumn("origin", gettext_lazy("从何处来"), lambda one: one.row.origin),
        OutColumn("region", gettext_lazy("来自重点地区"), lambda one: one.region, width=20),
        OutColumn("cab", gettext_lazy("司机不下车"), lambda one: one.row.stays_in_cab, width=10),
        OutColumn("lane", gettext_lazy("走专用通道"), lambda one: one.row.separate_lane, width=10),
        OutColumn("clean", gettext_lazy("车辆已消毒"), lambda one: one.row.disinfected, width=10),
        OutColumn("t_in", gettext_lazy("进入"), lambda one: one.row.t_in, width=18),
        OutColumn("t_out", gettext_lazy("离开"), lambda one: one.row.t_out, width=18),
    ),
    queryset=_vehicles,
    may=_sees_gate,
    load=_opened,
)


def _appointments(actor: Actor, params: Params) -> QuerySet[Appointment]:
    rows = narrowed(rules.appointments_visible_to(actor), params)
    return expected(rows, timezone.now()).select_related("enterprise")


def _appointment(one: Entry, key: str) -> Value:
    row = one.row
    t0, t1 = timezone.localtime(row.t0), timezone.localtime(row.t1)
    found: dict[str, Value] = {
        "reason": row.get_reason_display(),
        "day": t0.date(),
        "t0": f"{t0:%H:%M}",
        "last_day": t1.date(),
        "t1": f"{t1:%H:%M}",
    }
    if key in found:
        return found[key]
    return (getattr(one.texts, key) if key in _SEALED else getattr(row, key)) or None


def _appointment_column(column: Column) -> OutColumn:
    return OutColumn(
        column.key,
        column.title,
        lambda one: _appointment(one, column.key),
        personal=column.personal,
        mask=mask_phone if column.key == "phone" else mask_name,
        width=column.width,
    )


_SEALED = ("name", "phone", "host")
# The code that opens the gate is not in the file.
APPOINTMENT_LIST = Listing(
    key="gate.appointments",
    title=gettext_lazy("来访预约名单"),
    columns=(
        *(_appointment_column(one) for one in APPOINTMENTS.columns),
        OutColumn("enterprise", gettext_lazy("企业"), lambda one: one.row.enterprise.name, width=20),
        OutColumn("state", gettext_lazy("状态"), lambda one: one.row.get_state_display(), width=10),
    ),
    queryset=_appointments,
    may=_sees_gate,
    load=_opened,
)


def _lot_value(lot: GoodsLot, key: str) -> Value:
    local = timezone.localtime(lot.arrived_at)
    found: dict[str, Value] = {
        "goods_class": lot.get_goods_class_display(),
        "arrived": local.date(),
        "arrived_time": f"{local:%H:%M}",
        "storage": lot.storage.code if lot.storage is not None else None,
        "release": None,
    }
    value: Value = found[key] if key in found else getattr(lot, key)
    return value if value != "" else None


def _column(key: str, title: Any, width: int) -> OutColumn:
    return OutColumn(key, title, lambda lot: _lot_value(lot, key), width=width)


# The columns of the import first, so that what went out can come in again.
LOT_LIST = Listing(
    key="gate.lots",
    title=gettext_lazy("货物批次"),
    columns=(
        *(_column(one.key, one.title, one.width) for one in LOTS.columns),
        OutColumn("enterprise", gettext_lazy("企业"), lambda lot: lot.enterprise.name, width=20),
        OutColumn("state", gettext_lazy("状态"), lambda lot: lot.get_state_display()),
        OutColumn("days", gettext_lazy("静置天数"), lambda lot: lot.rule_days, width=10),
        OutColumn("source", gettext_lazy("规定出处"), lambda lot: lot.rule_source, width=30),
        OutColumn("released", gettext_lazy("放行时间"), lambda lot: lot.released_at, width=18),
    ),
    queryset=_lots,
    may=_sees_goods,
)


def register() -> None:
    """Make the lists exportable."""
    for listing in (VISITS, APPOINTMENT_LIST, VEHICLES, LOT_LIST):
        register_listing(listing)
