"""What is in force on a unit now: the posture selects the version, the level the variant (design 3.1, 3.2).

Each hazard in force in the zone gives its measures: in the variant of the gravest open activation for that
hazard on the unit or above it, in its routine variant otherwise. A measure or parameter that several sets hold
under one key counts once, from the first in this order: the hazard of the gravest activation, the zone's default
hazard, the others by their key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Now

from pingzhan.domain.command.api import default_hazard
from pingzhan.domain.command.enums import Posture
from pingzhan.domain.measures.cadence import Cadence, parse_cadence
from pingzhan.domain.measures.content import MeasureSpec, SetContent, at_phase
from pingzhan.domain.measures.enums import RestrictionState, phase_of
from pingzhan.domain.measures.models import Force, Restriction
from pingzhan.domain.measures.models.sets import in_language
from pingzhan.domain.measures.queries.versions import Edition, edition_of, measure_ids, published
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock

_PLACE = ZoneInfo("Asia/Shanghai")
_KEPT = 512


@dataclass(frozen=True)
class ParameterNow:
    """A parameter as it holds now, with where it comes from; ``verified`` False is shown as 未核实."""

    key: str
    title: str
    value: Any
    unit: str
    source: str
    verified: bool
    title_en: str = ""

    @property
    def label(self) -> str:
        """Return the title in the reader's language."""
        return in_language(self.title, self.title_en)


@dataclass(frozen=True)
class MeasureNow:
    """A measure as it holds on a unit now. ``measure_id`` and ``version_id`` are what an obligation keeps."""

    key: str
    version_id: int
    measure_id: int
    title: str
    title_en: str
    item: int
    clause: str
    party: str
    watching_group: str
    subject: str
    cadence: Cadence
    evidence: str
    severity: str
    parameters: Mapping[str, ParameterNow]
    hazard: str
    phase: str
    law: str
    restricts: bool
    needs: tuple[str, ...] = ()
    workdays: bool = False

    @property
    def label(self) -> str:
        """Return the title in the reader's language."""
        return in_language(self.title, self.title_en)


@dataclass(frozen=True)
class VersionNow:
    """A version in force, and the phase of it that holds on the unit."""

    version_id: int
    force_id: int
    set_key: str
    n: int
    title: str
    title_en: str
    hazard: str
    posture: str
    phase: str
    since: datetime

    @property
    def label(self) -> str:
        """Return the title in the reader's language."""
        return in_language(self.title, self.title_en)


@dataclass(frozen=True)
class InForce:
    """All that holds on a unit. ``hazard`` is that of the gravest activation, empty in routine.

    Units with the same versions, phases and restrictions share one object's tuples, so holding thousands is cheap.
    """

    set_versions: tuple[VersionNow, ...]
    posture: str
    level: int | None
    hazard: str
    measures: tuple[MeasureNow, ...]
    parameters: Mapping[str, ParameterNow]


def in_force(unit: Unit, at: datetime | None = None) -> InForce:
    """Return what holds on a unit, now or at a moment. Three queries, and more the first time a version is seen."""
    return in_force_many([unit.pk], at)[unit.pk]


def in_force_many(unit_ids: Iterable[int], at: datetime | None = None) -> dict[int, InForce]:
    """Return what holds on each unit, in three queries however many units there are. Unknown units are left out."""
    units = _units(list(unit_ids), at)
    zones = {zone for zone, _orders in units.values()}
    forces = _forces(zones, at)
    allowed = _allowed([one.pk for rows in forces.values() for one in rows], at)
    day = (at or clock.now()).astimezone(_PLACE).date()
    made: dict[Any, InForce] = {}
    found: dict[int, InForce] = {}
    for unit_id, (zone, orders) in units.items():
        if (zone, orders) not in made:
            made[zone, orders] = _assemble(forces.get(zone, []), orders, allowed, day)
        found[unit_id] = made[zone, orders]
    return found


_Orders = tuple[tuple[str, int], ...]


