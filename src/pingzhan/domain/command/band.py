"""The posture band of each page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from pingzhan.domain.command.queries.posture import band_data
from pingzhan.domain.territory.api import zones
from pingzhan.foundation.access.actor import request_actor


def band(request: HttpRequest) -> dict[str, Any]:
    """Return the band of the zone this request's person belongs to, else of the first zone. Three queries."""
    found = list(zones())
    if not found:
        return {}
    paths = [path for _role, path in request_actor(request).grants]
    zone = next(
        (one for one in found if any(path.startswith(one.path) for path in paths if path != "/")), found[0]
    )
    data = band_data(zone)
    return {
        "posture": str(data.posture),
        "level": data.level,
        "since": data.since,
        "unit_name": data.zone_name,
        "differing": [
            {"name": one.name, "posture": "emergency", "level": one.level, "since": one.since}
            for one in data.differing
        ],
        "world": 0,
        "basis": data.basis or None,
    }
