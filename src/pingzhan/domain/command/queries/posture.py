"""Posture of units: derived from the open activations, stored nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import ngettext

from pingzhan.domain.command.enums import Posture
from pingzhan.domain.command.models import Activation, CommandTenure
from pingzhan.domain.territory.api import zone_of
from pingzhan.domain.territory.models import Unit


@dataclass(frozen=True)
class UnitPosture:
    """What is in force on a unit: the gravest open activation on it or above, None in routine."""

    posture: str
    level: int | None
    since: datetime | None
    activation_id: int | None
    unit_id: int | None


ROUTINE = UnitPosture(Posture.ROUTINE, None, None, None, None)


def posture_of(unit_ids: Iterable[int], world: int = 0) -> dict[int, UnitPosture]:
    """Return the posture of each unit, routine where nothing is in force. One query."""
    wanted = list(unit_ids)
    found = dict.fromkeys(wanted, ROUTINE)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (u.id) u.id, a.level, a.at, a.id, a.unit_id FROM territory_unit u"
            " JOIN command_activation a ON a.world = %s AND a.ended_at IS NULL"
            " JOIN territory_unit s ON s.id = a.unit_id AND left(u.path, length(s.path)) = s.path"
            " WHERE u.id = ANY(%s) ORDER BY u.id, a.level, a.id DESC",
            [world, wanted],
        )
        for unit, level, at, activation, scope in cursor.fetchall():
            found[unit] = UnitPosture(Posture.EMERGENCY, level, at, activation, scope)
    return found


@dataclass(frozen=True)
class BandScope:
    """Units inside the zone with orders of their own: one unit, or ``units`` of them in one line.

    ``unit_id`` is that of the first; ``by``, ``basis`` and ``hazard`` (a key) are empty when the
    orders of a line differ in them.
    """

    unit_id: int
    name: str
    level: int
    since: datetime
    by: str = ""
    basis: str = ""
    units: int = 1
    hazard: str = ""


LINES = 6
"""More lines than this would push what a page is about out of sight."""


def by_order(active: Iterable[Activation], most: int = LINES) -> list[BandScope]:
    """Return open activations in lines, gravest and newest first: what one order switched is one line.

    More than ``most`` lines are gathered by level, the last of them. The units must be loaded.
    """
    lines: dict[tuple[object, ...], list[Activation]] = {}
    for one in active:
        lines.setdefault((one.level, one.at, one.ordered_by_name, one.basis, one.hazard), []).append(one)
    found = list(lines.values())
    if len(found) > most:
        rest: dict[int, list[Activation]] = {}
        for line in found[most - len({line[0].level for line in found}) :]:
            rest.setdefault(line[0].level, []).extend(line)
        found = [line for line in found if line[0] not in rest.get(line[0].level, ())] + list(rest.values())
    found.sort(key=lambda line: (line[0].level, -line[0].pk))
    return [_line(line) for line in found]


def _line(line: list[Activation]) -> BandScope:
    first = min(line, key=lambda one: one.unit.code)
    same = len({(one.at, one.ordered_by_name, one.basis, one.hazard) for one in line}) == 1
    names = {"name": first.unit.name, "n": len(line)}
    return BandScope(
        first.unit_id,
        first.unit.name
        if len(line) == 1
        else ngettext("%(name)s等 %(n)d 个单位", "%(name)s等 %(n)d 个单位", len(line)) % names,
        first.level,
        min(one.at for one in line),
        first.ordered_by_name if same else "",
        first.basis if same else "",
        len(line),
        first.hazard if same else "",
    )


@dataclass(frozen=True)
class BandData:
    """The posture band of a zone: its own posture, by whom and on what basis, and the scopes that differ."""

    zone_id: int
    zone_name: str
    posture: str
    level: int | None
    since: datetime | None
    ordered_by: str
    basis: str
    commander: str
    acting: bool
    differing: tuple[BandScope, ...]
    world: int
    upper: bool = False


def band_data(zone: Unit, world: int = 0) -> BandData:
    """Return the band of a zone. Two queries."""
    active = list(
        Activation.objects.filter(world=world, zone=zone, ended_at__isnull=True)
        .select_related("unit")
        .order_by("level", "-id")
    )
    own = next((one for one in active if one.unit_id == zone.pk), None)
    tenure = (
        CommandTenure.objects.filter(
            world=world, ended_at__isnull=True, unit__in=[one.unit_id for one in active]
        )
        .select_related("person")
        .order_by("unit__path")
        .first()
    )
    differing = tuple(
        by_order(one for one in active if one is not own and (own is None or one.level < own.level))
    )
    return BandData(
        zone.pk,
        zone.name,
        Posture.EMERGENCY if own else Posture.ROUTINE,
        own.level if own else None,
        own.at if own else None,
        own.ordered_by_name if own else "",
        own.basis if own else "",
        tenure.person.name if tenure else "",
        bool(tenure and tenure.acting),
        differing,
        world,
        bool(tenure and tenure.upper),
    )


def zone_of_unit(unit: Unit) -> Unit:
    """Return the zone a unit lies in."""
    return zone_of(unit)
