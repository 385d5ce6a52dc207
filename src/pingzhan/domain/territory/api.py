"""All that other modules and pages may call of the territory module."""

from pingzhan.domain.territory.actions import create_unit, import_plan, move_unit, rename_unit
from pingzhan.domain.territory.queries import (
    Node,
    level_ordered,
    paths_above,
    plan_of,
    subtree,
    tree,
    unit_by_code,
    zone_of,
    zones,
)
from pingzhan.domain.territory.rules import can_edit, can_see, visible_to

__all__ = [
    "Node",
    "can_edit",
    "can_see",
    "create_unit",
    "import_plan",
    "level_ordered",
    "move_unit",
    "paths_above",
    "plan_of",
    "rename_unit",
    "subtree",
    "tree",
    "unit_by_code",
    "visible_to",
    "zone_of",
    "zones",
]
