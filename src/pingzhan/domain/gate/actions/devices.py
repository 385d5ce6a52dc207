"""Binding a gate's phone or reader to its gate."""

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
from pingzhan.kernel.errors import Conflict, Invalid


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
