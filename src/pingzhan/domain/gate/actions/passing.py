"""Passages that gate devices report in batches, also days later: stored once, each row answered."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.gate.enums import Direction, PassageKind, PassageOutcome, RefusalReason
from pingzhan.domain.gate.models import Appointment, Passage, VehicleEntry, Visit
from pingzhan.domain.gate.queries.devices import gate_of
from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import Device, DeviceKind
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Invalid, Refused
from pingzhan.kernel.folding import fold
from pingzhan.kernel.plate import Plate

MOST = 5_000
"""Rows of one batch."""
AHEAD = timedelta(minutes=10)
"""How far a device's clock may run ahead."""
OLDEST = timedelta(days=30)
"""How old a passage may be: the queue of a phone is not kept longer."""


@dataclass(frozen=True, slots=True)
class PassageIn:
    """One passage as a device saw it.

    ``ref`` is the employee number, the plate, or the six digits of the visitor's appointment; ``enterprise`` the
    code of the enterprise, which may be empty for a device of one enterprise. ``at`` is the device's clock.
    """

    uuid: uuid.UUID
    kind: str
    direction: str
    at: datetime
    ref: str = ""
    enterprise: str = ""
    outcome: str = PassageOutcome.PASSED.value
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PassageAnswer:
    """What became of a row. ``code`` is stable: '', 'known', 'unknown' (stored, but nobody was found), or why not."""

    uuid: uuid.UUID
    status: Literal["stored", "duplicate", "refused"]
    code: str = ""
    message: str = ""


@transaction.atomic
def record_passages(batch: Sequence[PassageIn], device: Device) -> list[PassageAnswer]:
    """Store what a gate device reports and answer each row in order; a batch sent again is stored once.

    Facts are kept as reported: a worker, visitor or vehicle that is not known is stored as unknown. An exit of a
    visitor or vehicle that is inside closes its entry. Refused rows are wrong in themselves: a time ahead or too
    old, an enterprise outside the device's unit or not that of its gate, unknown words. Raises Refused for a device
    of another use or of a gate that was closed, Invalid for more than MOST rows.
    """
    if device.kind != DeviceKind.GATE:
        raise Refused(_("这个设备不是门岗设备。"), code="device_kind")
    if len(batch) > MOST:
        raise Invalid(_("一次最多上传 %(n)d 条。") % {"n": MOST}, code="batch_size")
    gate = gate_of(device)
    if gate is not None and not gate.active:
        raise Refused(_("这个门岗已停用。"), code="gate_closed", hint=_("请换一个设备，或重新启用门岗。"))
    moment = clock.now()
    served = Unit.objects.filter(path__startswith=device.unit_path, kind=UnitKind.ENTERPRISE)
    if gate is not None:
        served = served.filter(pk=gate.enterprise_id)
    units = list(served.only("pk", "code", "path"))
    known = set(Passage.objects.filter(uuid__in=[row.uuid for row in batch]).values_list("uuid", flat=True))
    by_code = {unit.code: unit for unit in units}
    only = units[0] if len(units) == 1 else None
    answers: dict[uuid.UUID, PassageAnswer] = {}
    sound: list[tuple[PassageIn, Unit, str]] = []
    order: list[PassageAnswer] = []
    for row in batch:
        if row.uuid in known or row.uuid in answers:
            order.append(PassageAnswer(row.uuid, "duplicate", "known", _("这条记录已经收到。")))
            continue
        unit = by_code.get(row.enterprise) if row.enterprise else only
        fault = _fault(row, unit, moment)
        if fault is not None:
            answers[row.uuid] = PassageAnswer(row.uuid, "refused", *fault)
        else:
            assert unit is not None
            sound.append((row, unit, _reference(row)))
            answers[row.uuid] = PassageAnswer(row.uuid, "stored")
        order.append(answers[row.uuid])
    made = _facts(sound, device)
    Passage.objects.bulk_create([fact for fact, _unknown in made], ignore_conflicts=True)
    unknown = {fact.uuid for fact, missing in made if missing}
    _close_entries([fact for fact, _missing in made], device)
    if sound:
        record(
            "gate.passages",
            by=Actor(kind="link", user_id=None, person_id=None, name=device.name, device_id=device.pk),
            subject=("device", device.pk),
            unit_path=device.unit_path,
            body={"stored": len(sound), "refused": sum(one.status == "refused" for one in order)},
        )
    return [
        PassageAnswer(one.uuid, "stored", "unknown", _("已收到，但查无此人此车。"))
        if one.status == "stored" and one.uuid in unknown
        else one
        for one in order
    ]


