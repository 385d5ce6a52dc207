"""Many enterprises at once, for imports and the demo zone: a fixed number of statements, one record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from pingzhan.domain.territory import rules
from pingzhan.domain.territory.actions.enterprises import EnterpriseData
from pingzhan.domain.territory.actions.units import lock_tree
from pingzhan.domain.territory.enums import RiskClass, SiteKind, UnitKind
from pingzhan.domain.territory.models import Enterprise, Shift, Site, Team, Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict


@dataclass(frozen=True)
class SiteSpec:
    """A site to be made; ``parent`` is the code of a dormitory of the same enterprise."""

    kind: SiteKind
    code: str
    name: str
    parent: str = ""
    capacity: int | None = None


@dataclass(frozen=True)
class ShiftSpec:
    """A shift to be made, half-open in local time."""

    name: str
    start: time
    end: time
    headcount: int = 0


@dataclass(frozen=True)
class TeamSpec:
    """A team to be made; ``workshop`` is a site code and ``shift`` a shift name of the same enterprise."""

    name: str
    workshop: str = ""
    shift: str = ""


@dataclass(frozen=True)
class FirmSpec:
    """An enterprise to be registered below the unit with code ``area``, with all it consists of."""

    area: str
    code: str
    data: EnterpriseData
    risk: RiskClass = RiskClass.LOW
    sites: Sequence[SiteSpec] = field(default_factory=tuple)
    shifts: Sequence[ShiftSpec] = field(default_factory=tuple)
    teams: Sequence[TeamSpec] = field(default_factory=tuple)


@transaction.atomic
def bulk_register(*, zone: Unit, firms: Sequence[FirmSpec], by: Actor) -> list[Unit]:
    """Register many enterprises of a zone with their sites, shifts and teams; return their units in order.

    The specs are trusted to fit each other (parent, workshop and shift exist in the same spec); the
    database refuses what breaks a constraint, and then nothing is kept. Raises Conflict for a code in use.
    """
    rules.require_register(by, zone)
    lock_tree()
    parents = {unit.code: unit for unit in Unit.objects.filter(path__startswith=zone.path)}
    used = [firm.code for firm in firms if firm.code in parents]
    if used:
        raise Conflict(_("单位代码已被使用：%(codes)s。") % {"codes": "、".join(used[:10])}, place=used[0])
    units = []
    for firm, pk in zip(firms, _unit_ids(len(firms)), strict=True):
        parent = parents[firm.area]
        units.append(
            Unit(
                id=pk,
                kind=UnitKind.ENTERPRISE,
                code=firm.code,
                name=firm.data.name,
                parent=parent,
                path=f"{parent.path}{pk}/",
                headcount=firm.data.headcount,
            )
        )
    Unit.objects.bulk_create(units)
    Enterprise.objects.bulk_create(
        Enterprise(unit=unit, risk=firm.risk, **firm.data.file_fields())
        for unit, firm in zip(units, firms, strict=True)
    )
    counts = _parts(units, firms)
    record(
        "territory.register_enterprises",
        by=by,
        subject=("unit", zone.pk),
        unit_path=zone.path,
        body={"enterprises": len(units), **counts},
    )
    return units


def _parts(units: Sequence[Unit], firms: Sequence[FirmSpec]) -> dict[str, int]:
    sites: dict[tuple[int, str], Site] = {}
    for nested in (False, True):
        batch = [
            Site(
                enterprise=unit,
                kind=spec.kind,
                parent=sites[unit.pk, spec.parent] if nested else None,
                code=spec.code,
                name=spec.name,
                capacity=spec.capacity,
            )
            for unit, firm in zip(units, firms, strict=True)
            for spec in firm.sites
            if bool(spec.parent) == nested
        ]
        for site in Site.objects.bulk_create(batch, batch_size=5_000):
            sites[site.enterprise_id, site.code] = site
    shifts = {
        (shift.enterprise_id, shift.name): shift
        for shift in Shift.objects.bulk_create(
            Shift(enterprise=unit, name=one.name, start=one.start, end=one.end, headcount=one.headcount)
            for unit, firm in zip(units, firms, strict=True)
            for one in firm.shifts
        )
    }
    teams = Team.objects.bulk_create(
        [
            Team(
                enterprise=unit,
                name=one.name,
                workshop=sites[unit.pk, one.workshop] if one.workshop else None,
                shift=shifts[unit.pk, one.shift] if one.shift else None,
            )
            for unit, firm in zip(units, firms, strict=True)
            for one in firm.teams
        ],
        batch_size=5_000,
    )
    return {"sites": len(sites), "shifts": len(shifts), "teams": len(teams)}


def _unit_ids(count: int) -> list[int]:
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('territory_unit', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        rows: list[Any] = cursor.fetchall()
    return [int(row[0]) for row in rows]
