"""Vehicles at the gate (annex 2 (6): 检查岗、司机不下车、专用通道、全面消毒)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.gate import duties, personal, rules
from pingzhan.domain.gate.actions import common
from pingzhan.domain.gate.actions.common import Refusal
from pingzhan.domain.gate.actions.inviting import read_plate
from pingzhan.domain.gate.actions.marking import take_back
from pingzhan.domain.gate.enums import (
    CabReason,
    Direction,
    MarkKind,
    PassageKind,
    RefusalReason,
    VehiclePurpose,
)
from pingzhan.domain.gate.models import Permit, VehicleEntry
from pingzhan.domain.gate.queries.closing import open_closure
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.validity import checked
from pingzhan.kernel.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Truck:
    """What the guard writes down of a vehicle."""

    plate: str
    driver: str
    phone: str = ""
    escort: str = ""
    stays_in_cab: bool = True
    cab_reason: str = ""
    separate_lane: bool = True
    disinfected: bool = False
    origin: str = ""
    cargo: str = ""
    purpose: VehiclePurpose = VehiclePurpose.DELIVER
    region_told: bool = False
    """Whether the enterprise was told that it comes from a key region, and wants it in."""


@dataclass(frozen=True, slots=True)
class TruckAdmission:
    """The entry, or why the gate did not open."""

    entry: VehicleEntry | None
    refusal: Refusal | None = None


@transaction.atomic
def admit_vehicle(*, enterprise: Unit, truck: Truck, by: Actor) -> TruckAdmission:
    """Let a vehicle in. Under closed management one whose driver leaves the cab must be on the permitted list.

    One that comes from a key region comes in only when the enterprise was told (``region_told``). Raises Refused
    without the right, Invalid with the place, Conflict when this plate is inside already.
    """
    rules.require_gate(by, enterprise)
    common.check_open(enterprise)
    moment = clock.now()
    plate = read_plate(truck.plate)
    if not plate:
        raise Invalid(_("请填写车牌号。"), place="plate")
    texts = {
        personal.DRIVER: personal.read_name(truck.driver, place="driver"),
        personal.PHONE: personal.read_phone(truck.phone),
        personal.ESCORT: personal.read_name(truck.escort, place="escort", required=False),
    }
    if not truck.stays_in_cab and truck.cab_reason not in CabReason.values:
        raise Invalid(_("请选择司机下车的原因。"), place="cab_reason", hint=_("司机和押运人员原则上不下车。"))
    if not truck.stays_in_cab and _shut_to(enterprise, plate):
        refusal = Refusal(
            RefusalReason.NOT_PERMITTED,
            _("企业正在封闭管理，不在准入名单的车辆，司机不能下车。"),
            _("请司机留在车内，由本企业人员装卸；确需下车的，请企业联系人先列入准入名单。"),
        )
        common.note_passage(enterprise, PassageKind.VEHICLE, Direction.IN, at=moment, refusal=refusal.reason)
        record(
            "gate.vehicle_refused", by=by, unit_path=enterprise.path, body={"reason": refusal.reason.value}
        )
        return TruckAdmission(None, refusal)
    inside = VehicleEntry.objects.filter(
        enterprise=enterprise, plate=plate, t_out__isnull=True, voided_at__isnull=True
    ).first()
    if inside is not None:
        raise Conflict(
            _("%(plate)s 已在 %(at)s 登记进入，还没有登记离开。")
            % {"plate": plate, "at": f"{timezone.localtime(inside.t_in):%m-%d %H:%M}"},
            place="plate",
            hint=_("请先登记离开，再登记这一次进入。"),
            code="vehicle_inside",
        )
    came_from = personal.read_words(truck.origin, place="origin")
    origin = common.check_origin(enterprise, came_from, clock.today(), told=truck.region_told)
    subject, sealed = personal.sealed(personal.VEHICLE, texts)
    entry = VehicleEntry(
        enterprise=enterprise,
        subject_id=subject,
        plate=plate,
        driver_sealed=sealed[personal.DRIVER],
        phone_sealed=sealed[personal.PHONE],
        escort_sealed=sealed[personal.ESCORT],
        stays_in_cab=truck.stays_in_cab,
        cab_reason="" if truck.stays_in_cab else truck.cab_reason,
        separate_lane=truck.separate_lane,
        disinfected=truck.disinfected,
        origin=came_from,
        region_level=origin.level if origin is not None else "",
        region_rule=origin.version if origin is not None else "",
        cargo=personal.read_words(truck.cargo, place="cargo"),
        purpose=truck.purpose,
        t_in=moment,
        in_by=by.name,
    )
    checked(entry, exclude=["subject", "enterprise"])
    entry.save(force_insert=True)
    take_back(enterprise, MarkKind.NO_GOODS, by=by, at=moment)
    duties.driven(entry, by)
    common.note_passage(enterprise, PassageKind.VEHICLE, Direction.IN, at=moment, vehicle_id=entry.pk)
    record(
        "gate.vehicle_in",
        by=by,
        subject=("vehicle_entry", entry.pk),
        unit_path=enterprise.path,
        body={"disinfected": entry.disinfected, "in_cab": entry.stays_in_cab},
    )
    return TruckAdmission(entry)


def _shut_to(enterprise: Unit, plate: str) -> bool:
    if open_closure(enterprise) is None:
        return False
    listed = Permit.objects.filter(enterprise=enterprise, plate=plate, ended_at__isnull=True)
    return not listed.filter(Q(until__isnull=True) | Q(until__gte=clock.today())).exists()


def _lock(pk: int, by: Actor) -> VehicleEntry:
    found = (
        rules.vehicles_visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这条车辆记录，或您无权查看。"))
    rules.require_gate(by, found.enterprise)
    if found.voided_at is not None:
        raise Conflict(_("这条车辆记录已经作废。"), code="voided")
    return found


def _check_inside(entry: VehicleEntry) -> None:
    if entry.t_out is not None:
        raise Conflict(
            _("%(who)s已在 %(at)s 登记离开。")
            % {"who": entry.out_by, "at": f"{timezone.localtime(entry.t_out):%m-%d %H:%M}"},
            code="signed_out",
        )


@transaction.atomic
def vehicle_out(*, entry_id: int, by: Actor) -> VehicleEntry:
    """Note that a vehicle has left. Conflict, naming who and when, when somebody was faster."""
    found = _lock(entry_id, by)
    _check_inside(found)
    found.t_out, found.out_by = clock.now(), by.name
    found.save(update_fields=["t_out", "out_by"])
    common.note_passage(
        found.enterprise, PassageKind.VEHICLE, Direction.OUT, at=found.t_out, vehicle_id=found.pk
    )
    record("gate.vehicle_out", by=by, subject=("vehicle_entry", found.pk), unit_path=found.enterprise.path)
    return found


@transaction.atomic
def disinfect_vehicle(*, entry_id: int, by: Actor) -> VehicleEntry:
    """Note that a vehicle that is inside was disinfected after it had been let in. Conflict when it has left."""
    found = _lock(entry_id, by)
    _check_inside(found)
    if not found.disinfected:
        found.disinfected = True
        found.save(update_fields=["disinfected"])
        record(
            "gate.vehicle_disinfected",
            by=by,
            subject=("vehicle_entry", found.pk),
            unit_path=found.enterprise.path,
        )
    return found


@transaction.atomic
def void_vehicle(*, entry_id: int, by: Actor) -> VehicleEntry:
    """Mark an entry that was made by mistake. Conflict when goods are registered on it."""
    found = _lock(entry_id, by)
    if found.carried.exists():
        raise Conflict(_("已有货物批次登记在这辆车上，不能作废。"), code="carries_goods")
    VehicleEntry.objects.filter(pk=found.pk).update(voided_at=Now())
    duties.vehicle_voided(found, by)
    record("gate.vehicle_voided", by=by, subject=("vehicle_entry", found.pk), unit_path=found.enterprise.path)
    return found