def _units(wanted: list[int], at: datetime | None) -> dict[int, tuple[int, _Orders]]:
    """Return the zone of each unit and the gravest level ordered over it for each hazard, gravest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.id, u.path, a.hazard, min(a.level) FROM territory_unit u"
            " LEFT JOIN (command_activation a JOIN territory_unit s ON s.id = a.unit_id)"
            " ON a.world = 0 AND left(u.path, length(s.path)) = s.path"
            " AND CASE WHEN %s::timestamptz IS NULL THEN a.ended_at IS NULL"
            " ELSE a.at <= %s AND (a.ended_at IS NULL OR a.ended_at > %s) END"
            " WHERE u.id = ANY(%s) GROUP BY u.id, u.path, a.hazard ORDER BY u.id, min(a.level), a.hazard",
            [at, at, at, wanted],
        )
        rows = cursor.fetchall()
    found: dict[int, tuple[int, _Orders]] = {}
    for unit, path, hazard, level in rows:
        zone, orders = found.get(unit, (int(path.split("/")[1]), ()))
        found[unit] = (zone, orders if level is None else (*orders, (hazard or default_hazard(), level)))
    return found


def _forces(zones: set[int], at: datetime | None) -> dict[int, list[Force]]:
    moment = Value(at) if at is not None else Now()
    rows = (
        Force.objects.filter(slot__zone__in=zones, starts_at__lte=moment)
        .annotate(end=Coalesce("ended_at", "ends_at"))
        .filter(Q(end__isnull=True) | Q(end__gt=moment))
        .select_related("slot", "version__set")
        .order_by("slot__hazard", F("slot__posture"), "id")
    )
    found: dict[int, list[Force]] = {}
    for one in rows:
        found.setdefault(one.slot.zone_id, []).append(one)
    return found


def _allowed(forces: list[int], at: datetime | None) -> frozenset[tuple[int, int]]:
    """Return (force, measure) of the restrictions whose decision and term cover the moment."""
    moment = Value(at) if at is not None else Now()
    rows = Restriction.objects.filter(
        force__in=forces,
        state__in=[RestrictionState.IN_FORCE, RestrictionState.ENDED],
        starts_at__lte=moment,
        ends_at__gt=moment,
    )
    return frozenset(rows.values_list("force_id", "measure_id"))


def _assemble(
    forces: list[Force], orders: _Orders, allowed: frozenset[tuple[int, int]], day: date
) -> InForce:
    levels: dict[str, int] = {}
    for hazard, level in orders:
        levels[hazard] = min(level, levels.get(hazard, level))
    by_slot = {(one.slot.hazard, one.slot.posture): one for one in forces}
    lead = orders[0][0] if orders else ""
    order = sorted(
        {one.slot.hazard for one in forces}, key=lambda key: (key != lead, key != default_hazard(), key)
    )
    versions: list[VersionNow] = []
    measures: dict[str, MeasureNow] = {}
    parameters: dict[str, ParameterNow] = {}
    for hazard in order:
        ordered = levels.get(hazard)
        force = by_slot.get((hazard, Posture.EMERGENCY)) if ordered is not None else None
        phase = phase_of(ordered) if force is not None else phase_of(None)
        force = force or by_slot.get((hazard, Posture.ROUTINE))
        if force is None:
            continue
        versions.append(_version_now(force, phase))
        values, rows = _variant(edition_of(force.version), phase, day)
        for one in rows:
            if one.key not in measures and (not one.restricts or (force.pk, one.measure_id) in allowed):
                measures[one.key] = one
        for key, value in values.items():
            parameters.setdefault(key, value)
    return InForce(
        tuple(versions),
        Posture.EMERGENCY if orders else Posture.ROUTINE,
        orders[0][1] if orders else None,
        lead,
        tuple(sorted(measures.values(), key=lambda one: one.item)),
        parameters,
    )


def _version_now(force: Force, phase: str) -> VersionNow:
    version = force.version
    return VersionNow(
        version.pk,
        force.pk,
        version.set.key,
        version.n,
        version.title,
        version.title_en,
        force.slot.hazard,
        force.slot.posture,
        phase,
        force.starts_at,
    )


@lru_cache(maxsize=_KEPT)
def _variant(
    edition: Edition, phase: str, day: date
) -> tuple[dict[str, ParameterNow], tuple[MeasureNow, ...]]:
    """Return parameters and measures of a published version in a phase on a day; kept in the process."""
    content = published(edition)
    values = values_at(content, phase, day)
    ids = measure_ids(edition)
    where = (edition.version_id, content.hazard, phase)
    rows = tuple(
        _measure_now(one, ids[one.key], where, values) for one in content.measures if phase in one.phases
    )
    return values, rows


def values_at(content: SetContent, phase: str, day: date) -> dict[str, ParameterNow]:
    """Return the parameters of a content that are valid on a day, in their variant for a phase."""
    found: dict[str, ParameterNow] = {}
    for one in content.parameters:
        if (one.valid_from and day < one.valid_from) or (one.valid_until and day >= one.valid_until):
            continue
        found[one.key] = ParameterNow(
            one.key,
            one.title,
            at_phase(one.value, one.at, phase),
            one.unit,
            one.source,
            one.verified,
            one.title_en,
        )
    return found


def _measure_now(
    spec: MeasureSpec, measure_id: int, where: tuple[int, str, str], values: Mapping[str, ParameterNow]
) -> MeasureNow:
    version_id, hazard, phase = where
    cadence = parse_cadence(
        at_phase(spec.cadence, spec.at, phase), {key: one.value for key, one in values.items()}
    )
    return MeasureNow(
        key=spec.key,
        version_id=version_id,
        measure_id=measure_id,
        title=spec.title,
        title_en=spec.title_en,
        item=spec.item,
        clause=spec.clause,
        party=spec.party,
        watching_group=spec.watching,
        subject=spec.subject,
        cadence=cadence,
        evidence=spec.evidence,
        severity=spec.severity,
        parameters={key: values[key] for key in spec.parameters if key in values},
        hazard=hazard,
        phase=phase,
        law=spec.law,
        restricts=spec.restricts,
        needs=spec.needs,
        workdays=spec.workdays,
    )


def parameter(unit: Unit, key: str, default: Any = None, at: datetime | None = None) -> ParameterNow:
    """Return a parameter as it holds on a unit, with unit, source and verified flag.

    When no set in force knows the key, one with the value ``default``, no source and not verified.
    """
    found = in_force(unit, at).parameters.get(key)
    return found if found is not None else ParameterNow(key, key, default, "", "", False)


def parameters(unit: Unit, at: datetime | None = None) -> Mapping[str, ParameterNow]:
    """Return all parameters that hold on a unit by key."""
    return in_force(unit, at).parameters
