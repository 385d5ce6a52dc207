"""Reads of the tree of places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import ParkPlan, Unit
from pingzhan.kernel.errors import NotFound


@dataclass
class Node:
    """A unit with the units directly below it; ``depth`` is 0 at the root of the tree asked for."""

    unit: Unit
    depth: int
    children: list[Node] = field(default_factory=list)


def paths_above(path: str) -> list[str]:
    """Return the paths of all units a path lies in, the root first and the path itself last.

    ``paths_above('/1/3/') == ['/1/', '/1/3/']``; the order is what a gravest-posture search wants.
    """
    ids = [part for part in path.split("/") if part]
    return ["/" + "/".join(ids[: n + 1]) + "/" for n in range(len(ids))]


def zones() -> QuerySet[Unit]:
    """Return all zones by code."""
    return Unit.objects.filter(kind=UnitKind.ZONE).order_by("code")


def unit_by_code(code: str) -> Unit:
    """Return the unit with this code. Raises NotFound with a sentence naming the code."""
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise NotFound(
            _("没有代码为“%(code)s”的单位。") % {"code": code},
            hint=_("请核对单位代码，可在单位列表中查到。"),
            place=code,
        )
    return unit


def zone_of(unit: Unit) -> Unit:
    """Return the zone a unit lies in; a zone is its own."""
    if unit.kind == UnitKind.ZONE:
        return unit
    return Unit.objects.get(pk=int(unit.path.split("/")[1]))


def subtree(unit: Unit, *, kinds: Iterable[UnitKind] = ()) -> QuerySet[Unit]:
    """Return the unit and everything below it in path order, only of ``kinds`` when given."""
    found = Unit.objects.filter(path__startswith=unit.path)
    wanted = list(kinds)
    return found.filter(kind__in=wanted) if wanted else found


def level_ordered(root: Unit) -> list[list[Unit]]:
    """Return the subtree level by level: first the root, then all units one step below it, and so on.

    One query. Within a level units are sorted by code.
    """
    base = root.path.count("/")
    levels: dict[int, list[Unit]] = {}
    for unit in subtree(root).order_by("code"):
        levels.setdefault(unit.path.count("/") - base, []).append(unit)
    return [levels[depth] for depth in sorted(levels)]


def tree(root: Unit) -> Node:
    """Return the subtree as nested nodes, siblings sorted by code. One query."""
    levels = level_ordered(root)
    top = Node(levels[0][0], 0)
    known = {top.unit.pk: top}
    for depth, units in enumerate(levels[1:], start=1):
        for unit in units:
            node = Node(unit, depth)
            known[unit.pk] = node
            assert unit.parent_id is not None
            known[unit.parent_id].children.append(node)
    return top


def plan_of(zone: Unit) -> ParkPlan | None:
    """Return the park plan of a zone, None when none was imported."""
    return ParkPlan.objects.filter(zone=zone).first()
