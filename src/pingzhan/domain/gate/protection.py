"""What the gate holds of persons, and how it is shown, kept and overwritten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from pingzhan.domain.gate import personal, rules
from pingzhan.domain.gate.models import Appointment, Passage, VehicleEntry, Visit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.privacy.holders import Holder, register_holder, register_kind
from pingzhan.foundation.privacy.retention import Kept, RetentionRule, register_kept, register_rule
from pingzhan.foundation.privacy.reveal import Revealable, register_revealable
from pingzhan.kernel.errors import NotFound

VISIT, INVITED, DRIVER = "gate_visit", "gate_appointment", "gate_vehicle"
"""What can be opened on the record."""
DAYS = 30
"""reference/domain.md section 14: visitors 30 days, that is 14 days of tracing with a margin."""

_EMPTY_VISIT: dict[str, Any] = {
    "name_sealed": None,
    "id_sealed": None,
    "phone_sealed": None,
    "host_sealed": None,
    "written_sealed": None,
    "whereabouts_sealed": None,
    "temperature": None,
    "health_code": "",
    "travel_code": "",
    "region_level": "",
    "region_rule": "",
    "company": "",
    "plate": "",
}
_EMPTY_APPOINTMENT: dict[str, Any] = {
    "name_sealed": None,
    "phone_sealed": None,
    "host_sealed": None,
    "company": "",
    "plate": "",
    "code": "",
}
_EMPTY_VEHICLE: dict[str, Any] = {"driver_sealed": None, "phone_sealed": None, "escort_sealed": None}
_TABLES: tuple[tuple[Any, dict[str, Any]], ...] = (
    (Visit, _EMPTY_VISIT),
    (Appointment, _EMPTY_APPOINTMENT),
    (VehicleEntry, _EMPTY_VEHICLE),
)


def _holds(empty: dict[str, Any]) -> Q:
    condition = Q(pk__in=[])
    for column, value in empty.items():
        condition |= Q(**{f"{column}__isnull": False}) if value is None else ~Q(**{column: value})
    return condition


def _count(model: Any, empty: dict[str, Any]) -> Callable[[Sequence[int]], int]:
    return lambda ids: model.objects.filter(_holds(empty), subject__in=ids).count()


def _scrub(model: Any, empty: dict[str, Any]) -> Callable[[Sequence[int]], int]:
    return lambda ids: model.objects.filter(_holds(empty), subject__in=ids).update(**empty)


def _old(model: Any, empty: dict[str, Any], field: str) -> Callable[[datetime, int, int], list[int]]:
    def due(now: datetime, days: int, limit: int) -> list[int]:
        before = {f"{field}__lt": now - timedelta(days=days)}
        return list(
            model.objects.filter(_holds(empty), **before).order_by("pk").values_list("pk", flat=True)[:limit]
        )

    return due


def _overwrite(model: Any, empty: dict[str, Any]) -> Callable[[Sequence[int]], int]:
    return lambda ids: model.objects.filter(pk__in=ids).update(**empty)


def passages_due(now: datetime, days: int, limit: int) -> list[int]:
    """Return passages that still name a worker and are older than ``days`` days."""
    return list(
        Passage.objects.filter(device_at__lt=now - timedelta(days=days), employment_id__isnull=False)
        .order_by("device_at")
        .values_list("pk", flat=True)[:limit]
    )


def cut_passages(ids: Sequence[int]) -> int:
    """Cut the tie to the worker; the passage itself is kept for the counts."""
    return Passage.objects.filter(pk__in=ids).update(employment_id=None)


def _revealable(
    rows: Callable[[Actor], Any], columns: dict[str, str], missing: str | Promise
) -> Callable[[Actor, int], Revealable]:
    labels = {
        personal.NAME: gettext_lazy("姓名"),
        personal.NUMBER: gettext_lazy("身份证号码"),
        personal.PHONE: gettext_lazy("手机"),
        personal.HOST: gettext_lazy("受访人"),
        personal.DRIVER: gettext_lazy("司机"),
        personal.ESCORT: gettext_lazy("押运人员"),
        personal.WRITTEN: gettext_lazy("书面登记"),
        personal.WHEREABOUTS: gettext_lazy("最近 14 天到过的地方"),
    }

    def find(actor: Actor, pk: int) -> Revealable:
        found = rows(actor).select_related("enterprise").filter(pk=pk).first()
        if found is None:
            raise NotFound(str(missing))
        texts = personal.opened([found])[found.pk]
        return Revealable(
            subject_id=found.subject_id,
            fields={field: getattr(found, column) for field, column in columns.items()},
            unit_path=found.enterprise.path,
            labels={field: labels[field] for field in columns},
            masked={
                personal.NUMBER: texts.masked_number,
                personal.PHONE: texts.masked_phone,
            },
        )

    return find


def register() -> None:
    """Make all of it known; called when the application is ready."""
    register_kind(personal.VISITOR, gettext_lazy("来访人员"))
    register_kind(personal.VEHICLE, gettext_lazy("货车司机和押运人员"))
    for key, label, kind, (model, empty) in (
        ("gate.visit", gettext_lazy("来访登记"), personal.VISITOR, _TABLES[0]),
        ("gate.appointment", gettext_lazy("来访预约"), personal.VISITOR, _TABLES[1]),
        ("gate.vehicle", gettext_lazy("车辆进出登记"), personal.VEHICLE, _TABLES[2]),
    ):
        register_holder(
            Holder(
                key=key,
                label=label,
                kind=kind,
                count=_count(model, empty),
                scrub=_scrub(model, empty),
                describe=gettext_lazy("加密的姓名、号码和受访人，健康查验结果；销毁后只留进出时间和人数。"),
            )
        )
    basis = gettext_lazy("《个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间。")
    kept = gettext_lazy("没有姓名的进出时间、人数和事由。")
    for key, label, (model, empty), field in (
        ("gate.visits", gettext_lazy("来访人员的个人信息"), _TABLES[0], "t_in"),
        ("gate.appointments", gettext_lazy("来访预约的个人信息"), _TABLES[1], "t1"),
        ("gate.drivers", gettext_lazy("司机和押运人员的个人信息"), _TABLES[2], "t_in"),
    ):
        register_rule(
            RetentionRule(
                key=key,
                label=label,
                purpose=gettext_lazy("发生疫情时查找同时在场的人。"),
                basis=basis,
                days=DAYS,
                due=_old(model, empty, field),
                destroy=_overwrite(model, empty),
                response=True,
                most=60,
                kept=kept,
            )
        )
    register_rule(
        RetentionRule(
            key="gate.passages",
            label=gettext_lazy("门岗进出记录中的职工"),
            purpose=gettext_lazy("发生疫情时查找同时在场的人。"),
            basis=basis,
            days=DAYS,
            due=passages_due,
            destroy=cut_passages,
            response=True,
            most=60,
            kept=kept,
        )
    )
    register_kept(
        Kept(
            key="gate.lots",
            label=gettext_lazy("货物批次和经过"),
            why=gettext_lazy("冷链追溯记录保存不少于两年；其中没有个人信息，只写经办班组。"),
        )
    )
    missing = gettext_lazy("没有这条记录，或您无权查看。")
    register_revealable(
        VISIT,
        _revealable(
            rules.visits_visible_to,
            {
                personal.NAME: "name_sealed",
                personal.NUMBER: "id_sealed",
                personal.PHONE: "phone_sealed",
                personal.HOST: "host_sealed",
                personal.WRITTEN: "written_sealed",
                personal.WHEREABOUTS: "whereabouts_sealed",
            },
            missing,
        ),
    )
    register_revealable(
        INVITED,
        _revealable(
            rules.appointments_visible_to,
            {personal.NAME: "name_sealed", personal.PHONE: "phone_sealed", personal.HOST: "host_sealed"},
            missing,
        ),
    )
    register_revealable(
        DRIVER,
        _revealable(
            rules.vehicles_visible_to,
            {
                personal.DRIVER: "driver_sealed",
                personal.PHONE: "phone_sealed",
                personal.ESCORT: "escort_sealed",
            },
            missing,
        ),
    )
