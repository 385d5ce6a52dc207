"""Binding a gate's phone or reader to its gate, and moving it to another one."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.gate.models import GateDevice
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.models import Device, DeviceKind
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound


@transaction.atomic
def bind_to_gate(*, device: Device, site: Site, by: Actor) -> None:
    """Give a gate device to a gate of its unit; a device that had another gate changes over. Recorded.

    Raises Refused without MANAGE_DEVICES at the device's unit, Invalid for another kind of device or of site or
    one outside the device's unit, Conflict for a device that was stopped or a gate that is closed.
    """
    require(by, Permission.MANAGE_DEVICES, device.unit_path)
    if device.kind != DeviceKind.GATE:
        raise Invalid(_("只有门岗设备可以绑定门岗。"), place="gate", code="device_kind")
    if site.kind != SiteKind.GATE or not site.enterprise.path.startswith(device.unit_path):
        raise Invalid(_("请选择这个单位的门岗。"), place="gate", code="gate_elsewhere")
    if device.revoked_at is not None or not site.active:
        raise Conflict(_("这个设备或这个门岗已停用。"), code="gate_over")
    GateDevice.objects.update_or_create(device=device, defaults={"site": site})
    record(
        "gate.device_bound",
        by=by,
        subject=("device", device.pk),
        unit_path=site.enterprise.path,
        body={"site": site.pk},
    )


@transaction.atomic
def move_to_gate(*, device_id: int, site_id: int, by: Actor) -> Site:
    """Give a bound device to another gate of the same enterprise, and return that gate. Recorded.

    What the phone holds and sends later is of the same enterprise, so nothing it reports changes its place.
    NotFound for a device that is not there or not the actor's to see; Invalid for anything but a gate of the
    enterprise; Conflict for a device without a gate, one that was stopped, a gate that is closed or its own.
    """
    device = Device.objects.select_for_update(no_key=True).filter(pk=device_id).first()
    if device is None or not by.has(Permission.MANAGE_DEVICES, device.unit_path):
        require(by, Permission.MANAGE_DEVICES)
        raise NotFound(_("没有这个设备。"), code="device")
    bound = GateDevice.objects.select_related("site").filter(device=device).first()
    if bound is None:
        raise Conflict(
            _("这个设备没有绑定门岗。"), hint=_("请停用后重新发放，发放时选择门岗。"), code="gate_none"
        )
    site = Site.objects.select_related("enterprise").filter(pk=site_id).first()
    if (
        site is None
        or site.kind != SiteKind.GATE
        or site.enterprise_id != bound.site.enterprise_id
        or not site.enterprise.path.startswith(device.unit_path)
    ):
        raise Invalid(_("请选择同一企业的门岗。"), place="gate", code="gate_elsewhere")
    if device.revoked_at is not None or not site.active:
        raise Conflict(_("这个设备或这个门岗已停用。"), code="gate_over")
    if site.pk == bound.site_id:
        raise Conflict(_("这个设备已经在这个门岗。"), code="gate_same")
    before, bound.site = bound.site_id, site
    bound.save(update_fields=["site"])
    record(
        "gate.device_moved",
        by=by,
        subject=("device", device.pk),
        unit_path=site.enterprise.path,
        body={"from": before, "to": site.pk},
    )
    return site
