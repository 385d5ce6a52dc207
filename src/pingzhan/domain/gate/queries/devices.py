"""Which gate a phone or reader belongs to."""

from __future__ import annotations

from collections.abc import Iterable

from pingzhan.domain.gate.models import GateDevice
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
