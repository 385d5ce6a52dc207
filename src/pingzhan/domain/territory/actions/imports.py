"""Writing what a spreadsheet brought: many rows in one transaction with one record in the trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.territory import rules
from pingzhan.domain.territory.actions.bulk import ShiftSpec, SiteSpec, TeamSpec
from pingzhan.domain.territory.actions.enterprises import (
    EnterpriseData,
    apply_changes,
    free_code,
    locked,
    new_file,
    refuse_closed_unit,
)
from pingzhan.domain.territory.actions.units import lock_tree, place_unit
from pingzhan.domain.territory.enums import RiskClass, UnitKind
from pingzhan.domain.territory.models import Enterprise, Shift, Site, Team, Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record


@dataclass(frozen=True)
class NewEnterprise:
    """An enterprise that a file brings: below which unit, under which code (empty: the next free one)."""

    parent: Unit
    data: EnterpriseData
    code: str = ""
    risk: RiskClass = RiskClass.LOW


@transaction.atomic
def store_enterprises(
    *,
    zone: Unit,
    new: Sequence[NewEnterprise],
    changed: Sequence[tuple[Enterprise, Mapping[str, Any]]],
    by: Actor,
) -> None:
    """Register and change enterprises of a zone. Raises what the single actions raise; then nothing is kept."""
    rules.require_register(by, zone)
    # The tree is held before any file is locked: the order of merge and move.
    lock_tree()
    for one in new:
        unit = place_unit(
            kind=UnitKind.ENTERPRISE,
            code=one.code or free_code(zone.path),
            name=one.data.name,
            parent=one.parent,
            headcount=one.data.headcount,
        )
        new_file(unit, one.data, one.risk, _("表格导入时登记"), by=by)
    for file, changes in sorted(changed, key=lambda pair: pair[0].pk):
        apply_changes(locked(file), changes)
    record(
        "territory.import_enterprises",
        by=by,
        subject=("unit", zone.pk),
        unit_path=zone.path,
        body={"new": len(new), "changed": len(changed)},
    )


@transaction.atomic
def store_sites(*, enterprise: Unit, new: Sequence[SiteSpec], changed: Sequence[SiteSpec], by: Actor) -> None:
    """Create sites, and change name, capacity and dormitory of those whose code is known.

    The dormitory of a room is among the stored ones or among the new ones; a missing one raises KeyError,
    since the caller has checked it.
    """
    rules.require_edit(by, enterprise)
    refuse_closed_unit(enterprise)
    known = {site.code: site for site in _hold(Site.objects.filter(enterprise=enterprise))}
    for nested in (False, True):
        made = Site.objects.bulk_create(
            Site(
                enterprise=enterprise,
                kind=one.kind,
                parent=known[one.parent] if one.parent else None,
                code=one.code,
                name=one.name,
                capacity=one.capacity,
            )
            for one in new
            if bool(one.parent) == nested
        )
        known.update((site.code, site) for site in made)
    rows = []
    for one in changed:
        site = known[one.code]
        site.name, site.capacity = one.name, one.capacity
        site.parent = known[one.parent] if one.parent else None
        rows.append(site)
    Site.objects.bulk_update(rows, ["name", "capacity", "parent"], batch_size=1_000)
    _record("territory.import_sites", enterprise, len(new), len(changed), by)


@transaction.atomic
def store_shifts(
    *, enterprise: Unit, new: Sequence[ShiftSpec], changed: Sequence[ShiftSpec], by: Actor
) -> None:
    """Create shifts, and change times and headcount of those in use with the same name."""
    rules.require_edit(by, enterprise)
    refuse_closed_unit(enterprise)
    known = {one.name: one for one in _hold(Shift.objects.filter(enterprise=enterprise, active=True))}
    Shift.objects.bulk_create(
        Shift(enterprise=enterprise, name=one.name, start=one.start, end=one.end, headcount=one.headcount)
        for one in new
    )
    rows = []
    for one in changed:
        shift = known[one.name]
        shift.start, shift.end, shift.headcount = one.start, one.end, one.headcount
        rows.append(shift)
    Shift.objects.bulk_update(rows, ["start", "end", "headcount"], batch_size=1_000)
    _record("territory.import_shifts", enterprise, len(new), len(changed), by)


@transaction.atomic
def store_teams(*, enterprise: Unit, new: Sequence[TeamSpec], changed: Sequence[TeamSpec], by: Actor) -> None:
    """Create teams, and change workshop and shift of those in use with the same name."""
    rules.require_edit(by, enterprise)
    refuse_closed_unit(enterprise)
    sites = {site.code: site for site in Site.objects.filter(enterprise=enterprise, active=True)}
    shifts = {shift.name: shift for shift in Shift.objects.filter(enterprise=enterprise, active=True)}
    known = {team.name: team for team in _hold(Team.objects.filter(enterprise=enterprise, active=True))}

    def workshop(one: TeamSpec) -> Site | None:
        return sites[one.workshop] if one.workshop else None

    def shift(one: TeamSpec) -> Shift | None:
        return shifts[one.shift] if one.shift else None

    Team.objects.bulk_create(
        Team(enterprise=enterprise, name=one.name, workshop=workshop(one), shift=shift(one)) for one in new
    )
    rows = []
    for one in changed:
        team = known[one.name]
        team.workshop, team.shift = workshop(one), shift(one)
        rows.append(team)
    Team.objects.bulk_update(rows, ["workshop", "shift"], batch_size=1_000)
    _record("territory.import_teams", enterprise, len(new), len(changed), by)


def _hold(rows: Any) -> Any:
    return rows.select_for_update(of=("self",), no_key=True).order_by("pk")


def _record(verb: str, enterprise: Unit, new: int, changed: int, by: Actor) -> None:
    record(
        verb,
        by=by,
        subject=("unit", enterprise.pk),
        unit_path=enterprise.path,
        body={"new": new, "changed": changed},
    )