def _fault(row: PassageIn, unit: Unit | None, moment: datetime) -> tuple[str, str] | None:
    if unit is None:
        return "enterprise", _("这个设备不能登记该企业。")
    if row.kind not in PassageKind.values or row.direction not in Direction.values:
        return "kind", _("对象或方向不对。")
    if row.outcome not in PassageOutcome.values or (
        (row.outcome == PassageOutcome.REFUSED) != (row.reason in RefusalReason.values)
    ):
        return "outcome", _("结果或未放行原因不对。")
    if row.at > moment + AHEAD:
        return "future", _("设备时间晚于现在，请校准设备的时钟。")
    if row.at < moment - OLDEST:
        return "old", _("记录已超过 30 天，不再接收。")
    return None


def _reference(row: PassageIn) -> str:
    """Return the reference as it is looked up; a plate that cannot be one finds nothing."""
    if row.kind == PassageKind.VEHICLE:
        try:
            return str(Plate.parse(row.ref))
        except Invalid:
            return ""
    return fold(row.ref)


def _facts(sound: Sequence[tuple[PassageIn, Unit, str]], device: Device) -> list[tuple[Passage, bool]]:
    """Return the rows to store, each with whether nobody was found. Three queries whatever their number."""
    units = {unit.pk for _row, unit, _ref in sound}

    def references(kind: PassageKind) -> set[str]:
        return {ref for row, _unit, ref in sound if row.kind == kind and ref}

    workers = {
        (firm, number): pk
        for firm, number, pk in Employment.objects.filter(
            enterprise__in=units, employee_no__in=references(PassageKind.WORKER), left__isnull=True
        ).values_list("enterprise_id", "employee_no", "pk")
    }
    visits: dict[tuple[int, str], int] = {
        (firm, code): pk
        for firm, code, pk in Visit.objects.filter(
            enterprise__in=units,
            appointment__code__in=references(PassageKind.VISITOR),
            t_out__isnull=True,
            voided_at__isnull=True,
        )
        .order_by("t_in")
        .values_list("enterprise_id", "appointment__code", "pk")
    }
    expected = set(
        Appointment.objects.filter(
            enterprise__in=units, code__in=references(PassageKind.VISITOR)
        ).values_list("enterprise_id", "code")
    )
    vehicles = {
        (firm, plate): pk
        for firm, plate, pk in VehicleEntry.objects.filter(
            enterprise__in=units,
            plate__in=references(PassageKind.VEHICLE),
            t_out__isnull=True,
            voided_at__isnull=True,
        ).values_list("enterprise_id", "plate", "pk")
    }
    made = []
    for row, unit, ref in sound:
        key = (unit.pk, ref)
        fact = Passage(
            uuid=row.uuid,
            enterprise=unit,
            kind=row.kind,
            direction=row.direction,
            outcome=row.outcome,
            reason=row.reason,
            employment_id=workers.get(key) if row.kind == PassageKind.WORKER else None,
            visit_id=visits.get(key) if row.kind == PassageKind.VISITOR else None,
            vehicle_id=vehicles.get(key) if row.kind == PassageKind.VEHICLE else None,
            device_id=device.pk,
            device_at=row.at,
        )
        found = fact.employment_id or fact.visit_id or fact.vehicle_id
        made.append((fact, not found and key not in expected))
    return made


def _close_entries(facts: Sequence[Passage], device: Device) -> None:
    """Sign out the visitors and vehicles that are reported to have left; never before they came in."""
    for fact in facts:
        if fact.direction != Direction.OUT or fact.outcome != PassageOutcome.PASSED:
            continue
        if fact.visit_id is not None:
            Visit.objects.filter(pk=fact.visit_id, t_out__isnull=True, t_in__lte=fact.device_at).update(
                t_out=fact.device_at, out_by=device.name
            )
        elif fact.vehicle_id is not None:
            VehicleEntry.objects.filter(
                pk=fact.vehicle_id, t_out__isnull=True, t_in__lte=fact.device_at
            ).update(t_out=fact.device_at, out_by=device.name)
