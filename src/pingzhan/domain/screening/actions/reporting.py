"""A laboratory's programs: their token is bound to the laboratory, and what they report is answered item by item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.screening.actions.intake import read_code, read_reason
from pingzhan.domain.screening.actions.laboratory import ResultIn, enter_in
from pingzhan.domain.screening.enums import ResultSource
from pingzhan.domain.screening.models import Laboratory, LaboratoryDevice, Result, Sample, Tube
from pingzhan.domain.screening.writings import fault_words
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.models import Device, DeviceKind
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused

SHAPE = "shape"


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of a reported result. ``fault`` is stable, ``why`` is for people; both empty where it was taken."""

    row: int
    code: str
    status: Literal["stored", "corrected", "same", "refused"]
    fault: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class TubeTold:
    """A tube as its laboratory is told of it: its swabs by number and time, and the result that holds."""

    tube: Tube
    swabs: list[tuple[UUID, datetime]]
    result: Result | None


def laboratory_of_device(device: Device) -> Laboratory:
    """Return the laboratory of a token. Refused for a phone, and for one that no working laboratory holds."""
    if device.kind != DeviceKind.LABORATORY:
        raise Refused(_("这个设备不是实验室接口。"), code="device_kind")
    found = (
        LaboratoryDevice.objects.filter(device_id=device.pk, laboratory__active=True)
        .select_related("laboratory__zone")
        .first()
    )
    if found is None:
        raise Refused(
            _("这个接口没有分给实验室。"),
            code="device_laboratory",
            hint=_("请核酸检测组在实验室页面把接口分给实验室。"),
        )
    return found.laboratory


@transaction.atomic
def bind_device(*, device: Device, laboratory: Laboratory, by: Actor) -> None:
    """Give a token to a laboratory, taking it from the one that had it: it may report what the actor may enter.

    Refused without ENTER_RESULTS, Invalid for a device that is no laboratory's of the zone, Conflict for one that
    was stopped.
    """
    zone = laboratory.zone
    require(by, Permission.ENTER_RESULTS, zone.path)
    if device.kind != DeviceKind.LABORATORY or not device.unit_path.startswith(zone.path):
        raise Invalid(_("请选择本开发区的实验室接口。"), place="device")
    if device.revoked_at is not None or not laboratory.active:
        raise Conflict(_("这个接口或这个实验室已停用。"))
    LaboratoryDevice.objects.update_or_create(device=device, defaults={"laboratory": laboratory})
    record(
        "screening.key_bound", by=by, subject=("device", device.pk), unit_path=zone.path,
        body={"laboratory": laboratory.pk},
    )  # fmt: skip


@transaction.atomic
def free_device(*, device: Device, by: Actor) -> None:
    """Take a token from its laboratory: it reports nothing any more.

    Refused without ENTER_RESULTS, Conflict when no laboratory has it.
    """
    found = LaboratoryDevice.objects.filter(device=device).select_related("laboratory__zone").first()
    if found is None:
        raise Conflict(_("这个接口没有分给实验室。"))
    zone = found.laboratory.zone
    require(by, Permission.ENTER_RESULTS, zone.path)
    found.delete()
    record("screening.key_freed", by=by, subject=("device", device.pk), unit_path=zone.path, body={})


@transaction.atomic
def report_results(
    *, device: Device, results: Sequence[ResultIn], source: ResultSource, by: Actor
) -> list[Reported]:
    """Enter what a laboratory's programs report and answer each in order; one misshapen holds no other up.

    Only tubes of the laboratory's zone are there for it. Refused for a device of no laboratory.
    """
    zone = laboratory_of_device(device).zone
    found: list[Reported | None] = []
    sound: list[ResultIn] = []
    for one in results:
        try:
            read_code(one.code, place="code")
            read_reason(one.correction, place="correction")
        except Invalid as error:
            found.append(Reported(one.row, one.code[:60], "refused", SHAPE, error.message))
        else:
            found.append(None)
            sound.append(one)
    entered = iter(enter_in(zone, sound, source, by) if sound else ())
    answers: list[Reported] = []
    for place in found:
        if place is None:
            one_answer = next(entered)
            fault = one_answer.fault
            answers.append(
                Reported(
                    one_answer.row, one_answer.code, one_answer.status, fault.value if fault else "",
                    fault_words(fault) if fault else "",
                )
            )  # fmt: skip
        else:
            answers.append(place)
    return answers


@transaction.atomic
def read_tube(*, device: Device, code: str, by: Actor) -> TubeTold:
    """Return a tube of the laboratory's zone without anybody's name. The reading is recorded.

    Refused for a device of no laboratory, NotFound for a tube nobody knows there.
    """
    zone = laboratory_of_device(device).zone
    try:
        known = read_code(code, place="code")
    except Invalid:
        known = ""
    tube = Tube.objects.filter(code=known, round__zone=zone).first()
    if tube is None:
        raise NotFound(
            _("没有这个管码。"), hint=_("采样手机还没有上传的，等上传后再查。"), code="unknown_tube"
        )
    rows = Sample.objects.filter(tube_id=tube.pk, refused=0).order_by("place", "taken_at", "pk")
    swabs = [(one.pk, one.taken_at - timedelta(milliseconds=one.skew_ms)) for one in rows]
    result = Result.objects.filter(tube=tube, corrected_by__isnull=True).first()
    record(
        "screening.tube_read",
        by=by,
        subject=("tube", tube.pk),
        unit_path=zone.path,
        body={"swabs": len(swabs)},
    )
    return TubeTold(tube, swabs, result)
