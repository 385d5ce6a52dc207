"""Which gate a phone or reader belongs to."""

from __future__ import annotations

from collections.abc import Iterable

from pingzhan.domain.gate.models import GateDevice
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site
from pingzhan.foundation.access.models import Device


def gate_of(device: Device) -> Site | None:
    """Return the gate a device is bound to, None when it serves its whole unit. One query."""
    found = GateDevice.objects.select_related("site__enterprise").filter(device=device).first()
    return found.site if found is not None else None


def gate_names(device_ids: Iterable[int]) -> dict[int, str]:
    """Return the names of the gates of devices, by device. One query."""
    rows = GateDevice.objects.filter(device__in=list(device_ids))
    return dict(rows.values_list("device_id", "site__name"))


def other_gates(device_ids: Iterable[int]) -> dict[int, list[Site]]:
    """Return by device the gates it can be moved to: the other open ones of its enterprise. Two queries at most."""
    bound = GateDevice.objects.filter(device__in=list(device_ids)).values_list(
        "device_id", "site_id", "site__enterprise_id"
    )
    held = list(bound)
    gates = Site.objects.filter(
        enterprise__in={enterprise for _device, _site, enterprise in held}, kind=SiteKind.GATE, active=True
    ).order_by("code")
    found: dict[int, list[Site]] = {}
    for gate in gates:
        for device, site, enterprise in held:
            if gate.enterprise_id == enterprise and gate.pk != site:
                found.setdefault(device, []).append(gate)
    return found
