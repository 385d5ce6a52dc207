"""The roster of one enterprise for its devices: numbers, teams, masked names; the reading is recorded."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Placement
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.audit import record
from pingzhan.foundation.privacy.masks import mask_name
from pingzhan.kernel.errors import Refused


def teams(device: Device, actor: Actor) -> list[dict[str, Any]]:
    """Return the teams of the device's enterprise. Refused (403) for a device of more than one enterprise."""
    unit = Unit.objects.filter(path=device.unit_path, kind=UnitKind.ENTERPRISE).first()
    if unit is None:
        raise Refused(_("这个设备不属于一家企业，不能取花名册。"), code="device_unit")
    placed = list(
        Placement.objects.filter(enterprise=unit, t1__isnull=True, employment__left__isnull=True)
        .select_related("team", "employment__individual")
        .order_by("team_id", "employment_id")
    )
    texts = people.opened([one.employment.individual for one in placed], fields=("name",))
    found: dict[int, dict[str, Any]] = {}
    for one in placed:
        team = found.setdefault(
            one.team_id or 0,
            {
                "enterprise": unit.code,
                "team": one.team_id or 0,
                "name": one.team.name if one.team is not None else "",
                "workers": [],
            },
        )
        name = texts[one.employment.individual_id].name or ""
        team["workers"].append({"person": one.employment_id, "name": mask_name(name)})
    record(
        "health.roster_read", by=actor, subject=("device", device.pk), unit_path=unit.path,
        body={"workers": len(placed)},
    )  # fmt: skip
    return list(found.values())
