"""Where enterprises and laboratories lie, in kilometres of the park plan."""

from __future__ import annotations

from collections.abc import Collection

from pingzhan.domain.territory.api import outline_of, plan_of
from pingzhan.domain.territory.models import Unit

Spot = tuple[float, float]


def spots(zone: Unit, firms: Collection[Unit]) -> dict[int, Spot]:
    """Return the middle of each enterprise's plot; those not drawn lie in the middle of the drawn ones."""
    plan = plan_of(zone)
    found: dict[int, Spot] = {}
    for firm in firms:
        corners = outline_of(plan, firm.code)
        if corners:
            x, y = _middle(corners)
            found[firm.pk] = (round(x / 1000, 3), round(y / 1000, 3))
    centre = _middle(list(found.values())) if found else (0.0, 0.0)
    return {firm.pk: found.get(firm.pk, centre) for firm in firms}


def _middle(points: Collection[Spot]) -> Spot:
    return sum(x for x, _y in points) / len(points), sum(y for _x, y in points) / len(points)
