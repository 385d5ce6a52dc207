"""Temperatures of a day, and who is missing, as files; names are masked for whoever may not have them whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy

from pingzhan.domain.health.importers.temperatures import shown
from pingzhan.domain.health.models import Reading
from pingzhan.domain.health.slots import DAY_MINUTES, label_of
from pingzhan.domain.health.timetable import Timetable
from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Employment, Placement
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Team, Unit
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing
from pingzhan.foundation.privacy.masks import mask_name

MOST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Out:
    """A worker in a file, with his reading where there is one."""

    enterprise: str
    team: str
    number: str
    name: str
    reading: Reading | None = None


def _day(params: Params) -> date:
    """Return the day that is asked for; the business day of now where nothing sound is said."""
    try:
        return date.fromisoformat(params.get("day", ""))
    except ValueError:
        return business_now()[1]


def _code(params: Params) -> int | None:
    """Return the slot that is asked for, None where nothing sound is said."""
    text = params.get("slot", "")
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS and int(text) < DAY_MINUTES else None


def _units(actor: Actor, params: Params) -> QuerySet[Unit]:
    found = Unit.objects.filter(within("path", actor.paths(Permission.VIEW_HEALTH)), kind=UnitKind.ENTERPRISE)
    unit = params.get("unit", "")
    return found.filter(pk=int(unit)) if unit.isdecimal() and len(unit) < 19 else found


def _readings(actor: Actor, params: Params) -> QuerySet[Reading]:
    later = Reading.objects.filter(
        day=OuterRef("day"),
        slot=OuterRef("slot"),
        employment_id=OuterRef("employment_id"),
        pk__gt=OuterRef("pk"),
    )
    rows = Reading.objects.filter(day=_day(params), enterprise_id__in=_units(actor, params).values("pk"))
    code = _code(params)
    if code is not None:
        rows = rows.filter(slot=code)
    return rows.filter(~Exists(later)).order_by("enterprise_id", "team_id", "slot", "employment_id", "pk")


def _missing(actor: Actor, params: Params) -> QuerySet[Employment]:
    day = _day(params)
    unknown = Q(pk__in=[])
    for code, units in _slots(actor, params, day).items():
        known = Reading.objects.filter(day=day, slot=code, employment_id=OuterRef("pk"))
        unknown |= Q(Q(enterprise__in=units), ~Exists(known))
    placed = Placement.objects.filter(employment=OuterRef("pk"), t1__isnull=True)
    return (
        Employment.objects.filter(unknown, left__isnull=True, joined__lte=day)
        .filter(Exists(placed))
        .annotate(team_now=Subquery(placed.values("team_id")[:1]))
        .order_by("enterprise_id", "team_now", "employee_no", "pk")
    )


def _slots(actor: Actor, params: Params, day: date) -> dict[int, list[int]]:
    """Return the enterprises by the slot asked of them: the one that is said, that of now, of another day the last."""
    units = list(_units(actor, params).values_list("pk", flat=True))
    code = _code(params)
    if code is not None:
        return {code: units}
    table = Timetable(units)
    found: dict[int, list[int]] = {}
    for unit in units:
        slot = table.now_of(unit) if day == table.today else table.of(unit, day)[-1]
        found.setdefault(slot.code, []).append(unit)
    return found


def _out(rows: Sequence[tuple[int, int | None, Reading | None]]) -> list[Out]:
    """Return (employment, team, reading) with names; four queries for a batch."""
    known = {
        one.pk: one
        for one in Employment.objects.filter(pk__in=[row[0] for row in rows]).select_related(
            "individual", "enterprise"
        )
    }
    texts = people.opened([one.individual for one in known.values()], fields=("name",))
    teams = dict(Team.objects.filter(pk__in={row[1] for row in rows if row[1]}).values_list("pk", "name"))
    found = []
    for pk, team, reading in rows:
        one = known[pk]
        name = texts[one.individual_id].name or ""
        found.append(Out(one.enterprise.name, teams.get(team or 0, ""), one.employee_no, name, reading))
    return found


def _load_readings(rows: Sequence[Any]) -> list[Out]:
    return _out([(row.employment_id, row.team_id, row) for row in rows])


def _load_missing(rows: Sequence[Any]) -> list[Out]:
    return _out([(row.pk, row.team_now, None) for row in rows])


def may(actor: Actor) -> bool:
    """Return whether the actor may see somewhere who was measured."""
    return actor.has(Permission.VIEW_HEALTH)


_WHO = (
    OutColumn("enterprise", gettext_lazy("企业"), lambda one: one.enterprise, width=20),
    OutColumn("team", gettext_lazy("班组"), lambda one: one.team),
    OutColumn("employee_no", gettext_lazy("工号"), lambda one: one.number, width=14),
    OutColumn("name", gettext_lazy("姓名"), lambda one: one.name, personal=True, mask=mask_name, width=12),
)
READINGS = Listing(
    key="health.readings",
    title=gettext_lazy("职工体温"),
    columns=(
        *_WHO,
        OutColumn("day", gettext_lazy("日期"), lambda one: one.reading.day, width=12),
        OutColumn("slot", gettext_lazy("时段"), lambda one: label_of(one.reading.slot), width=12),
        OutColumn(
            "value", gettext_lazy("体温"), lambda one: shown(one.reading.result, one.reading.tenths), width=10
        ),
        OutColumn("fever", gettext_lazy("发热"), lambda one: one.reading.fever, width=8),
        OutColumn("late", gettext_lazy("迟报"), lambda one: one.reading.late, width=8),
        OutColumn(
            "corrected", gettext_lazy("更正过"), lambda one: one.reading.corrects is not None, width=10
        ),
        OutColumn("source", gettext_lazy("来源"), lambda one: one.reading.get_source_display(), width=12),
        OutColumn("received", gettext_lazy("收到时间"), lambda one: one.reading.received_at, width=18),
    ),
    queryset=_readings,
    may=may,
    load=_load_readings,
)
MISSING = Listing(
    key="health.missing",
    title=gettext_lazy("未测温职工"),
    columns=_WHO,
    queryset=_missing,
    may=may,
    load=_load_missing,
)


def register() -> None:
    """Make the lists exportable."""
    register_listing(READINGS)
    register_listing(MISSING)
